import { feedKeyOf, readFeedLine } from "../../core/feed_line.ts";
import type { App } from "../shared/app.ts";
import { feedLineBlockId, feedLineBlocks, feedLineText } from "../shared/feed_line.ts";
import { type Posted, readPosted, writePosted } from "../shared/feed_posted.ts";
import { safeJson } from "../shared/people.ts";
import { mayCall, mustCall, PASSING, recordOf, type SlackAnswer, SlackProblem, textOf } from "../shared/slack.ts";

/**
 * Posts a line of the feed, or edits it where it was posted. The companion sends the next delivery of a line only when
 * this one was confirmed, so no two of them draw at a time; what is written is waited for, since the next reads it.
 */
export async function takeFeedLine(
  app: App,
  subject: string,
  sequence: number,
  data: string,
): Promise<"applied" | "already_applied"> {
  const key = feedKeyOf(subject);
  const line = readFeedLine(safeJson(data));
  if (key === undefined || !line) {
    // A companion newer than this app: what it means is unknown here, and sending it again would not help.
    console.warn("feed_line.unknown_kind");
    return "applied";
  }
  const posted = await readPosted(app, key);
  if (posted && posted.sequence >= sequence) return "already_applied";
  const { triageChannelId, announceChannelId, links } = app.settings;
  // Announcements are the next best place: an alert that nobody can see would be lost.
  const channels = [posted?.channel, triageChannelId, announceChannelId].filter((one) => one !== undefined);
  if (channels.length === 0) {
    console.warn("feed_line.no_channel: neither TRIAGE_CHANNEL_ID nor ANNOUNCE_CHANNEL_ID is set");
    return "applied";
  }
  const message = { text: feedLineText(line), blocks: feedLineBlocks(key, line, links) };
  const where = await show(app, [...new Set(channels)], posted, key, message);
  await writePosted(app, key, { ...where, sequence });
  return "applied";
}

type Place = Pick<Posted, "channel" | "ts">;

/** Edits or posts the line in the first channel that can be written in. */
async function show(
  app: App,
  channels: readonly string[],
  posted: Posted | undefined,
  key: string,
  message: Message,
): Promise<Place> {
  let error = "";
  for (const channel of channels) {
    const known = (posted?.channel === channel && posted.ts) || (await findPosted(app, channel, key));
    if (known && (await edit(app, channel, known, message))) return { channel, ts: known };
    const answer = await post(app, channel, message);
    if (answer.ok) return { channel, ts: textOf(answer["ts"]) };
    error = answer.error ?? "no reason given";
    if (PASSING.includes(error)) break;
  }
  throw new SlackProblem(`No line could be posted in the triage feed (${error}). Look at TRIAGE_CHANNEL_ID.`);
}

interface Message {
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** What says that the message, or its channel, is out of reach. */
const GONE = [
  "message_not_found",
  "cant_update_message",
  "is_inactive",
  "is_archived",
  "channel_not_found",
  "not_in_channel",
];

/** @returns whether it shows now; not where it is out of reach, and then it is posted anew */
async function edit(app: App, channel: string, ts: string, message: Message): Promise<boolean> {
  return (await mustCall(app.slack, "chat.update", { channel, ts, ...message }, GONE)).ok;
}

function post(app: App, channel: string, message: Message): Promise<SlackAnswer> {
  const args = { channel, ...message, unfurl_links: false, unfurl_media: false };
  return mayCall(app.slack, "chat.postMessage", args);
}

/** What an earlier attempt posted and did not live to write down. */
async function findPosted(app: App, channel: string, key: string): Promise<string | undefined> {
  const answer = await mayCall(app.slack, "conversations.history", { channel, limit: 50 }, GONE);
  const messages = Array.isArray(answer["messages"]) ? answer["messages"].map(recordOf) : [];
  const wanted = feedLineBlockId(key);
  const found = messages.find((message) => {
    const blocks = Array.isArray(message["blocks"]) ? message["blocks"].map(recordOf) : [];
    return blocks.some((block) => block["block_id"] === wanted);
  });
  return textOf(found?.["ts"]) || undefined;
}
