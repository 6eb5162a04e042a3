/** What people do in the workspace by themselves: write, read, join, archive, and get in the way. */
import { nameProblem } from "./channel_names.ts";
import { BadRequest } from "./interactivity.ts";
import { addMessage, addSystemLine, findMessage, removeMessage, touch, type Platform } from "./platform.ts";
import type { Channel } from "./state.ts";

export function knownUser(platform: Platform, id: string): string {
  const user = platform.state.users[id];
  if (!user || user.isBot) throw new BadRequest(`There is no person ${id}.`);
  return id;
}

function visibleChannel(platform: Platform, user: string, id: string): Channel {
  const channel = platform.state.channels[id];
  const isHidden = (channel?.isDirectMessage || channel?.isPrivate) && !channel.memberIds.includes(user);
  if (!channel || isHidden) throw new BadRequest(`There is no channel ${id}.`);
  return channel;
}

function memberChannel(platform: Platform, user: string, id: string): Channel {
  const channel = visibleChannel(platform, user, id);
  if (!channel.memberIds.includes(user)) throw new BadRequest(`You are not in #${channel.name}; join it first.`);
  return channel;
}

/** "/invite @handle" brings people and the app into a channel: the way back in for an app that archiving put out. */
function invite(platform: Platform, channel: Channel, handle: string): void {
  const user = Object.values(platform.state.users).find((candidate) => candidate.handle === handle);
  if (!user) throw new BadRequest(`There is nobody called @${handle}.`);
  if (channel.memberIds.includes(user.id)) throw new BadRequest(`@${handle} is already in #${channel.name}.`);
  channel.memberIds.push(user.id);
  addSystemLine(platform, channel, user.id, "channel_join");
}

/** "/remove @handle" puts somebody out of a channel, the app too: without a word to it. */
function remove(platform: Platform, channel: Channel, handle: string): void {
  const user = Object.values(platform.state.users).find((candidate) => candidate.handle === handle);
  if (!user || !channel.memberIds.includes(user.id)) throw new BadRequest(`@${handle} is not in #${channel.name}.`);
  if (channel.isGeneral) throw new BadRequest(`Nobody can be removed from #${channel.name}.`);
  channel.memberIds = channel.memberIds.filter((member) => member !== user.id);
  addSystemLine(platform, channel, user.id, "channel_leave");
}

/** "/rename new-name" */
function rename(platform: Platform, channel: Channel, user: string, name: string): void {
  const problem = nameProblem(platform, name);
  if (problem !== undefined) throw new BadRequest(`#${channel.name} cannot be called "${name}": ${problem}.`);
  renameChannel(platform, channel, user, name);
}

export function renameChannel(platform: Platform, channel: Channel, user: string, name: string): void {
  channel.name = name;
  addSystemLine(platform, channel, user, "channel_name", `#${name}`);
}

/** What the composer understands beside messages; @returns whether the text was a command */
function obey(platform: Platform, channel: Channel, user: string, text: string): boolean {
  const [, command, argument = ""] = /^\/(invite|remove|rename)\s+(\S+)\s*$/.exec(text) ?? [];
  const handle = argument.replace(/^@/, "");
  if (command === "invite") invite(platform, channel, handle);
  if (command === "remove") remove(platform, channel, handle);
  if (command === "rename") rename(platform, channel, user, argument);
  return command !== undefined;
}

export function say(
  platform: Platform,
  request: { user: string; channel: string; text: string; threadTs?: string | undefined },
): void {
  const user = knownUser(platform, request.user);
  const channel = memberChannel(platform, user, request.channel);
  if (channel.isArchived) throw new BadRequest(`#${channel.name} is archived.`);
  if (request.text.trim() === "") throw new BadRequest("A message needs a text.");
  if (obey(platform, channel, user, request.text)) return;
  if (request.threadTs !== undefined && !findMessage(platform, channel.id, request.threadTs)) {
    throw new BadRequest("There is no such thread.");
  }
  const message = addMessage(platform, { channel, user, text: request.text, threadTs: request.threadTs });
  platform.state.readMarks[`${user}:${channel.id}`] = message.ts;
}

export function markRead(platform: Platform, request: { user: string; channel: string }): void {
  const channel = visibleChannel(platform, knownUser(platform, request.user), request.channel);
  const last = platform.state.messages[channel.id]?.at(-1)?.ts;
  const key = `${request.user}:${channel.id}`;
  // Reading twice changes nothing, and the page reads whenever something has changed.
  if (last === undefined || platform.state.readMarks[key] === last) return;
  platform.state.readMarks[key] = last;
  touch(platform);
}

export function join(platform: Platform, request: { user: string; channel: string }): void {
  const channel = visibleChannel(platform, knownUser(platform, request.user), request.channel);
  if (channel.isArchived) throw new BadRequest(`#${channel.name} is archived.`);
  if (channel.memberIds.includes(request.user)) return;
  channel.memberIds.push(request.user);
  addSystemLine(platform, channel, request.user, "channel_join");
}

/** Archives a channel and puts bots out of it; nobody invites them back until a person has unarchived it. */
export function archiveChannel(platform: Platform, channel: Channel, user: string): void {
  addSystemLine(platform, channel, user, "channel_archive");
  channel.isArchived = true;
  channel.memberIds = channel.memberIds.filter((member) => !platform.state.users[member]?.isBot);
  touch(platform);
}

export function archive(platform: Platform, request: { user: string; channel: string }): void {
  const channel = memberChannel(platform, knownUser(platform, request.user), request.channel);
  if (channel.isDirectMessage || channel.isGeneral) throw new BadRequest("This channel cannot be archived.");
  if (channel.isArchived) throw new BadRequest(`#${channel.name} is already archived.`);
  archiveChannel(platform, channel, request.user);
}

/** The app stays a member; it needs Slack's scopes for private channels from then on. */
export function makePrivate(platform: Platform, request: { user: string; channel: string }): void {
  const channel = memberChannel(platform, knownUser(platform, request.user), request.channel);
  if (channel.isDirectMessage || channel.isGeneral) throw new BadRequest("This channel cannot be made private.");
  channel.isPrivate = true;
  addSystemLine(platform, channel, request.user, "channel_convert_to_private");
}

export function deleteMessage(platform: Platform, request: { user: string; channel: string; ts: string }): void {
  const channel = memberChannel(platform, knownUser(platform, request.user), request.channel);
  if (!findMessage(platform, channel.id, request.ts)) throw new BadRequest("There is no such message.");
  removeMessage(platform, channel, request.ts);
}

/** A person becomes a guest, leaves the company, or is a full member again. */
export function setPerson(
  platform: Platform,
  request: { person: string; kind: "member" | "guest" | "deactivated" },
): void {
  const user = platform.state.users[knownUser(platform, request.person)];
  if (user) user.kind = request.kind === "member" ? undefined : request.kind;
  touch(platform);
}

export function unarchive(platform: Platform, request: { user: string; channel: string }): void {
  const channel = visibleChannel(platform, knownUser(platform, request.user), request.channel);
  if (!channel.isArchived) throw new BadRequest(`#${channel.name} is not archived.`);
  channel.isArchived = false;
  if (!channel.memberIds.includes(request.user)) channel.memberIds.push(request.user);
  addSystemLine(platform, channel, request.user, "channel_unarchive");
}
