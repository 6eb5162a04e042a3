/**
 * Why an alert was handled as it was, in plain words: what was done and by which rule, and what would have made it come
 * out otherwise. It is told from what was written down at the time, so that settings changed since tell nothing false.
 */
import type { Instant } from "./time.ts";
import { MINUTE } from "./time.ts";

/** Every reason that decides where an alert goes or what becomes of it. */
export const EXPLAINED_REASONS = [
  "no_window",
  "window_elapsed",
  "in_window",
  "incident_closed",
  "attached_by_setting",
  "kept_separate_before",
  "set_aside_before",
  "debounce_off",
  "louder_than_dismissed",
  "dismissed_before",
  "older_than_window",
  "set_to_feed",
  "set_to_ignore",
  "open_at_first_start",
  "stale_in_slack",
  "left_over",
  "opened_from_feed",
  "reopened_in_pagerduty",
  "pagerduty_merge",
  "over_before_slack",
  "service_changed",
  "resolved_by_itself",
  "undelivered",
  "kept_separate",
  "person_attached",
  "person_detached",
  "person_set_aside",
  "person_created",
  "person_merged",
  "person_dismissed",
  "person_resolved",
  "person_reopened",
  "person_undid",
] as const;
export type ExplainedReason = (typeof EXPLAINED_REASONS)[number];

/** The numbers that a rule decided by, as they were at that moment; they are written down with the decision. */
export interface RuleFacts {
  /** The time of the alert that counts for windows. */
  readonly at?: Instant;
  readonly windowOpenedAt?: Instant;
  readonly windowClosesAt?: Instant;
  /** The window's length as the service was set; absent for a service without one. */
  readonly windowMs?: number;
  /** Whether each alert began the window anew. */
  readonly isRolling?: boolean;
  /** Whether the service was set to have no window. */
  readonly hasNoWindow?: boolean;
}

/** What an explanation is made of; each part but the incident may be missing. */
export interface ExplainedFacts extends RuleFacts {
  /** The incident that it is about, as "#12". */
  readonly incident: string;
  /** The incident that took it or came of it, as "#13". */
  readonly other?: string;
  /** What a person gave as the reason of a dismissal. */
  readonly said?: string;
}

export interface Explanation {
  /** What was done, and by which rule. */
  readonly did: string;
  /** What would have made it come out otherwise. */
  readonly otherwise: string;
}

export function isExplainedReason(why: string): why is ExplainedReason {
  return EXPLAINED_REASONS.some((one) => one === why);
}

