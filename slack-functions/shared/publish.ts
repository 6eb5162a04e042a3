import { STALE_READ_MS } from "../../core/assumptions.ts";
import { currentResolution } from "../../core/alert_resolution.ts";
import type { StoredAlert } from "./alerts.ts";
import { readAlerts } from "./alerts.ts";
import type { App } from "./app.ts";
import {
  announcementBlocks,
  cardBlocks,
  cardText,
  type CardView,
  feedBlocks,
  type IncidentReference,
  topicOf,
} from "./card.ts";
import { alertIdsOf, type IncidentRecord, readIncident, saveRecord, sharesChannel } from "./incidents.ts";
import { readPending } from "./pending.ts";
import { lookUntil, shows } from "./settling.ts";
import { publishTable } from "./storm_table.ts";
import { mayCall, textOf } from "./slack.ts";

/** Reads what a card is drawn from. `known` are alerts just written or just read: those need not be read again. */
export async function viewOf(
  app: App,
  record: IncidentRecord,
  known: readonly StoredAlert[] = [],
  unsent?: boolean,
): Promise<CardView> {
  const { incident } = record;
  const [stored, pending, target, former] = await Promise.all([
    readAlerts(
      app.slack,
      alertIdsOf(record).filter((id) => !known.some(({ alert }) => alert.id === id)),
    ),
    unsent === undefined ? readPending(app) : [],
    incident.status === "merged" ? readIncident(app.slack, incident.mergedInto) : undefined,
    readIncident(app.slack, record.reopenedFrom),
  ]);
  const found = new Map([...stored, ...known].map((alert) => [alert.alert.id, alert]));
  return {
    record,
    alerts: [...found.values()].filter((alert) => isShownBy(record, alert)),
    links: app.settings.links,
    unsent: unsent ?? pending.some((entry) => entry.incidentId === incident.id),
    ...(target ? { mergedInto: referenceTo(target) } : {}),
    ...(former ? { reopenedFrom: referenceTo(former) } : {}),
  };
}

/** Alerts that went elsewhere are shown where they were by a merged incident, and where PagerDuty merged them away. */
function isShownBy({ incident }: IncidentRecord, { alert, incidentId }: StoredAlert): boolean {
  return incidentId === incident.id || incident.status === "merged" || currentResolution(alert)?.by === "merge";
}

function referenceTo({ incident, channelId }: IncidentRecord): IncidentReference {
  return { number: incident.number, channelId };
}

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
    if (!latest) return;
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

/** The record once our own writes show in it, with those alerts as they are then; undefined where they do not show in time. */
async function settled(
  app: App,
  written: IncidentRecord,
  known: readonly StoredAlert[],
): Promise<{ readonly record: IncidentRecord; readonly alerts: readonly StoredAlert[] } | undefined> {
  const record = await lookUntil(
    app,
    () => readIncident(app.slack, written.incident.id),
    (read) => read !== undefined && shows(read, written),
  );
  if (!record || !shows(record, written)) return undefined;
  const ids = known.map(({ alert }) => alert.id);
  const isShown = (read: readonly StoredAlert[]) =>
    known.every((alert) => read.some((other) => other.alert.id === alert.alert.id && shows(other, alert)));
  const alerts = ids.length > 0 ? await lookUntil(app, () => readAlerts(app.slack, ids), isShown) : [];
  return isShown(alerts) ? { record, alerts } : undefined;
}

/** @returns the record with the messages that were posted */
async function draw(
  app: App,
  view: CardView,
  post: readonly ("feed_line" | "announcement")[],
): Promise<IncidentRecord> {
  const [feedTs, announcementTs] = await Promise.all([
    publishFeedLine(app, view, post.includes("feed_line")),
    publishAnnouncement(app, view, post.includes("announcement")),
    publishCard(app, view),
    publishTable(app, view.record),
  ]);
  const { record } = view;
  const isSame = feedTs === record.feedTs && announcementTs === record.announcementTs;
  return isSame ? record : saveRecord(app, record, { feedTs, announcementTs });
}

async function publishCard(app: App, view: CardView): Promise<void> {
  const { record } = view;
  if (record.channelId === "" || record.cardTs === "") return;
  const message = { text: cardText(record), blocks: cardBlocks(view) };
  await mayCall(app.slack, "chat.update", { channel: record.channelId, ts: record.cardTs, ...message });
}

function publishFeedLine(app: App, view: CardView, mayPost: boolean): Promise<string> {
  const { record } = view;
  if (record.feedTs === "" && !mayPost) return Promise.resolve("");
  const message = { text: cardText(record), blocks: feedBlocks(view) };
  return postOrEdit(app, app.settings.triageChannelId, record.feedTs, message);
}

/** Triage is quiet; only what somebody called an incident is announced. */
function publishAnnouncement(app: App, view: CardView, mayPost: boolean): Promise<string> {
  const { record } = view;
  if (record.announcementTs === "" && !mayPost) return Promise.resolve("");
  const message = { text: cardText(record), blocks: announcementBlocks(view) };
  return postOrEdit(app, app.settings.announceChannelId, record.announcementTs, message);
}

/** @returns the message's timestamp; the old one where nothing could be posted */
async function postOrEdit(
  app: App,
  channel: string | undefined,
  ts: string,
  message: { readonly text: string; readonly blocks: readonly unknown[] },
): Promise<string> {
  if (!channel) return ts;
  if (ts !== "") {
    await mayCall(app.slack, "chat.update", { channel, ts, ...message });
    return ts;
  }
  const answer = await mayCall(app.slack, "chat.postMessage", {
    channel,
    ...message,
    unfurl_links: false,
    unfurl_media: false,
  });
  return answer.ok ? textOf(answer["ts"]) : "";
}

/** The topic of a channel of its own; @returns false where Slack's limits left it undone */
export async function publishTopic(app: App, record: IncidentRecord): Promise<boolean> {
  if (record.channelId === "" || sharesChannel(record)) return true;
  const answer = await mayCall(app.slack, "conversations.setTopic", {
    channel: record.channelId,
    topic: topicOf(record),
  });
  return answer.error !== "ratelimited";
}
