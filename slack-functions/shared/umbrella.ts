import { umbrellaName, umbrellaPurpose } from "../../core/channel_name.ts";
import type { StormNews, StormShare } from "../../core/protocol.ts";
import { describeDuration } from "../../core/time.ts";
import type { App } from "./app.ts";
import { type Block, context, section } from "./card.ts";
import { ChannelRefused, createOrAdopt } from "./channel.ts";
import { hasBlock, lastMessages } from "./history.ts";
import { type MeetingPlace, meetingPlace, noChannelBlocks, noChannelText } from "./meeting_place.ts";
import { channelLink, escapeText, time } from "./mrkdwn.ts";
import { mayCall, mustCall, numberOf, recordOf, textOf } from "./slack.ts";

const DATASTORE = "storms";

/** A storm as every delivery about it names it. */
export type Storm = Omit<StormShare, "asLine" | "also" | "services"> & Partial<Pick<StormShare, "services">>;

/** A storm as Slack's record has it. */
interface StormRecord {
  readonly sequence: number;
  readonly channelId: string;
  readonly channelName: string;
  readonly headTs: string;
  readonly feedTs: string;
  readonly summaryTs: string;
}

/**
 * The channel that gathers a storm's triages: the one that the companion or our own record names, else made now or found
 * where another run made it. Whoever made it posts its first message.
 */
export async function ensureUmbrella(app: App, storm: Storm): Promise<MeetingPlace> {
  if (storm.channelId !== "") return storm;
  const known = await readStorm(app, storm.id);
  if (known.channelId !== "") return known;
  const purpose = umbrellaPurpose(storm.id);
  const wanted = { base: umbrellaName(storm.number), purpose, key: storm.id, first: 1, notThis: "" };
  try {
    const { id, name, isNew } = await createOrAdopt(app.slack, wanted);
    if (isNew) await dressUmbrella(app, storm, id, name);
    return { channelId: id, channelName: name };
  } catch (thrown) {
    if (!(thrown instanceof ChannelRefused)) throw thrown;
    return gatherElsewhere(app, storm, thrown);
  }
}

/** Whether somebody archived the storm's channel, or took it out of our reach. */
export async function isUmbrellaLost(app: App, storm: Storm): Promise<boolean> {
  const channel = storm.channelId || (await readStorm(app, storm.id)).channelId;
  if (channel === "") return false;
  const answer = await mayCall(app.slack, "conversations.info", { channel });
  return answer.ok ? recordOf(answer["channel"])["is_archived"] === true : answer.error === "channel_not_found";
}

async function dressUmbrella(app: App, storm: Storm, channel: string, name: string): Promise<void> {
  await mayCall(app.slack, "conversations.setPurpose", { channel, purpose: umbrellaPurpose(storm.id) });
  const headTs = await postHead(app, channel, headText(storm));
  await save(app, storm.id, { channel_id: channel, channel_name: name, head_ts: headTs });
  const topic = `Storm ${storm.number}: many services fail at once. Their alerts are gathered here.`;
  await mayCall(app.slack, "conversations.setTopic", { channel, topic });
}

/** Slack lets us make no channel: the storm is gathered in one that is there, which says why. */
async function gatherElsewhere(app: App, storm: Storm, refused: ChannelRefused): Promise<MeetingPlace> {
  const place = await meetingPlace(app, refused);
  const channel = place.channelId;
  const where = "here";
  const message = { text: noChannelText(refused, where), blocks: noChannelBlocks(refused, where) };
  await mayCall(app.slack, "chat.postMessage", { channel, ...message });
  const headTs = await postHead(app, channel, headText(storm));
  await save(app, storm.id, { channel_id: channel, channel_name: place.channelName, head_ts: headTs });
  return place;
}

/** Brings what is said of a storm up to date: its first message, its line in the feed, and once it is over a summary. */
export async function tellStorm(app: App, news: StormNews, sequence: number): Promise<void> {
  const umbrella = await ensureUmbrella(app, news);
  const known = await readStorm(app, news.id);
  if (sequence <= known.sequence) return;
  const channel = umbrella.channelId;
  const head = headText(news);
  const headTs = known.headTs || (await findHead(app, channel)) || (await postHead(app, channel, head));
  await mayCall(app.slack, "chat.update", { channel, ts: headTs, text: head, blocks: headBlocks(head) });
  const feedTs = await tellFeed(app, known.feedTs, feedText(news, channel));
  const summaryTs = known.summaryTs || (news.ended ? await postSummary(app, channel, news) : "");
  await save(app, news.id, {
    sequence,
    channel_id: channel,
    channel_name: umbrella.channelName,
    head_ts: headTs,
    feed_ts: feedTs,
    summary_ts: summaryTs,
  });
}

