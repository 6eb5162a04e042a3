import { HOUR, type Instant, MINUTE } from "./time.ts";

/** How far the reminders of an undecided triage have come. */
export interface ReminderState {
  /** Since when the question waits. */
  readonly since: Instant;
  /** How many were given. */
  readonly count: number;
  readonly lastAt?: Instant;
  /** When PagerDuty was last acknowledged, or a person last wrote in the channel. */
  readonly activityAt?: Instant;
  readonly snoozedUntil?: Instant;
}

/** The next reminder: when it is due and, beside the message in the channel, what it does. */
export interface Reminder {
  /** 1 for the first; the same number is never given twice. */
  readonly number: number;
  readonly dueAt: Instant;
  /** Also a direct message to whoever is on call. */
  readonly direct: boolean;
  /** Also the next level in PagerDuty, where the service opted in and nobody has acknowledged. */
  readonly escalates: boolean;
}

/** Whoever acknowledged or wrote is at it: that long nobody is reminded. */
export const ACTIVITY_MS = 30 * MINUTE;
/** After these the reminders come hourly. */
const FIRST_AFTER_MS = [5 * MINUTE, 10 * MINUTE, 15 * MINUTE] as const;
/** What so many reminders did not move, one more will not. */
export const REMINDERS_MAX = 24;

/** The next reminder of a triage that nobody has decided; undefined once enough were given. */
export function nextReminder(state: ReminderState): Reminder | undefined {
  const number = state.count + 1;
  if (number > REMINDERS_MAX) return undefined;
  const planned = state.since + afterMs(number);
  // What was put off moves those after it along; they never come in a heap.
  const spaced = state.lastAt === undefined ? planned : state.lastAt + afterMs(number) - afterMs(number - 1);
  const quiet = state.activityAt === undefined ? planned : state.activityAt + ACTIVITY_MS;
  const dueAt = Math.max(planned, spaced, quiet, state.snoozedUntil ?? planned);
  return { number, dueAt, direct: number === 2, escalates: number === 3 };
}

function afterMs(number: number): number {
  const last = FIRST_AFTER_MS[FIRST_AFTER_MS.length - 1] ?? 0;
  if (number <= 0) return 0;
  return FIRST_AFTER_MS[number - 1] ?? last + (number - FIRST_AFTER_MS.length) * HOUR;
}
