import { isOpen } from "../../core/incident.ts";
import { STALE_READ_MS } from "../../core/assumptions.ts";
import { isOlder, readAlerts, type StoredAlert, writeAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { announcementBlocks, cardBlocks, cardText, type CardView, feedBlocks, topicOf } from "./card.ts";
import { ensureCard, findCard, permalinkOf } from "./card_message.ts";
import { viewOf } from "./card_view.ts";
import { type IncidentRecord, saveRecord, settleRecord, sharesChannel } from "./incidents.ts";
import { lookUntil, shows } from "./settling.ts";
import { publishTable } from "./storm_table.ts";
import { mayCall, PASSING, textOf } from "./slack.ts";
import { sayUnposted } from "./unposted.ts";

interface PublishOptions {
  /** Alerts that were just written. */
  readonly known?: readonly StoredAlert[];
  /** Whether something waits for the companion, where that is known. */
  readonly unsent?: boolean;
  /**
   * What may be posted if it is not there yet. Only the step whose work it is says so; everybody else edits, since a
   * stale read of the record must not post a second time.
   */
  readonly post?: readonly ("feed_line" | "announcement")[];
}

/** More rounds than this mean that others keep writing, and each of them draws as well. */
const MAX_ROUNDS = 4;

/**
 * Draws everything that shows this incident: the card, its line in the feed, the announcement. Each may fail alone (a
 * card that was deleted, an archived channel). Runs overlap, so whoever has drawn looks again when its own writes show
 * and no read can be older than its drawing, and draws anew what others wrote meanwhile: whoever draws last has seen
 * everything.
 */
export async function publish(app: App, record: IncidentRecord, options: PublishOptions = {}): Promise<void> {
  let view = await viewOf(app, record, options.known, options.unsent);
  let written = await draw(app, view, options.post ?? []);
  for (let round = 1; round < MAX_ROUNDS; round += 1) {
    await app.pause(STALE_READ_MS);
    const latest = await settled(app, written, options.known ?? []);
    const next = await viewOf(app, latest.record, latest.alerts, options.unsent);
    if (looksOf(next) === looksOf({ ...view, record: written })) return;
    view = next;
    written = await draw(app, view, []);
  }
}

/** Everything that is drawn, and where: a message that was posted meanwhile has not been drawn by us. */
function looksOf(view: CardView): string {
  const { feedTs, announcementTs } = view.record;
  return JSON.stringify([cardBlocks(view), feedBlocks(view), announcementBlocks(view), feedTs, announcementTs]);
}

/**
 * The record once our own writes show in it, with those alerts as they are then. What does not show by now was written over
 * by a call that was longer on its way, and is what the next reader sees.
 */
async function settled(
  app: App,
  written: IncidentRecord,
  known: readonly StoredAlert[],
): Promise<{ readonly record: IncidentRecord; readonly alerts: readonly StoredAlert[] }> {
  const record = await settleRecord(app, written);
  const ids = known.map(({ alert }) => alert.id);
  const isShown = (read: readonly StoredAlert[]) =>
    known.every((alert) => read.some((other) => other.alert.id === alert.alert.id && shows(other, alert)));
  const read = ids.length > 0 ? await lookUntil(app, () => readAlerts(app.slack, ids), isShown) : [];
  return { record, alerts: await Promise.all(known.map((one) => asItStands(app, one, read))) };
}

/** The newest of an alert: ours again where older news were written over it. */
async function asItStands(app: App, ours: StoredAlert, stored: readonly StoredAlert[]): Promise<StoredAlert> {
  const read = stored.find(({ alert }) => alert.id === ours.alert.id);
  // What is drawn otherwise than it is on record stays so until somebody writes it anew.
  if (!read || isSame(ours, read)) return ours;
  return isOlder(read.alert, ours.alert) ? await writeAlert(app, read, ours.alert, ours.incidentId) : read;
}

function isSame(one: StoredAlert, other: StoredAlert): boolean {
  return one.revision === other.revision && one.writer === other.writer;
}

/** @returns the record with the messages that were posted */
async function draw(
  app: App,
  view: CardView,
  post: readonly ("feed_line" | "announcement")[],
): Promise<IncidentRecord> {
  const { record } = view;
  const [feedTs, announcementTs, card] = await Promise.all([
    publishFeedLine(app, view, post.includes("feed_line")),
    publishAnnouncement(app, view, post.includes("announcement")),
    publishCard(app, view),
    publishTable(app, record),
  ]);
  const isSame = feedTs === record.feedTs && announcementTs === record.announcementTs && card === undefined;
  return isSame ? record : saveRecord(app, record, { feedTs, announcementTs, ...card });
}

/**
 * @returns where the card is now, if that is not on record: the run that posted it died before it wrote that down, or
 * somebody deleted it, and an open incident gets another one
 */
async function publishCard(
  app: App,
  view: CardView,
): Promise<Pick<IncidentRecord, "cardTs" | "channelUrl"> | undefined> {
  const { record } = view;
  const { channelId: channel } = record;
  // A line among others has no card.
  if (channel === "" || (record.cardTs === "" && record.tableTs !== "")) return undefined;
  const ts = record.cardTs || (await findCard(app, record));
  const isThere = ts !== undefined && (await drawCard(app, view, ts));
  if (isThere ? ts === record.cardTs : !isOpen(record.incident)) return undefined;
  const cardTs = isThere
    ? ts
    : await ensureCard(app, { ...record, cardTs: "" }, view.alerts, { thread: record.threadTs });
  if (!sharesChannel(record)) await mayCall(app.slack, "pins.add", { channel, timestamp: cardTs }, ["already_pinned"]);
  return { cardTs, channelUrl: await permalinkOf(app, channel, cardTs) };
}

/** @returns false where there is no such message */
async function drawCard(app: App, view: CardView, ts: string): Promise<boolean> {
  const { record } = view;
  const message = { text: cardText(record), blocks: cardBlocks(view) };
  const answer = await mayCall(app.slack, "chat.update", { channel: record.channelId, ts, ...message });
  return answer.error !== "message_not_found";
}

function publishFeedLine(app: App, view: CardView, mayPost: boolean): Promise<string> {
  const { record } = view;
  if (record.feedTs === "" && !mayPost) return Promise.resolve("");
  const message = { text: cardText(record), blocks: feedBlocks(view) };
  return postOrEdit(app, record, "feed_line", record.feedTs, message);
}

/** Triage is quiet; only what somebody called an incident is announced. */
function publishAnnouncement(app: App, view: CardView, mayPost: boolean): Promise<string> {
  const { record } = view;
  if (record.announcementTs === "" && !mayPost) return Promise.resolve("");
  const message = { text: cardText(record), blocks: announcementBlocks(view) };
  return postOrEdit(app, record, "announcement", record.announcementTs, message);
}

/** @returns the message's timestamp; the old one where nothing could be posted */
async function postOrEdit(
  app: App,
  record: IncidentRecord,
  what: "feed_line" | "announcement",
  ts: string,
  message: { readonly text: string; readonly blocks: readonly unknown[] },
): Promise<string> {
  const { triageChannelId, announceChannelId } = app.settings;
  const channel = what === "feed_line" ? triageChannelId : announceChannelId;
  if (!channel) return ts;
  if (ts !== "") {
    await mayCall(app.slack, "chat.update", { channel, ts, ...message });
    return ts;
  }
  const args = { channel, ...message, unfurl_links: false, unfurl_media: false };
  const answer = await mayCall(app.slack, "chat.postMessage", args);
  if (answer.ok) return textOf(answer["ts"]);
  await sayUnposted(app, record, what, answer.error ?? "");
  return "";
}

/** The topic of a channel of its own; @returns false where Slack left it undone just now, its limits above all */
export async function publishTopic(app: App, record: IncidentRecord): Promise<boolean> {
  if (record.channelId === "" || sharesChannel(record)) return true;
  const answer = await mayCall(app.slack, "conversations.setTopic", {
    channel: record.channelId,
    topic: topicOf(record),
  });
  return !PASSING.includes(answer.error ?? "");
}
