import type { StoredAlert } from "./alerts.ts";
import { readAlerts } from "./alerts.ts";
import type { App } from "./app.ts";
import { announcementBlocks, cardBlocks, cardText, type CardView, feedBlocks, topicOf } from "./card.ts";
import { type IncidentRecord, readIncident, saveRecord } from "./incidents.ts";
import { readPending } from "./pending.ts";
import { mayCall, textOf } from "./slack.ts";

/** Reads what a card is drawn from. `known` are alerts just written, which a stale read may not show yet. */
export async function viewOf(app: App, record: IncidentRecord, known: readonly StoredAlert[] = []): Promise<CardView> {
  const { incident } = record;
  const [stored, pending, target] = await Promise.all([
    readAlerts(app.slack, record.alertIds),
    readPending(app),
    incident.status === "merged" ? readIncident(app.slack, incident.mergedInto) : undefined,
  ]);
  const fresh = new Map(known.map((alert) => [alert.alert.id, alert]));
  const alerts = stored.map((alert) => fresh.get(alert.alert.id) ?? alert);
  for (const alert of known) if (!alerts.some((other) => other.alert.id === alert.alert.id)) alerts.push(alert);
  return {
    record,
    alerts: alerts.filter((alert) => alert.incidentId === incident.id || incident.status === "merged"),
    links: app.settings.links,
    unsent: pending.some((entry) => entry.incidentId === incident.id),
    ...(target ? { mergedInto: { number: target.incident.number, channelId: target.channelId } } : {}),
  };
}

/**
 * Draws everything that shows this incident anew: the card, its line in the feed, the announcement. Each may fail alone
 * (a card that was deleted, an archived channel) and is drawn again with the next news.
 */
export async function publish(app: App, record: IncidentRecord, options: PublishOptions = {}): Promise<void> {
  const view = await viewOf(app, record, options.known);
  const post = options.post ?? [];
  await Promise.all([
    publishCard(app, view),
    publishFeedLine(app, view, post.includes("feed_line")),
    publishAnnouncement(app, view, post.includes("announcement")),
  ]);
}

interface PublishOptions {
  readonly known?: readonly StoredAlert[];
  /**
   * What may be posted if it is not there yet. Only the step whose work it is says so; everybody else edits, since a
   * stale read of the record must not post a second time.
   */
  readonly post?: readonly ("feed_line" | "announcement")[];
}

async function publishCard(app: App, view: CardView): Promise<void> {
  const { record } = view;
  if (record.channelId === "" || record.cardTs === "") return;
  const message = { text: cardText(record), blocks: cardBlocks(view) };
  await mayCall(app.slack, "chat.update", { channel: record.channelId, ts: record.cardTs, ...message });
}

async function publishFeedLine(app: App, view: CardView, mayPost: boolean): Promise<void> {
  if (view.record.feedTs === "" && !mayPost) return;
  const ts = await postOrEdit(app, app.settings.triageChannelId, view.record.feedTs, {
    text: cardText(view.record),
    blocks: feedBlocks(view),
  });
  if (ts !== view.record.feedTs) await saveRecord(app.slack, view.record, { feedTs: ts });
}

/** Triage is quiet; only what somebody called an incident is announced. */
async function publishAnnouncement(app: App, view: CardView, mayPost: boolean): Promise<void> {
  const { record } = view;
  if (record.announcementTs === "" && !mayPost) return;
  const ts = await postOrEdit(app, app.settings.announceChannelId, record.announcementTs, {
    text: cardText(record),
    blocks: announcementBlocks(view),
  });
  if (ts !== record.announcementTs) await saveRecord(app.slack, record, { announcementTs: ts });
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

export async function publishTopic(app: App, record: IncidentRecord): Promise<void> {
  if (record.channelId === "") return;
  await mayCall(app.slack, "conversations.setTopic", { channel: record.channelId, topic: topicOf(record) });
}
