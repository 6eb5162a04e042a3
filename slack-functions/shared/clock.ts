import { fromIso, type Instant } from "../../core/time.ts";

/**
 * The functions' one clock: the sandbox's time where it is set, else the wall clock. Slack's submissions carry no time of
 * their own.
 */
export function currentTime(env: Readonly<Record<string, string>>): Instant {
  return fromIso(env["SANDBOX_NOW"]) ?? Date.now();
}
