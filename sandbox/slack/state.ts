/** Everything that the stand-in of Slack knows, as plain JSON, and the seed it begins with. */
import type { Block, StepView } from "../page_api.ts";
import type { Instant } from "../../core/time.ts";
import type { TriggerDefinition } from "./app_definition.ts";
import { APP, CHANNELS, PEOPLE } from "../seed.ts";

export interface User {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly title: string;
  readonly email: string;
  readonly color: string;
  readonly isBot: boolean;
  /** Absent for full members and for the app. */
  kind?: "guest" | "deactivated" | undefined;
}

export interface Bookmark {
  readonly id: string;
  title: string;
  link: string;
  emoji?: string | undefined;
}

export interface Channel {
  readonly id: string;
  name: string;
  readonly isDirectMessage: boolean;
  readonly isGeneral: boolean;
  isPrivate: boolean;
  readonly createdAt: Instant;
  readonly creator: string;
  isArchived: boolean;
  topic: string;
  purpose: string;
  memberIds: string[];
  bookmarks: Bookmark[];
  pins: { readonly ts: string; readonly by: string; readonly at: Instant }[];
}

export interface Reaction {
  readonly name: string;
  users: string[];
}

export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  text: string;
  blocks: Block[];
  readonly threadTs?: string | undefined;
  /** Only this user sees it. */
  readonly ephemeralTo?: string | undefined;
  /** Set for lines of the platform itself, such as "Dana joined": channel_join, channel_topic and so on. */
  readonly subtype?: string | undefined;
  editedTs?: string | undefined;
  reactions: Reaction[];
  /** The execution that posted it; absent for people and for the app's bot token. */
  readonly postedBy?: string | undefined;
  /** The execution that its buttons belong to; absent where nobody owns them. */
  buttonsOf?: string | undefined;
}

export interface View {
  readonly id: string;
  readonly user: string;
  readonly rootId: string;
  readonly previousId?: string | undefined;
  /** The execution that opened it. */
  readonly execution: string;
  /** A form is Slack's own modal of the step OpenForm: no app is asked when it is submitted. */
  readonly kind: "modal" | "form";
  hash: string;
  callbackId: string;
  externalId: string;
  privateMetadata: string;
  title: PlainText;
  submit?: PlainText | undefined;
  close?: PlainText | undefined;
  clearOnClose: boolean;
  notifyOnClose: boolean;
  blocks: Block[];
  /** Action ids that were there from the first opening on; only these fire. */
  liveActions: string[];
}

export interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji?: boolean | undefined;
}

export interface Token {
  readonly execution: string;
  readonly issuedAt: Instant;
}

export interface Pointer {
  readonly user: string;
  readonly issuedAt: Instant;
  /** Of the wall clock: a pointer dies even while a manual clock stands still. */
  readonly issuedWall: number;
  /** The modal in which it was pressed; only such a pointer can push. */
  readonly view?: string | undefined;
  used: boolean;
}

export type Values = Readonly<Record<string, unknown>>;

export interface Step {
  readonly id: string;
  /** "#/functions/<callback_id>" or "slack#/functions/<name>". */
  readonly functionId: string;
  readonly title: string;
  execution?: string;
  status: StepView["status"];
  inputs: Values;
  outputs: Values;
  startedAt?: Instant;
  startedWall?: number;
  durationMs?: number;
  error?: string;
  log: string[];
}

export interface Run {
  readonly id: string;
  readonly workflow: string;
  readonly title: string;
  readonly trigger: string;
  readonly inputs: Values;
  /** Who started it; the app's owner where nobody did. */
  readonly startedBy?: string | undefined;
  readonly startedAt: Instant;
  status: "running" | "completed" | "failed";
  readonly steps: Step[];
}

export interface Notice {
  readonly id: string;
  readonly user: string;
  readonly text: string;
}

/** One version of an item; null where it was deleted. Older ones answer stale reads. */
export interface ItemVersion {
  readonly wall: number;
  readonly item: Values | null;
}

export interface SlackState {
  /** Grows with each change, so that the page knows whether to draw. */
  version: number;
  /** Microseconds of the last message timestamp given out. */
  lastTs: number;
  users: Record<string, User>;
  channels: Record<string, Channel>;
  /** By channel, oldest first. */
  messages: Record<string, Message[]>;
  /** "user:channel" → timestamp of the last message seen. */
  readMarks: Record<string, string>;
  views: Record<string, View>;
  /** By user: the ids of the open views, the top one last. */
  viewStacks: Record<string, string[]>;
  /** Datastore → primary key → versions, newest last. */
  datastores: Record<string, Record<string, ItemVersion[]>>;
  /** Oldest first. */
  runs: Run[];
  tokens: Record<string, Token>;
  pointers: Record<string, Pointer>;
  notices: Notice[];
  /** What `slack activity` would show, oldest first. */
  activity: { readonly at: Instant; readonly text: string }[];
  /** Triggers made at run time, by their ids. */
  triggers: Record<string, TriggerDefinition>;
}

function seedUsers(): Record<string, User> {
  const users: Record<string, User> = {};
  for (const person of PEOPLE) {
    users[person.slackId] = {
      id: person.slackId,
      handle: person.handle,
      name: person.name,
      title: person.title,
      email: person.email,
      color: person.color,
      isBot: false,
    };
  }
  users[APP.botUserId] = {
    id: APP.botUserId,
    handle: APP.name.toLowerCase().replace(/[^a-z0-9]+/g, "_"),
    name: APP.name,
    title: "App",
    email: "",
    color: "#5b5fc7",
    isBot: true,
  };
  return users;
}

/** The demo company before anything happened; the bot and everybody are in every channel. */
export function seedState(now: Instant): SlackState {
  const users = seedUsers();
  const channels: Record<string, Channel> = {};
  const messages: Record<string, Message[]> = {};
  for (const [key, { id, name, purpose }] of Object.entries(CHANNELS)) {
    channels[id] = {
      id,
      name,
      isDirectMessage: false,
      isGeneral: key === "general",
      isPrivate: false,
      createdAt: now,
      creator: PEOPLE[0]?.slackId ?? APP.botUserId,
      isArchived: false,
      topic: "",
      purpose,
      memberIds: Object.keys(users),
      bookmarks: [],
      pins: [],
    };
    messages[id] = [];
  }
  return {
    version: 1,
    lastTs: 0,
    users,
    channels,
    messages,
    readMarks: {},
    views: {},
    viewStacks: {},
    datastores: {},
    runs: [],
    tokens: {},
    pointers: {},
    notices: [],
    activity: [],
    triggers: {},
  };
}
