import type { Job, OutboxRow } from "../jobs.ts";
import type { Transaction } from "../store/store.ts";

/**
 * Signals after which a card or a channel stays wrong where they are lost. A lost reminder is followed by the next one, later
 * alerts get a triage of their own, and the rest is asked for anew.
 */
const LASTING: ReadonlySet<string> = new Set([
  "alert_changed",
  "alert_moved",
  "apply_decision",
  "decision_refused",
  "carry_on",
  "archive_due",
]);

/** How what was lost of an incident's news stands. */
export async function newsOf(tx: Transaction, incidentId: string): Promise<"lost" | "on_its_way" | "taken"> {
  if ((await lostNews(tx, incidentId)).length > 0) return "lost";
  return (await tx.openJobs(incidentId, ["slack_signal"])).length > 0 ? "on_its_way" : "taken";
}

/** What Slack did not take of an incident's news, in its order. */
export async function lostNews(tx: Transaction, incidentId: string): Promise<readonly OutboxRow[]> {
  return (await tx.lostSignals(incidentId)).filter(({ job }) => isLasting(job));
}

/** Whether something stays wrong in Slack where this is lost. */
export function isLasting(job: Job): boolean {
  return job.kind === "slack_signal" && LASTING.has(job.signal);
}