/** Two sentences for a reason. */
export function explain(why: ExplainedReason, facts: ExplainedFacts): Explanation {
  const { incident, other = "another incident" } = facts;
  switch (why) {
    case "no_window":
      return noWindow(facts);
    case "window_elapsed":
      return windowElapsed(facts);
    case "in_window":
      return {
        did: `It was offered to incident ${incident}: ${fellInto(facts)}.`,
        otherwise: whatOpens(facts),
      };
    case "attached_by_setting":
      return {
        did: `It was attached to incident ${incident} without asking: ${fellInto(facts)}, and the service is set to attach later alerts.`,
        otherwise: `Set to ask, it would have been offered there instead. ${whatOpens(facts)}`,
      };
    case "incident_closed":
      return {
        did: `It opened incident ${incident}. The service's window was still open, but its incident was closed, and alerts never join a closed one.`,
        otherwise: "While that incident was open, it would have been offered there.",
      };
    case "kept_separate_before":
      return {
        did: `It got incident ${incident} of its own: somebody had kept it separate from the incident whose window it fell into.`,
        otherwise: "Without that answer it would have been offered to that incident again.",
      };
    case "set_aside_before":
      return {
        did: `It got incident ${incident} of its own: somebody had set it aside, and PagerDuty opened it again.`,
        otherwise: "Attached instead of set aside, it would have stayed with the incident it fell into.",
      };
    case "debounce_off":
      return everyAlert(incident);
    case "louder_than_dismissed":
      return {
        did: `It opened incident ${incident}: it is the same as what was dismissed before, but of a higher urgency or priority.`,
        otherwise: "No louder than what was dismissed, it would have been one line in the triage feed.",
      };
    case "dismissed_before":
      return {
        did: `It became a line in the triage feed: the same failure was dismissed as incident ${incident}, and the window of that had not ended.`,
        otherwise:
          "After that window, with another alert key, or with a higher urgency or priority it would have opened a triage.",
      };
    case "older_than_window":
      return {
        did: "It became a line in the triage feed: when it reached us it was older than its service's window.",
        otherwise: "Had it reached us within the window, it would have opened a triage.",
      };
    case "set_to_feed":
      return {
        did: "It became a line in the triage feed, as its service is set for this urgency.",
        otherwise: "With a channel as the service's setting it would have opened a triage.",
      };
    case "set_to_ignore":
      return {
        did: "Nothing was done, as its service is set for this urgency.",
        otherwise: "With a channel as the service's setting it would have opened a triage.",
      };
    case "open_at_first_start":
      return {
        did: "It became a line in the triage feed: it was open in PagerDuty already when Pager Triage started for the first time.",
        otherwise: "Raised after that start, it would have opened a triage.",
      };
    case "stale_in_slack":
      return {
        did: `It went to incident ${incident}: the one that it fell into had just been closed in Slack.`,
        otherwise: "A moment earlier it would have been offered there.",
      };
    case "left_over":
      return {
        did: `It went to incident ${incident}: nobody had answered for it when the incident that it was offered to ended.`,
        otherwise: "Attached, or ticked in the form that ended that incident, it would have ended with it.",
      };
    case "opened_from_feed":
      return {
        did: `Somebody opened incident ${incident} from the triage feed, for it or for another alert of the same line.`,
        otherwise: "Without that press it would have stayed a line in the feed.",
      };
    case "reopened_in_pagerduty":
      return {
        did: `It opened incident ${incident}: PagerDuty opened it again after its former incident was closed.`,
        otherwise: "Opened again before that, it would have stayed with its former incident.",
      };
    case "pagerduty_merge":
      return {
        did: `It went over to incident ${incident}: it was merged in PagerDuty into an alert of that incident.`,
        otherwise: "Without the merge in PagerDuty it would have stayed where it was.",
      };
    case "over_before_slack":
      return {
        did: `It got no channel: PagerDuty had resolved it before Slack could be told of incident ${incident}.`,
        otherwise: "Still open when Slack could be told, it would have got its channel.",
      };
    case "service_changed":
      return {
        did: `It stayed with incident ${incident} when PagerDuty moved it to another service: people are at work on it there.`,
        otherwise: "Raised at that service to begin with, it would have gone by that service's window.",
      };
    case "resolved_by_itself":
      return {
        did: `Incident ${incident} was dismissed without anybody's press: PagerDuty resolved it by itself, and the service is set to dismiss then.`,
        otherwise: "Set to ask, it would have stayed in triage until somebody decided.",
      };
    case "undelivered":
      return {
        did: `It got incident ${incident} of its own: what it had been offered to could not be reached in Slack.`,
        otherwise: "Had Slack confirmed that offer, it would have been answered there.",
      };
    default:
      return byPerson(why, incident, other, facts.said);
  }
}

type PersonsReason = Extract<ExplainedReason, `person_${string}` | "kept_separate">;

function byPerson(why: PersonsReason, incident: string, other: string, said: string | undefined): Explanation {
  switch (why) {
    case "kept_separate":
      return {
        did: `Somebody kept it separate from incident ${incident}; it got a triage of its own.`,
        otherwise: "Attached instead, it would be part of that incident.",
      };
    case "person_attached":
      return {
        did: `Somebody attached it to incident ${incident}.`,
        otherwise: "Kept separate instead, it would have a triage of its own.",
      };
    case "person_detached":
      return {
        did: `Somebody took it off incident ${incident}; what was still open got a triage of its own.`,
        otherwise: "Without that it would still be part of that incident.",
      };
    case "person_set_aside":
      return {
        did: `Somebody set it aside at incident ${incident}: no triage, and PagerDuty goes on with it.`,
        otherwise: "Attached, or ticked when the incident was resolved, it would have been resolved with it.",
      };
    case "person_created":
      return {
        did: `Somebody made incident ${incident} of the triage.`,
        otherwise: "Dismissed or merged instead, it would not count as an incident of its own.",
      };
    case "person_merged":
      return {
        did: `Somebody made incident ${incident} part of ${other}, and its alerts went along.`,
        otherwise: "Created instead, it would be an incident of its own.",
      };
    case "person_dismissed":
      return {
        did: `Somebody dismissed incident ${incident}${said ? ` (${said})` : ""}, and its alerts were to be resolved in PagerDuty.`,
        otherwise: "Created instead, it would be an incident, and PagerDuty would not have been told to resolve.",
      };
    case "person_resolved":
      return {
        did: `Somebody resolved incident ${incident}: the ticked alerts were to be resolved in PagerDuty.`,
        otherwise: "An alert that was not ticked was set aside instead.",
      };
    case "person_reopened":
      return {
        did: `Somebody opened incident ${incident} again.`,
        otherwise: "Without that it would still be resolved.",
      };
    case "person_undid":
      return {
        did: `Somebody took back how incident ${incident} was closed; it is in triage again.`,
        otherwise: "Without that it would still be closed.",
      };
  }
}

