import { fromIso, type Instant } from "../../core/time.ts";

/**
 * The functions' one clock: the sandbox's time where it is set, else the wall clock. Slack's submissions carry no time of
 * their own.
 */
export function currentTime(env: Readonly<Record<string, string>>): Instant {
  return fromIso(env["SANDBOX_NOW"]) ?? Date.now();
}

/** Goes on while a call runs, so that two of them tell how long something took; not the time that people are told. */
export function tick(): Instant {
  return Date.now();
}
