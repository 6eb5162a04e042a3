import type { StoredAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { cardBlockId, cardBlocks, cardText } from "./card.ts";
import { viewOf } from "./card_view.ts";
import { hasBlock, lastMessages } from "./history.ts";
import type { IncidentRecord } from "./incidents.ts";
import { mayCall, mustCall, textOf } from "./slack.ts";

/** How many messages are looked through for a card that another run posted. */
const LOOK_BACK = 200;

interface Posting {
  /** Whether an earlier run may have posted it. */
  readonly isRepeat?: boolean;
  /** The thread that the card stands in; by default it begins one. */
  readonly thread?: string;
}

/** The card's timestamp: posted now, or found where an earlier run posted it and did not live to say so. */
export async function ensureCard(
  app: App,
  record: IncidentRecord,
  known: readonly StoredAlert[],
  { isRepeat = true, thread = "" }: Posting = {},
): Promise<string> {
  if (record.cardTs !== "") return record.cardTs;
  const posted = isRepeat ? (await postedCards(app, record, thread))[0] : undefined;
  return posted ?? postOneCard(app, record, known, thread);
}

/** The timestamp of the card that stands where the incident lives; undefined where none does. */
export async function findCard(app: App, record: IncidentRecord): Promise<string | undefined> {
  return (await postedCards(app, record, record.threadTs))[0];
}

/** Two runs may post at once, and then the first card stays. */
export async function postOneCard(
  app: App,
  record: IncidentRecord,
  known: readonly StoredAlert[],
  thread = "",
): Promise<string> {
  const mine = await postCard(app, record, known, thread);
  const first = (await postedCards(app, record, thread))[0] ?? mine;
  if (first !== mine) await mayCall(app.slack, "chat.delete", { channel: record.channelId, ts: mine });
  return first;
}

async function postCard(
  app: App,
  record: IncidentRecord,
  known: readonly StoredAlert[],
  thread: string,
): Promise<string> {
  const view = await viewOf(app, record, known, false);
  const answer = await mustCall(app.slack, "chat.postMessage", {
    channel: record.channelId,
    ...(thread ? { thread_ts: thread } : {}),
    text: cardText(record),
    blocks: cardBlocks(view),
    unfurl_links: false,
    unfurl_media: false,
  });
  return textOf(answer["ts"]);
}

/** The timestamps of the incident's cards that stand there, the oldest first. */
async function postedCards(app: App, { channelId, incident }: IncidentRecord, thread: string): Promise<string[]> {
  const place = { channel: channelId, ...(thread ? { thread_ts: thread } : {}) };
  const messages = await lastMessages(app.slack, place, LOOK_BACK);
  const cards = messages.filter((message) => hasBlock(message, cardBlockId(incident.id)));
  return cards.map((message) => textOf(message["ts"])).toSorted((a, b) => Number(a) - Number(b));
}

/** A message's permanent link; where Slack does not give one now, Slack's own way to a channel by its id. */
export async function permalinkOf(app: App, channel: string, ts: string): Promise<string> {
  const answer = await mayCall(app.slack, "chat.getPermalink", { channel, message_ts: ts });
  return textOf(answer["permalink"]) || `https://slack.com/app_redirect?channel=${channel}`;
}
