import type { Closing } from "../../core/alert.ts";
import { currentResolution, resolutionOf } from "../../core/alert_resolution.ts";
import type { PagedPerson } from "../../core/paging.ts";
import { recogniseAttachments } from "../../core/recogniser.ts";
import type { EventAlert, PagerdutyEvent } from "../intake/webhook_event.ts";
import type { AlertFacts, AlertRow } from "../store/store.ts";

/** The row of an alert that was never heard of before. */
export function unseenAlert(
  event: PagerdutyEvent,
  alert: EventAlert,
  at: number,
  sentryHosts: readonly string[],
): AlertRow {
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
  return { facts: withMoves(facts, event, alert, at), statusAt: at, peopleAt: at };
}

/**
 * The row as an event leaves it. `occurred_at` decides and nothing else, so that any order and any number of repetitions
 * end alike: each part of the facts comes from the latest event that tells of it.
 * @param keepsWish somebody asked for the alert to be resolved after this event happened
 */
export function updatedAlert(
  before: AlertRow,
  event: PagerdutyEvent,
  alert: EventAlert,
  at: number,
  keepsWish: boolean,
): AlertRow {
  let { facts, statusAt, peopleAt } = before;
  if (at > statusAt || (at === statusAt && RANK[alert.status] >= RANK[facts.status])) {
    const isReset = event.type === "incident.reopened" && !keepsWish;
    const { acknowledgeProblem, ...rest } = facts;
    const isStill = alert.status === "triggered" && facts.status === "triggered" && acknowledgeProblem !== undefined;
    const closing: Closing = isReset ? { state: "none" } : facts.closing;
    facts = { ...rest, status: alert.status, closing, ...(isStill ? { acknowledgeProblem } : {}) };
    statusAt = at;
  }
  // What was triggered at the same moment as something else happened was triggered before it.
  if (at > peopleAt || (at === peopleAt && event.type !== "incident.triggered")) {
    facts = { ...withSnapshot(facts, alert), paged: withKnownAddresses(alert.assignees, facts.paged) };
    peopleAt = at;
  }
  facts = withMoves(facts, event, alert, at);
  return {
    facts: { ...facts, since: Math.min(facts.since, alert.since ?? at), closing: settled(facts) },
    statusAt,
    peopleAt,
  };
}

const RANK = { triggered: 0, acknowledged: 1, resolved: 2 } as const;

/** What the snapshot does not hold stays, and a priority that was taken away goes. */
function withSnapshot(facts: AlertFacts, alert: EventAlert): AlertFacts {
  const { priority: _former, ...rest } = facts;
  return { ...rest, ...snapshotOf(alert), status: facts.status };
}

/** Takes down how it was resolved and when it was reopened; older news than what is known changes neither. */
function withMoves(facts: AlertFacts, event: PagerdutyEvent, alert: EventAlert, at: number): AlertFacts {
  const reopenedAt = alert.reopenedAt ?? (event.type === "incident.reopened" ? at : undefined);
  const after =
    reopenedAt === undefined ? facts : { ...facts, reopenedAt: Math.max(reopenedAt, facts.reopenedAt ?? 0) };
  if (event.type !== "incident.resolved" || at <= (facts.resolution?.at ?? -1)) return after;
  const { agentType = "", agentName } = event;
  const mergedInto = alert.mergedInto === undefined ? {} : { mergedInto: alert.mergedInto };
  const resolution = resolutionOf({ at, agentType, agentName, ...mergedInto }, facts.closing);
  // What we did comes back as an event, by a clock of finer steps.
  const isKnown = resolution.by === "us" && currentResolution(facts)?.by === "us";
  return isKnown ? after : { ...after, resolution };
}

/** Whoever resolved it in PagerDuty, it is what was wanted. A merge there only moved it, so nothing is asked of it any more. */
function settled(facts: AlertFacts): Closing {
  const { closing } = facts;
  const resolution = currentResolution(facts);
  if (!resolution || (closing.state !== "wanted" && closing.state !== "failed")) return closing;
  return resolution.by === "merge" ? { state: "none" } : { state: "confirmed", at: resolution.at };
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
