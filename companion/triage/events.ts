import { isDeepStrictEqual } from "node:util";
import { currentResolution, RESOLUTION_REASONS } from "../../core/alert_resolution.ts";
import { alertTime } from "../../core/debounce.ts";
import { pagesAnew } from "../../core/paging_news.ts";
import type { PagerdutyEvent } from "../intake/webhook_event.ts";
import { ALERT_EVENTS } from "../intake/webhook_event.ts";
import type { AlertFacts } from "../store/store.ts";
import { isWishNewer, moveAlert } from "./alert_moves.ts";
import { unseenAlert, updatedAlert } from "./alert_row.ts";
import { updateInFeed } from "./feed.ts";
import { homeOf } from "./home.ts";
import { raiseLevel } from "./later.ts";
import { endSnooze, noteAcknowledgement } from "./reminders.ts";
import { type Routed, routeNewAlert } from "./open.ts";
import { dismissIfOver } from "./self_resolved.ts";
import type { Why } from "../timeline.ts";
import { announceAlert, queue, record, type Unit } from "./unit.ts";

/** What an event came to, for the log. */
export interface EventOutcome {
  readonly action: Routed["action"] | "changed" | "unchanged" | "recorded" | "ignored";
  readonly alertId?: string;
  readonly incidentId?: string;
  readonly why?: string;
}

/**
 * Takes an event of PagerDuty in: opens, offers, or brings the alert up to date. Events may come in any order and any
 * number of times; `occurred_at` decides, so nothing comes back to life.
 * @param sentryHosts hosts beside sentry.io whose links count as Sentry's
 */
export async function takeEvent(
  unit: Unit,
  event: PagerdutyEvent,
  receivedAt: number,
  sentryHosts: readonly string[],
): Promise<EventOutcome> {
  const { alert } = event;
  if (!alert || !ALERT_EVENTS.has(event.type)) return { action: "ignored" };
  // All of PagerDuty's events are dated by one clock, so their order is told by it alone.
  const at = event.occurredAt ?? receivedAt;
  await unit.tx.rememberService(alert.serviceId, alert.serviceName);
  const before = await unit.tx.alert(alert.id);
  const relations = await unit.tx.relations(alert.id);
  const home = homeOf(relations);
  const after = before
    ? updatedAlert(before, event, alert, at, await isWishNewer(unit, home, at))
    : unseenAlert(event, alert, at, sentryHosts);
  const isNews = !before || !isDeepStrictEqual(before.facts, after.facts);
  if (!isDeepStrictEqual(before, after)) await unit.tx.saveAlert(after);
  const place = isNews ? await unit.tx.feedPlace(alert.id) : undefined;
  if (place) await updateInFeed(unit, place, after.facts);
  if (relations.length === 0) {
    const isBegun = event.type === "incident.triggered" || (before !== undefined && event.type === "incident.reopened");
    return takeUnrelated(unit, event, after.facts, alertTime(event.occurredAt, receivedAt), { isNews, isBegun });
  }
  if (!isNews) return { action: "unchanged", alertId: alert.id };
  if (!home) {
    // Kept separate while it was over, or from what is closed by now: back again, it has no triage yet.
    const isBegun = before?.facts.status === "resolved";
    return takeUnrelated(unit, event, after.facts, alertTime(event.occurredAt, receivedAt), { isNews, isBegun });
  }
  if (before) {
    const moved = await moveAlert(unit, { before, after, event, at }, home);
    if (moved) return { ...moved, alertId: alert.id };
  }
  await announceAlert(unit, home.incidentId, alert.id);
  await raiseLevel(unit, home.incidentId, after.facts);
  if (before && home.relation === "attached") await noteNews(unit, home.incidentId, before.facts, after.facts, at);
  // People who were assigned since come without their addresses, by which Slack knows them.
  if (after.facts.paged.some(({ email }) => email === undefined)) {
    await queue(unit, home.incidentId, { kind: "fetch_details", alertId: alert.id, expectsAlerts: false });
  }
  if (currentResolution(after.facts)?.by === "itself") await dismissIfOver(unit, home.incidentId);
  const why = reasonOf(before?.facts, after.facts);
  await record(unit, home.incidentId, "alert.changed", why, `pagerduty:${event.agentId}`, {
    alertId: alert.id,
    event: event.type,
    status: after.facts.status,
    ...(alert.mergedInto === undefined ? {} : { mergedInto: alert.mergedInto.id }),
  });
  return { action: "changed", alertId: alert.id, incidentId: home.incidentId };
}

/**
 * An alert of no incident: only its beginning opens something, and not once the alert is known to be over. One that was over
 * when we first heard of it begins when PagerDuty reopens it.
 */
async function takeUnrelated(
  unit: Unit,
  event: PagerdutyEvent,
  facts: AlertFacts,
  at: number,
  { isNews, isBegun }: { readonly isNews: boolean; readonly isBegun: boolean },
): Promise<EventOutcome> {
  if (isBegun && facts.status !== "resolved") {
    const routed = await routeNewAlert(unit, facts, at, {
      ...(event.clientUrl === undefined ? {} : { clientUrl: event.clientUrl }),
      expectsAlerts: event.agentType !== "user_reference",
    });
    return { ...routed, alertId: facts.id };
  }
  if (isNews) {
    await record(unit, "", "alert.seen", "pagerduty_event", `pagerduty:${event.agentId}`, {
      alertId: facts.id,
      event: event.type,
      status: facts.status,
    });
  }
  return { action: "recorded", alertId: facts.id };
}

/** What news of an attached alert does to the reminders of its triage. */
async function noteNews(
  unit: Unit,
  incidentId: string,
  before: AlertFacts,
  after: AlertFacts,
  at: number,
): Promise<void> {
  const isAcknowledged = before.status === "triggered" && after.status === "acknowledged";
  if (isAcknowledged) await noteAcknowledgement(unit, incidentId, Math.min(at, unit.now));
  const why = pagesAnew(before, after);
  if (why) await endSnooze(unit, incidentId, why);
}

/** Why the news came about: how it was resolved or whom it pages anew, where it says so. */
function reasonOf(before: AlertFacts | undefined, after: AlertFacts): Why {
  const resolution = currentResolution(after);
  if (resolution && !isDeepStrictEqual(resolution, before && currentResolution(before))) {
    return RESOLUTION_REASONS[resolution.by];
  }
  return (before && pagesAnew(before, after)) ?? "pagerduty_event";
}
