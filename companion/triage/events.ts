import { isDeepStrictEqual } from "node:util";
import { alertTime } from "../../core/debounce.ts";
import type { PagedPerson } from "../../core/paging.ts";
import { recogniseAttachments } from "../../core/recogniser.ts";
import type { EventAlert, PagerdutyEvent } from "../intake/webhook_event.ts";
import { ALERT_EVENTS } from "../intake/webhook_event.ts";
import type { AlertFacts, AlertRow, Relation } from "../store/store.ts";
import { updateInFeed } from "./feed.ts";
import { type Routed, routeNewAlert } from "./open.ts";
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
  const after = before ? updated(before, event, alert, at) : unseen(event, alert, at, sentryHosts);
  const relations = await unit.tx.relations(alert.id);
  const home = homeOf(relations);
  const isNews = !before || !isDeepStrictEqual(before.facts, after.facts);
  if (!isDeepStrictEqual(before, after)) await unit.tx.saveAlert(after);
  const place = isNews ? await unit.tx.feedPlace(alert.id) : undefined;
  if (place) await updateInFeed(unit, place, after.facts);
  if (relations.length === 0) {
    return takeUnrelated(unit, event, after.facts, alertTime(event.occurredAt, receivedAt), isNews);
  }
  if (!isNews) return { action: "unchanged", alertId: alert.id };
  if (!home) return { action: "recorded", alertId: alert.id };
  await announceAlert(unit, home.incidentId, alert.id);
  // People who were assigned since come without their addresses, by which Slack knows them.
  if (after.facts.paged.some(({ email }) => email === undefined)) {
    await queue(unit, home.incidentId, { kind: "fetch_details", alertId: alert.id, expectsAlerts: false });
  }
  const why = alert.mergedInto === undefined ? "pagerduty_event" : "pagerduty_merge";
  await record(unit, home.incidentId, "alert.changed", why, `pagerduty:${event.agentId}`, {
    alertId: alert.id,
    event: event.type,
    status: after.facts.status,
    ...(alert.mergedInto === undefined ? {} : { mergedInto: alert.mergedInto }),
  });
  return { action: "changed", alertId: alert.id, incidentId: home.incidentId };
}

/** An alert of no incident: only "triggered" opens something, and not once the alert is known to be over. */
async function takeUnrelated(
  unit: Unit,
  event: PagerdutyEvent,
  facts: AlertFacts,
  at: number,
  isNews: boolean,
): Promise<EventOutcome> {
  if (event.type === "incident.triggered" && facts.status !== "resolved") {
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

/** The incident that an alert belongs to now; one that it was kept separate from is none. */
export function homeOf(relations: readonly Relation[]): Relation | undefined {
  return (
    relations.find(({ relation }) => relation === "attached" || relation === "offered") ??
    relations.findLast(({ relation }) => relation === "set_aside")
  );
}

function unseen(event: PagerdutyEvent, alert: EventAlert, at: number, sentryHosts: readonly string[]): AlertRow {
  const { id, number, title, url } = alert;
  const facts: AlertFacts = {
    ...snapshotOf(alert),
    since: alert.since ?? at,
    paged: alert.assignees,
    attachments: recogniseAttachments({
      ...(event.clientUrl === undefined ? {} : { clientUrl: event.clientUrl }),
      pagerduty: { id, number, title, url },
      alerts: [],
      sentryHosts,
    }),
    closing: { state: "none" },
  };
  return { facts, statusAt: at, peopleAt: at };
}

function updated(before: AlertRow, event: PagerdutyEvent, alert: EventAlert, at: number): AlertRow {
  let { facts, statusAt, peopleAt } = before;
  if (at >= statusAt) {
    const reopened = event.type === "incident.reopened" && facts.status === "resolved";
    facts = { ...facts, status: alert.status, closing: reopened ? { state: "none" } : facts.closing };
    statusAt = at;
  }
  if (at >= peopleAt) {
    const { status, closing, since, attachments } = facts;
    facts = {
      ...snapshotOf(alert),
      status,
      closing,
      since,
      attachments,
      paged: withKnownAddresses(alert.assignees, facts.paged),
    };
    peopleAt = at;
  }
  // Whoever resolved it in PagerDuty, it is what was wanted. A merge there only moved it elsewhere.
  const isOver = facts.status === "resolved" && alert.mergedInto === undefined;
  if (isOver && (facts.closing.state === "wanted" || facts.closing.state === "failed")) {
    facts = { ...facts, closing: { state: "confirmed", at: statusAt } };
  }
  return { facts, statusAt, peopleAt };
}

function snapshotOf(alert: EventAlert) {
  const { id, number, title, url, serviceId, serviceName, urgency, priority, status } = alert;
  const base = { id, number, title, url, serviceId, serviceName, urgency, status };
  return priority === undefined ? base : { ...base, priority };
}

/** Events name the assignees without their addresses; those that were looked up before are kept. */
export function withKnownAddresses(
  people: readonly PagedPerson[],
  known: readonly PagedPerson[],
): readonly PagedPerson[] {
  return people.map((person) => {
    const email = person.email ?? known.find((one) => one.pagerdutyUserId === person.pagerdutyUserId)?.email;
    const { pagerdutyUserId, name } = person;
    return { pagerdutyUserId, name, ...(email === undefined ? {} : { email }) };
  });
}
