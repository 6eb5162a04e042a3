/**
 * Rules for alerts that fall into the window of an open incident after its first: whether people are asked, whether it
 * rings again, and how often they are told.
 */
import type { AlertRelation } from "./alert.ts";
import type { ServiceSettings, Urgency } from "./service_settings.ts";
import { type Instant, SECOND } from "./time.ts";

/** Any number of later alerts is told this often at most; the first one at once. */
const LATER_ALERT_INTERVAL_MS = 10 * SECOND;
/** How many of the alerts that wait for an answer are named; the others are counted. */
export const LISTED_LATER_ALERTS = 5;

export type LaterAlertRoute =
  | { readonly action: "offer"; readonly why: "in_window" }
  | { readonly action: "attach"; readonly why: "attached_by_setting" }
  | { readonly action: "own_triage"; readonly why: "kept_separate_before" | "set_aside_before" };

/**
 * What becomes of an alert that falls into an open incident's window. What a person once said of this alert and this
 * incident is remembered and goes before every setting.
 * @param before what the alert is to the incident already
 */
export function routeLaterAlert(
  before: AlertRelation | undefined,
  setting: ServiceSettings["laterAlerts"],
): LaterAlertRoute {
  if (before === "separate") return { action: "own_triage", why: "kept_separate_before" };
  if (before === "set_aside") return { action: "own_triage", why: "set_aside_before" };
  if (setting === "attach") return { action: "attach", why: "attached_by_setting" };
  return { action: "offer", why: "in_window" };
}

/** How loud an alert is. PagerDuty's priorities are names; many accounts have none. */
export interface Level {
  readonly urgency: Urgency;
  readonly priority?: string;
}

export type RiseReason = "more_urgent" | "higher_priority";
export type LevelComparison =
  | { readonly rises: true; readonly why: RiseReason }
  | { readonly rises: false; readonly why: "not_higher" | "not_comparable" };

/** Whether a later alert is louder than everything before it in its incident: then it rings, once. */
export function compareLevels(before: Level, alert: Level): LevelComparison {
  if (before.urgency === "low" && alert.urgency === "high") return { rises: true, why: "more_urgent" };
  if (alert.priority === undefined) return { rises: false, why: "not_higher" };
  const rank = priorityRank(alert.priority);
  // A name without a number says nothing about its height, and nobody is woken on a guess.
  if (rank === undefined) return { rises: false, why: "not_comparable" };
  if (before.priority === undefined) return { rises: true, why: "higher_priority" };
  const former = priorityRank(before.priority);
  if (former === undefined) return { rises: false, why: "not_comparable" };
  return rank < former ? { rises: true, why: "higher_priority" } : { rises: false, why: "not_higher" };
}

/** The loudest that was seen, once this alert is counted in. */
export function louderOf(before: Level, alert: Level): Level {
  const urgency = before.urgency === "high" ? "high" : alert.urgency;
  const isHigher = compareLevels({ ...before, urgency: "high" }, { ...alert, urgency: "high" }).rises;
  const priority = isHigher ? alert.priority : (before.priority ?? alert.priority);
  return priority === undefined ? { urgency } : { urgency, priority };
}

/** "P1", "SEV-2", "Priority 3": 1 is the highest. */
function priorityRank(name: string): number | undefined {
  const digits = /^(?:p|sev|severity|prio|priority)?[\s-]*(\d{1,2})$/i.exec(name.trim())?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * When people are told of later alerts: at once, or when the interval since they were last told is over. A rise never
 * waits.
 * @param toldAt when they were last told; 0 where they never were
 */
export function tellAt(toldAt: Instant, now: Instant, isRise: boolean): Instant {
  const next = toldAt + LATER_ALERT_INTERVAL_MS;
  // A clock that was set back must not silence an incident for longer than the interval.
  return isRise || toldAt > now || next <= now ? now : next;
}
