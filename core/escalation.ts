import type { PagerdutyStatus } from "./alert.ts";

/** Who is on call at a level of an escalation policy. */
export interface OnCall {
  readonly pagerdutyUserId: string;
  readonly level: number;
}

export type EscalationRule =
  | { readonly escalate: true; readonly level: number; readonly why: "nobody_answered" }
  | {
      readonly escalate: false;
      readonly why: "already_acknowledged" | "already_resolved" | "paged_anew_meanwhile" | "no_further_level";
    };

/**
 * Whether PagerDuty is asked to page the next level, and which one that is. Only while it is triggered: on a resolved
 * incident the request would reopen it. PagerDuty does not tell an incident's level, so it is read off whom it has assigned.
 * @param asked whom it had assigned when it was decided to escalate: others by now means that it has moved on by itself
 */
export function escalationRule(
  status: PagerdutyStatus,
  assigned: readonly string[],
  asked: readonly string[],
  onCall: readonly OnCall[],
): EscalationRule {
  if (status === "resolved") return { escalate: false, why: "already_resolved" };
  if (status === "acknowledged") return { escalate: false, why: "already_acknowledged" };
  if (assigned.some((id) => !asked.includes(id))) return { escalate: false, why: "paged_anew_meanwhile" };
  const levels = onCall.filter(({ pagerdutyUserId }) => assigned.includes(pagerdutyUserId)).map(({ level }) => level);
  const next = levels.length === 0 ? 1 : Math.min(...levels) + 1;
  return onCall.some(({ level }) => level === next)
    ? { escalate: true, level: next, why: "nobody_answered" }
    : { escalate: false, why: "no_further_level" };
}
