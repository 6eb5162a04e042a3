import { isDeepStrictEqual } from "node:util";
import { currentResolution, RESOLUTION_REASONS } from "../../core/alert_resolution.ts";
import { alertTime } from "../../core/debounce.ts";
import { compareLevels } from "../../core/later_alert.ts";
import { pagesAnew } from "../../core/paging_news.ts";
import type { PagerdutyEvent } from "../intake/webhook_event.ts";
import { ALERT_EVENTS } from "../intake/webhook_event.ts";
import type { AlertFacts, FeedPlace } from "../store/store.ts";
import { type Admitted, admitAlert } from "./admit.ts";
import { isWishNewer, moveAlert } from "./alert_moves.ts";
import { unseenAlert, updatedAlert } from "./alert_row.ts";
import { updateInFeed } from "./feed.ts";
import { homeOf } from "./home.ts";
import { raiseLevel } from "./later.ts";
import { endSnooze, noteAcknowledgement } from "./reminders.ts";
import { dismissIfOver } from "./self_resolved.ts";
import type { Why } from "../timeline.ts";
import { announceAlert, queue, record, type Unit } from "./unit.ts";

/** What an event came to, for the log. */
export interface EventOutcome {
  readonly action: Admitted["action"] | "changed" | "unchanged" | "recorded" | "ignored";
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
  const { alert, service } = event;
  if (service) return takeServiceEvent(unit, event, service, event.occurredAt ?? receivedAt);
  if (!alert || !ALERT_EVENTS.has(event.type)) return { action: "ignored" };
  // All of PagerDuty's events are dated by one clock, so their order is told by it alone.
  const at = event.occurredAt ?? receivedAt;
  await unit.tx.rememberService(alert.serviceId, alert.serviceName, at);
  const before = await unit.tx.alert(alert.id);
  const relations = await unit.tx.relations(alert.id);
  const home = homeOf(relations);
  const after = before
    ? updatedAlert(before, event, alert, at, await isWishNewer(unit, home, at))
    : unseenAlert(event, alert, at, sentryHosts);
  const isNews = !before || !isDeepStrictEqual(before.facts, after.facts);
  if (!isDeepStrictEqual(before, after)) await unit.tx.saveAlert(after);
  const place = await unit.tx.feedPlace(alert.id);
  if (place && isNews) await updateInFeed(unit, place, after.facts);
  const arrived = alertTime(event.occurredAt, receivedAt);
  const unrelated = { event, before: before?.facts, facts: after.facts, at: arrived, isNews, place };
  if (relations.length === 0) return takeUnrelated(unit, unrelated, isToBeAdmitted);
  if (!isNews) return { action: "unchanged", alertId: alert.id };
  // Kept separate while it was over, or from what is closed by now: back again, it has no triage yet.
  if (!home) return takeUnrelated(unit, unrelated, async () => before?.facts.status === "resolved");
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

interface Unrelated {
  readonly event: PagerdutyEvent;
  readonly before: AlertFacts | undefined;
  readonly facts: AlertFacts;
  /** The time that counts for windows. */
  readonly at: number;
  readonly isNews: boolean;
  readonly place: FeedPlace | undefined;
}

/** An alert of no incident: only its beginning finds it a place, and not once it is known to be over. */
async function takeUnrelated(
  unit: Unit,
  news: Unrelated,
  isBegun: (unit: Unit, news: Unrelated) => Promise<boolean>,
): Promise<EventOutcome> {
  const { event, facts, at } = news;
  if (facts.status !== "resolved" && (await isBegun(unit, news))) {
    const hint = {
      ...(event.clientUrl === undefined ? {} : { clientUrl: event.clientUrl }),
      expectsAlerts: event.agentType !== "user_reference",
    };
    return { ...(await admitAlert(unit, { alert: facts, at, hint })), alertId: facts.id };
  }
  if (news.isNews) {
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

/**
 * An alert begins when it is triggered, when PagerDuty reopens it, and when it becomes louder, since another setting may
 * hold for it then. One that stands in a line of the feed is known already and does not begin a second time.
 */
async function isToBeAdmitted(unit: Unit, { event, before, facts, at, place }: Unrelated): Promise<boolean> {
  if (event.type === "incident.reopened") return before !== undefined;
  const line = place && (await unit.tx.feedLine(place.key));
  if (event.type === "incident.triggered") return !line || (line.kind === "first_start" && at >= line.at);
  if (!before || !compareLevels(before, facts).rises) return false;
  return !line || line.kind === "alert" || line.kind === "suppressed";
}

/** A service was renamed, or is gone. */
async function takeServiceEvent(
  unit: Unit,
  event: PagerdutyEvent,
  service: { readonly id: string; readonly name: string },
  at: number,
): Promise<EventOutcome> {
  if (event.type !== "service.deleted" && event.type !== "service.updated") return { action: "ignored" };
  await unit.tx.rememberService(service.id, service.name, at);
  if (event.type === "service.deleted") await unit.tx.forgetService(service.id, unit.now);
  const what = event.type === "service.deleted" ? "service.deleted" : "service.renamed";
  await record(unit, "", what, "pagerduty_event", `pagerduty:${event.agentId}`, { serviceId: service.id });
  return { action: "recorded" };
}

/** Why the news came about: how it was resolved or whom it pages anew, where it says so. */
function reasonOf(before: AlertFacts | undefined, after: AlertFacts): Why {
  const resolution = currentResolution(after);
  if (resolution && !isDeepStrictEqual(resolution, before && currentResolution(before))) {
    return RESOLUTION_REASONS[resolution.by];
  }
  return (before && pagesAnew(before, after)) ?? "pagerduty_event";
}
