/** The workspace as one person sees it: what the page draws. */
import type { ChannelView, MessageView, ModalView, RunView, WorkspaceView } from "../page_api.ts";
import { TEAM } from "../seed.ts";
import type { Platform } from "./platform.ts";
import type { Channel, Message, Run, View } from "./state.ts";
import { allTriggers, linkPath } from "./triggers.ts";

function isVisible(message: Message, user: string): boolean {
  return message.ephemeralTo === undefined || message.ephemeralTo === user;
}

/** Whether a message pings this user: by name, or with everybody in the channel. */
function mentionsUser(message: Message, user: string): boolean {
  const content = message.text + JSON.stringify(message.blocks);
  return [`<@${user}>`, `<@${user}|`, "<!channel>", "<!here>", "<!everyone>"].some((ping) => content.includes(ping));
}

function channelView(platform: Platform, channel: Channel, user: string): ChannelView {
  const { users, readMarks, messages } = platform.state;
  const mark = Number(readMarks[`${user}:${channel.id}`] ?? "0");
  const isMember = channel.memberIds.includes(user);
  const unread = (messages[channel.id] ?? []).filter(
    (message) =>
      isMember &&
      message.subtype === undefined &&
      !message.ephemeralTo &&
      message.user !== user &&
      Number(message.ts) > mark,
  );
  const mentions = unread.filter((message) => mentionsUser(message, user));
  const other = channel.memberIds.find((member) => member !== user) ?? user;
  return {
    id: channel.id,
    name: channel.isDirectMessage ? (users[other]?.name ?? other) : channel.name,
    isDirectMessage: channel.isDirectMessage,
    isMember,
    isArchived: channel.isArchived,
    topic: channel.topic,
    purpose: channel.purpose,
    memberIds: channel.memberIds,
    bookmarks: channel.bookmarks.map(({ emoji, ...rest }) => (emoji === undefined ? rest : { ...rest, emoji })),
    pinnedTs: channel.pins.map((pin) => pin.ts),
    unread: unread.length,
    // In a direct message everything is addressed to the person.
    mentions: channel.isDirectMessage ? unread.length : mentions.length,
  };
}

function messageViews(platform: Platform, channelId: string, user: string): readonly MessageView[] {
  const messages = (platform.state.messages[channelId] ?? []).filter((message) => isVisible(message, user));
  const replies = new Map<string, number>();
  for (const { threadTs } of messages) if (threadTs) replies.set(threadTs, (replies.get(threadTs) ?? 0) + 1);
  return messages.map((message) => ({
    ts: message.ts,
    channel: message.channel,
    user: message.user,
    text: message.text,
    blocks: message.blocks,
    ...(message.threadTs !== undefined ? { threadTs: message.threadTs } : {}),
    replyCount: replies.get(message.ts) ?? 0,
    isEphemeral: message.ephemeralTo !== undefined,
    isEdited: message.editedTs !== undefined,
    isSystem: message.subtype !== undefined,
  }));
}

function modalView(view: View): ModalView {
  return {
    id: view.id,
    hash: view.hash,
    title: view.title.text,
    ...(view.submit ? { submit: view.submit.text } : {}),
    close: view.close?.text ?? "Cancel",
    blocks: view.blocks,
  };
}

function shortcuts(platform: Platform): WorkspaceView["shortcuts"] {
  return allTriggers(platform)
    .filter(([, trigger]) => trigger.type === "shortcut")
    .filter(([, trigger]) => Object.values(trigger.inputs).every((input) => !("customizable" in input)))
    .map(([name, trigger]) => ({
      url: `${platform.baseUrl}${linkPath(name)}`,
      name: trigger.name,
      description: trigger.description,
    }));
}

/** The workspace for one user; the messages are those of one channel, none without it. */
export function workspaceView(platform: Platform, user: string, channel: string | undefined): WorkspaceView {
  const { state, deps } = platform;
  const top = state.views[state.viewStacks[user]?.at(-1) ?? ""];
  const channels = Object.values(state.channels).filter(
    (candidate) => (!candidate.isDirectMessage && !candidate.isPrivate) || candidate.memberIds.includes(user),
  );
  const canSee = channels.some((candidate) => candidate.id === channel);
  return {
    version: state.version,
    now: deps.clock.now(),
    manualClock: deps.clock.manual,
    team: TEAM.name,
    me: user,
    users: Object.values(state.users).map(({ email: _, ...rest }) => rest),
    channels: channels.map((candidate) => channelView(platform, candidate, user)),
    messages: channel !== undefined && canSee ? messageViews(platform, channel, user) : [],
    shortcuts: shortcuts(platform),
    ...(top ? { modal: modalView(top) } : {}),
    notices: state.notices.filter((notice) => notice.user === user).map(({ id, text }) => ({ id, text })),
  };
}

function runView(run: Run): RunView {
  return {
    id: run.id,
    workflow: run.workflow,
    title: run.title,
    trigger: run.trigger,
    startedAt: run.startedAt,
    status: run.status,
    steps: run.steps.map((step) => ({
      functionId: step.functionId,
      title: step.title,
      ...(step.execution !== undefined ? { executionId: step.execution } : {}),
      status: step.status,
      inputs: step.inputs,
      outputs: step.outputs,
      ...(step.startedAt !== undefined ? { startedAt: step.startedAt } : {}),
      ...(step.durationMs !== undefined ? { durationMs: step.durationMs } : {}),
      ...(step.error !== undefined ? { error: step.error } : {}),
      log: step.log,
    })),
  };
}

/** All runs, newest first. */
export function runViews(platform: Platform): readonly RunView[] {
  return platform.state.runs.map(runView).reverse();
}
