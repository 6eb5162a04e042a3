/** What all parts of the stand-in share: the state, the app, and the few things that everybody does to them. */
import type { SandboxDeps } from "../parts.ts";
import { APP, PEOPLE } from "../seed.ts";
import type { AppDefinition } from "./app_definition.ts";
import type { Channel, Message, Notice, Run, SlackState, Step } from "./state.ts";

export interface Settings {
  /** A datastore read answers as of this many milliseconds ago. */
  staleReadsMs: number;
  rateLimits: boolean;
  /** Methods of the Web API that fail, by their names, with Slack's error. */
  errors: Readonly<Record<string, string>>;
}

export interface Platform {
  readonly deps: SandboxDeps;
  readonly app: AppDefinition;
  /** Where the stand-in's routes are reachable, without a slash at the end. */
  readonly baseUrl: string;
  readonly settings: Settings;
  state: SlackState;
}

const MAX_ACTIVITY = 500;
const MAX_LOG_LINES = 300;

/** Something changed that the page may show. */
export function touch(platform: Platform): void {
  platform.state.version += 1;
  platform.deps.changed();
}

/** A message timestamp: later than every one before, even while a manual clock stands still. */
export function nextTs(platform: Platform): string {
  const micros = Math.max(platform.deps.clock.now() * 1_000, platform.state.lastTs + 1);
  platform.state.lastTs = micros;
  return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, "0")}`;
}

export function addActivity(platform: Platform, text: string): void {
  const { activity } = platform.state;
  activity.push({ at: platform.deps.clock.now(), text });
  if (activity.length > MAX_ACTIVITY) activity.splice(0, activity.length - MAX_ACTIVITY);
  touch(platform);
}

/** What Slack's client says to one user alone. Without a user it goes to the app's owner, as Slackbot would. */
export function addNotice(platform: Platform, user: string | undefined, text: string): void {
  const notice: Notice = { id: platform.deps.id("N"), user: user ?? PEOPLE[0]?.slackId ?? APP.botUserId, text };
  platform.state.notices.push(notice);
  touch(platform);
}

export interface Execution {
  readonly run: Run;
  readonly step: Step;
}

export function findExecution(platform: Platform, id: string | undefined): Execution | undefined {
  if (id === undefined) return undefined;
  // The newest are the ones asked for.
  for (let index = platform.state.runs.length - 1; index >= 0; index -= 1) {
    const run = platform.state.runs[index];
    const step = run?.steps.find((candidate) => candidate.execution === id);
    if (run && step) return { run, step };
  }
  return undefined;
}

export function isOpen(execution: Execution | undefined): execution is Execution {
  return execution !== undefined && (execution.step.status === "running" || execution.step.status === "waiting");
}

export function addLog(platform: Platform, executionId: string | undefined, line: string): void {
  const execution = findExecution(platform, executionId);
  if (!execution) return;
  const { log } = execution.step;
  if (log.length < MAX_LOG_LINES) log.push(line);
  else if (log.length === MAX_LOG_LINES) log.push("(more lines were left out)");
}

export interface NewMessage {
  readonly channel: Channel;
  readonly user: string;
  readonly text: string;
  readonly blocks?: Message["blocks"];
  readonly threadTs?: string | undefined;
  readonly ephemeralTo?: string | undefined;
  readonly subtype?: string | undefined;
  readonly execution?: string | undefined;
}

export function addMessage(platform: Platform, input: NewMessage): Message {
  const message: Message = {
    ts: nextTs(platform),
    channel: input.channel.id,
    user: input.user,
    text: input.text,
    blocks: input.blocks ?? [],
    threadTs: input.threadTs,
    ephemeralTo: input.ephemeralTo,
    subtype: input.subtype,
    reactions: [],
    postedBy: input.execution,
    buttonsOf: input.execution,
  };
  (platform.state.messages[input.channel.id] ??= []).push(message);
  touch(platform);
  return message;
}

const LINES = {
  channel_join: "joined the channel",
  channel_convert_to_private: "made the channel private",
  channel_leave: "left the channel",
  channel_archive: "archived the channel",
  channel_unarchive: "unarchived the channel",
  channel_topic: "set the topic to",
  channel_purpose: "set the purpose to",
  channel_name: "renamed the channel to",
} as const;

/** "Dana Ortiz joined the channel": a line of the platform itself. */
export function addSystemLine(
  platform: Platform,
  channel: Channel,
  user: string,
  subtype: keyof typeof LINES,
  detail = "",
): void {
  const name = platform.state.users[user]?.name ?? user;
  addMessage(platform, { channel, user, text: `${name} ${LINES[subtype]} ${detail}`.trimEnd(), subtype });
}

/** Its thread stays, and its pin goes. */
export function removeMessage(platform: Platform, channel: Channel, ts: string): void {
  platform.state.messages[channel.id] = (platform.state.messages[channel.id] ?? []).filter((one) => one.ts !== ts);
  channel.pins = channel.pins.filter((pin) => pin.ts !== ts);
  touch(platform);
}

export function findMessage(platform: Platform, channel: string, ts: string): Message | undefined {
  return platform.state.messages[channel]?.find((message) => message.ts === ts);
}

/** The direct channel of two users; made when it is first needed. */
export function directChannel(platform: Platform, one: string, other: string): Channel {
  const existing = Object.values(platform.state.channels).find(
    (channel) => channel.isDirectMessage && channel.memberIds.includes(one) && channel.memberIds.includes(other),
  );
  if (existing) return existing;
  const channel: Channel = {
    id: platform.deps.id("D"),
    name: "",
    isDirectMessage: true,
    isGeneral: false,
    isPrivate: true,
    createdAt: platform.deps.clock.now(),
    creator: one,
    isArchived: false,
    topic: "",
    purpose: "",
    memberIds: [one, other],
    bookmarks: [],
    pins: [],
  };
  platform.state.channels[channel.id] = channel;
  platform.state.messages[channel.id] = [];
  touch(platform);
  return channel;
}
