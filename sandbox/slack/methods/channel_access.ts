import { APP } from "../../seed.ts";
import type { Platform } from "../platform.ts";
import type { Channel } from "../state.ts";

/** The channel as the bot may see it: private ones it is not in do not exist for it. */
export function seenChannel(platform: Platform, id: string): Channel | undefined {
  const channel = platform.state.channels[id];
  return channel && (!channel.isPrivate || channel.memberIds.includes(APP.botUserId)) ? channel : undefined;
}

/** The channel if the bot is in it and it is not archived; Slack's error otherwise. */
export function workingChannel(platform: Platform, id: string): Channel | string {
  const channel = seenChannel(platform, id);
  if (!channel) return "channel_not_found";
  if (!channel.memberIds.includes(APP.botUserId)) return channel.isArchived ? "is_archived" : "not_in_channel";
  return channel.isArchived ? "is_archived" : channel;
}

/** One page of a list, cut by `limit` and an opaque cursor. */
export function pageOf<Item>(all: readonly Item[], limit: number, cursor: string | undefined) {
  const start = cursor ? Number(Buffer.from(cursor, "base64url").toString()) : 0;
  const next = start + limit;
  const next_cursor = next < all.length ? Buffer.from(String(next)).toString("base64url") : "";
  return { items: all.slice(start, next), response_metadata: { next_cursor } };
}
