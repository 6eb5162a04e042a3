/** What people do in the workspace by themselves: write, read, join, archive. */
import { BadRequest } from "./interactivity.ts";
import { addMessage, addSystemLine, findMessage, touch, type Platform } from "./platform.ts";
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

export function say(
  platform: Platform,
  request: { user: string; channel: string; text: string; threadTs?: string | undefined },
): void {
  const user = knownUser(platform, request.user);
  const channel = memberChannel(platform, user, request.channel);
  if (channel.isArchived) throw new BadRequest(`#${channel.name} is archived.`);
  if (request.text.trim() === "") throw new BadRequest("A message needs a text.");
  const handle = /^\/invite\s+@(\S+)\s*$/.exec(request.text)?.[1];
  if (handle !== undefined) return invite(platform, channel, handle);
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

export function unarchive(platform: Platform, request: { user: string; channel: string }): void {
  const channel = visibleChannel(platform, knownUser(platform, request.user), request.channel);
  if (!channel.isArchived) throw new BadRequest(`#${channel.name} is not archived.`);
  channel.isArchived = false;
  if (!channel.memberIds.includes(request.user)) channel.memberIds.push(request.user);
  addSystemLine(platform, channel, request.user, "channel_unarchive");
}
