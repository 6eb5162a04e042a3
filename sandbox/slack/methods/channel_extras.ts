/** What hangs on channels and messages: bookmarks, pins, reactions. */
import { z } from "zod";
import { APP } from "../../seed.ts";
import { id, method, type Method, text } from "../method.ts";
import { findMessage, touch } from "../platform.ts";
import type { Bookmark } from "../state.ts";
import { workingChannel } from "./channel_access.ts";
import { messageBody } from "./chat.ts";

const MAX_BOOKMARKS = 100;
const MAX_PINS = 100;
const MAX_REACTIONS = 23;
const BOOKMARKS = ["bookmarks:write"];

const title = z.string().min(1).max(256);
const link = z.string().max(2_048);

function bookmarkBody(channel: string, bookmark: Bookmark) {
  return { ...bookmark, channel_id: channel, type: "link", app_id: APP.id };
}

const addBookmark = method(
  2,
  BOOKMARKS,
  z.object({ channel_id: id, title, type: z.literal("link"), link, emoji: text.optional() }),
  (args, { platform }) => {
    const channel = workingChannel(platform, args.channel_id);
    if (typeof channel === "string") return { error: channel === "not_in_channel" ? "permission_denied" : channel };
    if (!/^https?:$/.test(URL.canParse(args.link) ? new URL(args.link).protocol : "")) return { error: "invalid_link" };
    if (channel.bookmarks.length >= MAX_BOOKMARKS) return { error: "too_many_bookmarks" };
    const bookmark: Bookmark = { id: platform.deps.id("Bk"), title: args.title, link: args.link, emoji: args.emoji };
    channel.bookmarks.push(bookmark);
    touch(platform);
    return { bookmark: bookmarkBody(channel.id, bookmark) };
  },
);

const editBookmark = method(
  2,
  BOOKMARKS,
  z.object({
    channel_id: id,
    bookmark_id: id,
    title: title.optional(),
    link: link.optional(),
    emoji: text.optional(),
  }),
  (args, { platform }) => {
    const channel = workingChannel(platform, args.channel_id);
    if (typeof channel === "string") return { error: channel === "not_in_channel" ? "permission_denied" : channel };
    const bookmark = channel.bookmarks.find((candidate) => candidate.id === args.bookmark_id);
    if (!bookmark) return { error: "not_found" };
    if (args.link !== undefined && !URL.canParse(args.link)) return { error: "invalid_link" };
    bookmark.title = args.title ?? bookmark.title;
    bookmark.link = args.link ?? bookmark.link;
    bookmark.emoji = args.emoji ?? bookmark.emoji;
    touch(platform);
    return { bookmark: bookmarkBody(channel.id, bookmark) };
  },
);

const listBookmarks = method(
  3,
  ["bookmarks:read", ...BOOKMARKS],
  z.object({ channel_id: id }),
  (args, { platform }) => {
    const channel = workingChannel(platform, args.channel_id);
    if (typeof channel === "string") return { error: channel === "not_in_channel" ? "permission_denied" : channel };
    return { bookmarks: channel.bookmarks.map((bookmark) => bookmarkBody(channel.id, bookmark)) };
  },
);

const removeBookmark = method(2, BOOKMARKS, z.object({ channel_id: id, bookmark_id: id }), (args, { platform }) => {
  const channel = workingChannel(platform, args.channel_id);
  if (typeof channel === "string") return { error: channel === "not_in_channel" ? "permission_denied" : channel };
  if (!channel.bookmarks.some((bookmark) => bookmark.id === args.bookmark_id)) return { error: "not_found" };
  channel.bookmarks = channel.bookmarks.filter((bookmark) => bookmark.id !== args.bookmark_id);
  touch(platform);
  return {};
});

const addPin = method(2, ["pins:write"], z.object({ channel: id, timestamp: id }), (args, { platform }) => {
  const channel = workingChannel(platform, args.channel);
  if (typeof channel === "string") return { error: channel };
  const message = findMessage(platform, channel.id, args.timestamp);
  if (!message) return { error: "message_not_found" };
  if (message.ephemeralTo !== undefined || message.subtype !== undefined) return { error: "not_pinnable" };
  if (channel.pins.some((pin) => pin.ts === args.timestamp)) return { error: "already_pinned" };
  if (channel.pins.length >= MAX_PINS) return { error: "too_many_pins" };
  channel.pins.push({ ts: args.timestamp, by: APP.botUserId, at: platform.deps.clock.now() });
  touch(platform);
  return {};
});

const listPins = method(2, ["pins:read"], z.object({ channel: id }), (args, { platform }) => {
  const channel = workingChannel(platform, args.channel);
  if (typeof channel === "string") return { error: channel };
  const items = channel.pins.flatMap((pin) => {
    const message = findMessage(platform, channel.id, pin.ts);
    if (!message) return [];
    const created = Math.floor(pin.at / 1_000);
    return [{ type: "message", channel: channel.id, message: messageBody(message), created, created_by: pin.by }];
  });
  return { items };
});

const removePin = method(2, ["pins:write"], z.object({ channel: id, timestamp: id }), (args, { platform }) => {
  const channel = workingChannel(platform, args.channel);
  if (typeof channel === "string") return { error: channel };
  if (!channel.pins.some((pin) => pin.ts === args.timestamp)) return { error: "no_pin" };
  channel.pins = channel.pins.filter((pin) => pin.ts !== args.timestamp);
  touch(platform);
  return {};
});

const addReaction = method(
  3,
  ["reactions:write"],
  z.object({ channel: id, timestamp: id, name: text }),
  (args, { platform }) => {
    const channel = workingChannel(platform, args.channel);
    if (typeof channel === "string") return { error: channel };
    const message = findMessage(platform, channel.id, args.timestamp);
    if (!message || message.ephemeralTo !== undefined) return { error: "message_not_found" };
    if (!/^[a-z0-9_+'-]+$/.test(args.name)) return { error: "invalid_name" };
    const reaction = message.reactions.find((candidate) => candidate.name === args.name);
    if (reaction?.users.includes(APP.botUserId)) return { error: "already_reacted" };
    if (!reaction && message.reactions.length >= MAX_REACTIONS) return { error: "too_many_emoji" };
    if (reaction) reaction.users.push(APP.botUserId);
    else message.reactions.push({ name: args.name, users: [APP.botUserId] });
    touch(platform);
    return {};
  },
);

export const CHANNEL_EXTRAS: Readonly<Record<string, Method>> = {
  "bookmarks.add": addBookmark,
  "bookmarks.edit": editBookmark,
  "bookmarks.list": listBookmarks,
  "bookmarks.remove": removeBookmark,
  "pins.add": addPin,
  "pins.list": listPins,
  "pins.remove": removePin,
  "reactions.add": addReaction,
};