const HEAD_BLOCK = "storm_head";

function headText(storm: Storm & Partial<StormNews>): string {
  const services = storm.services === undefined ? "many services" : `${storm.services} services`;
  if (storm.ended) {
    return `Storm ${escapeText(storm.number, 20)} is over: ${services} failed from ${time(storm.since)} to ${time(storm.ended.at)}. What is not decided yet is still to be decided below.`;
  }
  return `Storm: ${services} fail since ${time(storm.since)}. Alerts are gathered here, a thread a service; decide each below or merge them into one.`;
}

function headBlocks(text: string): Block[] {
  return [
    section(`:cyclone: *${text}*`, HEAD_BLOCK),
    context("Services that failed before the storm have channels of their own."),
  ];
}

async function postHead(app: App, channel: string, text: string): Promise<string> {
  return textOf((await mustCall(app.slack, "chat.postMessage", { channel, text, blocks: headBlocks(text) }))["ts"]);
}

/** Where whoever made the channel did not live to say which message it posted. */
async function findHead(app: App, channel: string): Promise<string | undefined> {
  const messages = await lastMessages(app.slack, { channel }, 200);
  return messages.map((message) => (hasBlock(message, HEAD_BLOCK) ? textOf(message["ts"]) : "")).findLast(Boolean);
}

function feedText(news: StormNews, channel: string): string {
  const what = `Storm ${escapeText(news.number, 20)}: ${news.services} services, ${news.incidents} triages since ${time(news.since)}, in ${channelLink(channel)}`;
  return news.ended ? `${what}. Over since ${time(news.ended.at)}${undecidedText(news.ended.undecided)}` : what;
}

async function tellFeed(app: App, ts: string, text: string): Promise<string> {
  const channel = app.settings.triageChannelId;
  if (!channel) return "";
  const message = { channel, text, blocks: [section(`:cyclone: ${text}`)] };
  if (ts !== "") {
    await mayCall(app.slack, "chat.update", { ...message, ts });
    return ts;
  }
  return textOf((await mayCall(app.slack, "chat.postMessage", message))["ts"]);
}

async function postSummary(app: App, channel: string, news: StormNews): Promise<string> {
  const { ended } = news;
  if (!ended) return "";
  const text = [
    `The storm is over: ${news.services} services, ${news.incidents} triages.`,
    `${ended.decided} decided${undecidedText(ended.undecided)}; the longest took ${describeDuration(ended.longestMs)}.`,
  ].join(" ");
  const hint =
    ended.undecided > 0
      ? "Go through the threads above that still ask. New alerts get channels of their own again."
      : "New alerts get channels of their own again.";
  const blocks = [section(`:sunny: *${text}*`, "storm_summary"), context(hint)];
  return textOf((await mayCall(app.slack, "chat.postMessage", { channel, text, blocks }))["ts"]);
}

function undecidedText(undecided: number): string {
  return undecided > 0 ? `, ${undecided} still to decide` : "";
}

/** The number of the last news of the storm that was applied. */
export async function stormSequence(app: App, id: string): Promise<number> {
  return (await readStorm(app, id)).sequence;
}

export async function noteStormSequence(app: App, id: string, sequence: number): Promise<void> {
  await save(app, id, { sequence });
}

async function readStorm(app: App, id: string): Promise<StormRecord> {
  const item = recordOf((await mustCall(app.slack, "apps.datastore.get", { datastore: DATASTORE, id }))["item"]);
  return {
    sequence: numberOf(item["sequence"]),
    channelId: textOf(item["channel_id"]),
    channelName: textOf(item["channel_name"]),
    headTs: textOf(item["head_ts"]),
    feedTs: textOf(item["feed_ts"]),
    summaryTs: textOf(item["summary_ts"]),
  };
}

async function save(app: App, id: string, item: Readonly<Record<string, string | number>>): Promise<void> {
  await mustCall(app.slack, "apps.datastore.update", { datastore: DATASTORE, item: { id, ...item } });
}
