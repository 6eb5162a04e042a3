import type { Alert } from "./alert.ts";
import { compareLevels, type RiseReason } from "./later_alert.ts";

/** Why PagerDuty's news of an alert means that somebody is paged anew. */
export type PagingReason = "reopened_in_pagerduty" | "acknowledgement_over" | "somebody_newly_paged" | RiseReason;

type PagedAlert = Pick<Alert, "status" | "paged" | "urgency" | "priority">;

/** Whether news of an alert pages somebody anew, so that a snooze of its triage ends; undefined where it does not. */
export function pagesAnew(before: PagedAlert, after: PagedAlert): PagingReason | undefined {
  if (after.status !== "triggered") return undefined;
  if (before.status === "resolved") return "reopened_in_pagerduty";
  if (before.status === "acknowledged") return "acknowledgement_over";
  const known = new Set(before.paged.map(({ pagerdutyUserId }) => pagerdutyUserId));
  if (after.paged.some(({ pagerdutyUserId }) => !known.has(pagerdutyUserId))) return "somebody_newly_paged";
  const level = compareLevels(before, after);
  return level.rises ? level.why : undefined;
}
