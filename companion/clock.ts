/** The only place in the companion that reads a clock. */
import { fromIso, type Instant } from "../core/time.ts";

export interface Clock {
  /** The time that is written down and that deadlines of the domain are measured by. */
  now(): Instant;
  /**
   * Milliseconds since some moment, for what cannot be stepped: how long other machines take and how often they may be
   * called. Never goes backwards.
   */
  elapsed(): number;
}

export interface SteppedClock extends Clock {
  /** Stands still at this time from now on; never goes backwards. */
  set(now: Instant): void;
}

export function wallClock(): Clock {
  return { now: () => Date.now(), elapsed: () => performance.now() };
}

/** A clock that stands still until it is set. */
export function steppedClock(start: Instant): SteppedClock {
  let current = start;
  return {
    now: () => current,
    elapsed: () => performance.now(),
    set(now) {
      current = Math.max(current, now);
    },
  };
}

/**
 * The clock for this process: standing still where SANDBOX_NOW (ISO 8601) is set, the wall clock otherwise.
 * @throws Error with a sentence for SANDBOX_NOW that is no date
 */
export function clockFrom(sandboxNow: string | undefined): Clock | SteppedClock {
  if (sandboxNow === undefined || sandboxNow === "") return wallClock();
  const start = fromIso(sandboxNow);
  if (start === undefined) throw new Error("SANDBOX_NOW is not a date in ISO 8601, for example 2026-03-02T02:00:00Z.");
  return steppedClock(start);
}
