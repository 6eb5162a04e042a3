/** Slack cannot be reached: while it is not told of a page, the page itself says so in PagerDuty. */
import { MINUTE, SECOND, toIso } from "../../core/time.ts";
import type { Instant } from "../../core/time.ts";
import { sayInPagerduty } from "./undelivered.ts";
import type { Unit } from "./unit.ts";

const PATIENCE_MS = 2 * MINUTE;
/** How soon a page that comes during an outage says so. */
const LOOK_AGAIN_MS = 30 * SECOND;
const AT_A_TIME = 200;

/** A first delivery came out so: a refusal shows as well that Slack is there. */
export async function noteReach(
  unit: Unit,
  outcome: "accepted" | "refused" | "unreachable" | "unknown",
): Promise<void> {
  if (outcome === "accepted" || outcome === "refused") {
    await unit.tx.endOutage("slack");
    return unit.tx.clearTimer("slack_watch", "");
  }
  await unit.tx.beginOutage("slack", unit.now);
  await unit.tx.setTimerOnce("slack_watch", "", unit.now + PATIENCE_MS);
}

/** Slack has taken nothing for two minutes: each page that waits for it says so, once. */
export async function watchSlack(unit: Unit): Promise<void> {
  const since = await unit.tx.outageSince("slack");
  if (since === undefined) return;
  const waiting = await unit.tx.waitingTriages(AT_A_TIME);
  // What waited was withdrawn or given up; the next failure begins a new count.
  if (waiting.length === 0) return unit.tx.endOutage("slack");
  for (const row of waiting) await sayInPagerduty(unit, row, noteOf(since), row.id);
  await unit.tx.setTimer("slack_watch", "", unit.now + LOOK_AGAIN_MS);
}

function noteOf(since: Instant): string {
  return `Pager Triage cannot reach Slack since ${toIso(since).slice(11, 16)} UTC; this page is not in Slack yet. It is tried again until it gets there.`;
}
