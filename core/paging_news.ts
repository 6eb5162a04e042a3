import type { Alert } from "./alert.ts";

/** Why PagerDuty's news of an alert means that somebody is paged anew. */
export type PagingReason =
  "reopened_in_pagerduty" | "acknowledgement_over" | "somebody_newly_paged" | "urgency_raised" | "priority_raised";

type PagedAlert = Pick<Alert, "status" | "paged" | "urgency" | "priority">;

/** Whether news of an alert pages somebody anew, so that a snooze of its triage ends; undefined where it does not. */
export function pagesAnew(before: PagedAlert, after: PagedAlert): PagingReason | undefined {
  if (after.status !== "triggered") return undefined;
  if (before.status === "resolved") return "reopened_in_pagerduty";
  if (before.status === "acknowledged") return "acknowledgement_over";
  const known = new Set(before.paged.map(({ pagerdutyUserId }) => pagerdutyUserId));
  if (after.paged.some(({ pagerdutyUserId }) => !known.has(pagerdutyUserId))) return "somebody_newly_paged";
  if (before.urgency === "low" && after.urgency === "high") return "urgency_raised";
  return isRaised(before.priority, after.priority) ? "priority_raised" : undefined;
}

/** PagerDuty's priorities are ordered by name (P1 before P2); one where there was none is a rise as well. */
function isRaised(before: string | undefined, after: string | undefined): boolean {
  if (after === undefined || after === before) return false;
  return before === undefined || after.localeCompare(before, "en", { numeric: true }) < 0;
}
