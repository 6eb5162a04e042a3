import { z } from "zod";
import { APP } from "../../seed.ts";
import { flag, id, method, wholeNumber, type Method } from "../method.ts";
import type { Platform } from "../platform.ts";
import type { Channel, Message } from "../state.ts";
import { pageOf, seenChannel } from "./channel_access.ts";
import { messageBody } from "./chat.ts";
import { channelBody } from "./conversations.ts";

const READ = ["channels:read", "groups:read", "im:read"];
const HISTORY = ["channels:history", "groups:history", "im:history"];
const paged = {
  cursor: z.string().optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(999)).default(100),
};
const span = { latest: z.string().optional(), oldest: z.string().optional(), inclusive: flag.optional() };
type Span = z.infer<z.ZodObject<typeof span>>;

const info = method(3, READ, z.object({ channel: id }), (args, { platform }) => {
  const channel = seenChannel(platform, args.channel);
  return channel ? { channel: channelBody(channel) } : { error: "channel_not_found" };
});

const list = method(
  2,
  READ,
  z.object({ ...paged, types: z.string().default("public_channel"), exclude_archived: flag.optional() }),
  (args, { platform }) => {
    const types = args.types.split(",").map((type) => type.trim());
    const kindOf = (channel: Channel) =>
      channel.isDirectMessage ? "im" : channel.isPrivate ? "private_channel" : "public_channel";
    const all = Object.keys(platform.state.channels)
      .map((one) => seenChannel(platform, one))
      .filter((channel) => channel !== undefined)
      .filter((channel) => types.includes(kindOf(channel)) && !(args.exclude_archived && channel.isArchived));
    const { items, response_metadata } = pageOf(all, args.limit, args.cursor);
    return { channels: items.map(channelBody), response_metadata };
  },
);

const members = method(4, READ, z.object({ ...paged, channel: id }), (args, { platform }) => {
  const channel = seenChannel(platform, args.channel);
  if (!channel) return { error: "channel_not_found" };
  const { items, response_metadata } = pageOf(channel.memberIds, args.limit, args.cursor);
  return { members: items, response_metadata };
});

function isWithin(ts: string, { latest, oldest, inclusive }: Span): boolean {
  const at = Number(ts);
  const isBefore = !latest || (inclusive ? at <= Number(latest) : at < Number(latest));
  const isAfter = !oldest || (inclusive ? at >= Number(oldest) : at > Number(oldest));
  return isBefore && isAfter;
}

/** What the bot can read: its channel's messages but those that one person alone sees. */
function readable(platform: Platform, channelId: string): readonly Message[] | string {
  const channel = seenChannel(platform, channelId);
  if (!channel) return "channel_not_found";
  if (!channel.memberIds.includes(APP.botUserId)) return "not_in_channel";
  return (platform.state.messages[channelId] ?? []).filter((message) => message.ephemeralTo === undefined);
}

function withReplies(message: Message, all: readonly Message[]) {
  const replies = all.filter((other) => other.threadTs === message.ts && other.ts !== message.ts);
  const latest = replies.at(-1);
  return {
    ...messageBody(message),
    ...(latest ? { thread_ts: message.ts, reply_count: replies.length, latest_reply: latest.ts } : {}),
  };
}

const history = method(3, HISTORY, z.object({ ...paged, ...span, channel: id }), (args, { platform }) => {
  const all = readable(platform, args.channel);
  if (typeof all === "string") return { error: all };
  const wanted = all.filter((message) => message.threadTs === undefined && isWithin(message.ts, args)).reverse();
  const { items, response_metadata } = pageOf(wanted, args.limit, args.cursor);
  return {
    messages: items.map((message) => withReplies(message, all)),
    has_more: response_metadata.next_cursor !== "",
    response_metadata,
  };
});

const replies = method(3, HISTORY, z.object({ ...paged, ...span, channel: id, ts: id }), (args, { platform }) => {
  const all = readable(platform, args.channel);
  if (typeof all === "string") return { error: all };
  if (!all.some((message) => message.ts === args.ts)) return { error: "thread_not_found" };
  const thread = all.filter(
    (message) => message.ts === args.ts || (message.threadTs === args.ts && isWithin(message.ts, args)),
  );
  const { items, response_metadata } = pageOf(thread, args.limit, args.cursor);
  return {
    messages: items.map((message) => withReplies(message, all)),
    has_more: response_metadata.next_cursor !== "",
    response_metadata,
  };
});

export const CONVERSATION_READS: Readonly<Record<string, Method>> = {
  "conversations.info": info,
  "conversations.list": list,
  "conversations.members": members,
  "conversations.history": history,
  "conversations.replies": replies,
};