function noWindow({ incident, windowMs, hasNoWindow }: ExplainedFacts): Explanation {
  if (hasNoWindow) return everyAlert(incident);
  const window = windowMs === undefined ? "its window" : `its window of ${minutes(windowMs)}`;
  return {
    did: `It opened incident ${incident}: no window of this service was open.`,
    otherwise: `Had the service failed before, within ${window}, it would have been offered to that incident.`,
  };
}

function everyAlert(incident: string): Explanation {
  return {
    did: `It opened incident ${incident}: this service is set to have no window, so every alert opens one.`,
    otherwise: "With a window that was still open, it would have been offered to the incident before.",
  };
}

function windowElapsed(facts: ExplainedFacts): Explanation {
  const { incident, at, windowClosesAt, hasNoWindow } = facts;
  if (hasNoWindow) return everyAlert(incident);
  const window = windowOf(facts);
  if (at === undefined || windowClosesAt === undefined || !window) {
    return {
      did: `It opened incident ${incident}: the service's last window was over.`,
      otherwise: "A longer window would have offered it to the incident before.",
    };
  }
  const over = at - windowClosesAt;
  const when = over < MINUTE ? "had just closed" : `had closed ${minutes(over)} before`;
  // The end is no part of the window, so it must be longer than this.
  return {
    did: `It opened incident ${incident}: the service's last window ${when}.`,
    otherwise: `A window of more than ${minutes(at - window.begins)} would have offered it to the incident before, if that was still open.`,
  };
}

/** The window as it was, which settings that were changed since it opened do not alter. */
function windowOf({ windowOpenedAt, windowClosesAt, windowMs, isRolling }: RuleFacts) {
  if (windowOpenedAt === undefined || windowClosesAt === undefined) return undefined;
  const isAnew = isRolling === true && windowMs !== undefined;
  const begins = isAnew ? Math.max(windowOpenedAt, windowClosesAt - windowMs) : windowOpenedAt;
  return { begins, lengthMs: windowClosesAt - begins, since: isAnew ? "its last alert" : "its first alert" };
}

function fellInto(facts: ExplainedFacts): string {
  const window = windowOf(facts);
  const { at } = facts;
  if (at === undefined || !window) return "the service failed again inside its window";
  const { begins, lengthMs, since } = window;
  if (at < begins)
    return `it is dated before the service's window of ${minutes(lengthMs)} began and reached us inside it`;
  return `the service failed again ${minutes(at - begins)} after ${since}, inside its window of ${minutes(lengthMs)}`;
}

function whatOpens(facts: ExplainedFacts): string {
  const window = windowOf(facts);
  if (facts.at === undefined || !window) return "After the window's end it would have opened a new incident.";
  const whole = Math.floor((facts.at - window.begins) / MINUTE);
  if (whole < 1) return "Only a service without a window would have opened a new incident for it.";
  return `A window of ${minutes(whole * MINUTE)} or less would have opened a new incident.`;
}

/** "11 minutes", rounded down; less than one is said so. */
function minutes(ms: number): string {
  const whole = Math.floor(ms / MINUTE);
  if (whole < 1) return "less than a minute";
  return whole === 1 ? "1 minute" : `${whole} minutes`;
}
