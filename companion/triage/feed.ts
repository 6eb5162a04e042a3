/** Lines of the triage feed that belong to no incident: what is in them, and what Slack is told of them. */
import {
  FEED_ALERTS_MAX,
  FEED_SERVICES_MAX,
  type FeedAlert,
  type FeedLine,
  type FeedLineData,
  feedSubject,
} from "../../core/feed_line.ts";
import { byteLength, cutBytes } from "../../core/text.ts";
import { HOUR } from "../../core/time.ts";
import type { AlertFacts, FeedPlace, IncidentRow, Transaction } from "../store/store.ts";
import { newsOf } from "./news_state.ts";
import { queue, type Unit } from "./unit.ts";

/** Posts a line in the feed, or edits the one of this key. One that waits to leave carries the change already. */
export async function putFeedLine(unit: Unit, key: string, line: FeedLine): Promise<void> {
  await unit.tx.saveFeedLine(key, line, unit.now);
  await announceFeedLine(unit, key);
}

/** Makes alerts part of what a line is about. One that stood in another line stands in this one from now on. */
export async function listInFeed(
  unit: Unit,
  key: string,
  line: FeedLine,
  alerts: readonly AlertFacts[],
): Promise<void> {
  await putFeedLine(unit, key, line);
  for (const alert of alerts) {
    const before = await unit.tx.feedPlace(alert.id);
    const opened = before?.key === key ? before : { openedAs: "", openedBy: "" };
    await unit.tx.placeInFeed({ ...opened, ...placeOf(key, alert) });
  }
}

/** Makes an incident that has no alert part of what a line is about. */
export async function listIncidentInFeed(
  unit: Unit,
  key: string,
  line: FeedLine,
  { incident }: IncidentRow,
): Promise<void> {
  await putFeedLine(unit, key, line);
  const { id: incidentId, serviceName, openedAt: since } = incident;
  await unit.tx.placeIncidentInFeed({ incidentId, key, serviceName, since });
}

/** Before the id of the incident whose repetitions a line counts. */
export const DISMISSED_KEY = "dismissed:";

/** How keys of lines begin that name triages which Slack did not take. */
export const UNDELIVERED_KEY = "undelivered:";

/** How keys of lines begin that name incidents of which Slack did not take the latest news. */
export const UNHEARD_KEY = "unheard:";

/** A line that was quiet for so long is left as it is, and the next begins a new one. */
const EPISODE_MS = 1 * HOUR;

/** The key of the line that takes in what comes of one outage. */
export async function backlogKey(
  unit: Unit,
  kind: "backlog" | "withdrawn" | "undelivered" | "unheard",
): Promise<string> {
  return (await unit.tx.recentFeedKey(kind, unit.now - EPISODE_MS)) ?? `${kind}:${unit.id("line")}`;
}

/** The alert of a line has changed in PagerDuty. */
export async function updateInFeed(unit: Unit, place: FeedPlace, alert: AlertFacts): Promise<void> {
  await unit.tx.placeInFeed({ ...place, ...placeOf(place.key, alert) });
  await announceFeedLine(unit, place.key);
}

/** A triage was opened for an alert of a line, which says so from now on. @param by Slack user id; empty for nobody */
export async function openedFromFeed(unit: Unit, place: FeedPlace, incidentId: string, by: string): Promise<void> {
  await unit.tx.placeInFeed({ ...place, openedAs: incidentId, openedBy: by });
  await announceFeedLine(unit, place.key);
}

/** Lines that name this incident are drawn anew, since its channel may be known now. */
export async function announceInFeed(unit: Unit, incidentId: string): Promise<void> {
  for (const key of await unit.tx.feedKeysOf(incidentId)) await announceFeedLine(unit, key);
}

function placeOf(key: string, alert: AlertFacts): Omit<FeedPlace, "openedAs" | "openedBy"> {
  const { id: alertId, serviceName, since, status } = alert;
  return { alertId, key, serviceName, since, isOver: status === "resolved" };
}

async function announceFeedLine(unit: Unit, key: string): Promise<void> {
  const open = await unit.tx.openJobs(feedSubject(key), ["slack_signal"]);
  if (open.some(({ state, attempts }) => state === "ready" && attempts === 0)) return;
  await queue(unit, feedSubject(key), { kind: "slack_signal", signal: "feed_line", key });
}

/** What a line says, read at the moment that it leaves, as JSON of at most `maxBytes`. */
export async function feedLineData(tx: Transaction, key: string, maxBytes: number): Promise<string | undefined> {
  const line = await tx.feedLine(key);
  if (!line) return undefined;
  const figures = await tx.feedFigures(key, FEED_SERVICES_MAX);
  const alerts: FeedAlert[] = [];
  // PagerDuty lists what is left out of the others.
  for (const id of await tx.feedIncidents(key, FEED_ALERTS_MAX)) {
    const row = await tx.incident(id);
    if (row) alerts.push(await withoutAlert(tx, row));
  }
  for (const place of await tx.feedPlaces(key, FEED_ALERTS_MAX - alerts.length)) {
    const alert = await feedAlert(tx, place);
    if (alert) alerts.push(alert);
  }
  const services = figures.services.map(({ name, count }) => ({ name: cutBytes(name, 100), count }));
  // Hostile titles are the only reason that it would not fit; the oldest go, and the counts tell of them.
  for (;;) {
    const data: FeedLineData = { line, about: { ...figures, services, alerts } };
    const text = JSON.stringify(data);
    if (byteLength(text) <= maxBytes || alerts.pop() === undefined) return text;
  }
}

async function feedAlert(tx: Transaction, place: FeedPlace): Promise<FeedAlert | undefined> {
  const row = await tx.alert(place.alertId);
  if (!row) return undefined;
  const { id, title, url, serviceName, urgency, status, since } = row.facts;
  const incident = place.openedAs === "" ? undefined : await tx.incident(place.openedAs);
  return {
    id,
    title: cutBytes(title, 180),
    url: byteLength(url) <= 250 ? url : "",
    serviceName: cutBytes(serviceName, 100),
    urgency,
    status,
    since,
    ...(incident ? { opened: await openedOf(tx, incident, place) } : {}),
  };
}

/** An incident that somebody started by hand, as a line names it. */
async function withoutAlert(tx: Transaction, row: IncidentRow): Promise<FeedAlert> {
  const { id, title, serviceName, openedAt: since } = row.incident;
  const named = { id, title: cutBytes(title, 180), url: "", serviceName: cutBytes(serviceName, 100), since };
  const opened = await openedOf(tx, row, { key: UNHEARD_KEY, openedBy: "" });
  return { ...named, urgency: "high", status: "triggered", byHand: true, opened };
}

async function openedOf(
  tx: Transaction,
  { incident, place }: IncidentRow,
  { key, openedBy }: Pick<FeedPlace, "key" | "openedBy">,
): Promise<NonNullable<FeedAlert["opened"]>> {
  return {
    number: incident.number,
    by: openedBy,
    channelId: place?.channelId ?? "",
    ...(key.startsWith(UNHEARD_KEY) ? { news: await newsOf(tx, incident.id) } : {}),
  };
}
