import { escalationRule, type OnCall } from "../../core/escalation.ts";
import { MINUTE } from "../../core/time.ts";
import type { Job, OutboxRow } from "../jobs.ts";
import { homeOf } from "../triage/home.ts";
import { announceAlert, COMPANION_ACTOR, record, type Unit } from "../triage/unit.ts";
import type { Why } from "../timeline.ts";
import type { Finish } from "../work/lane.ts";
import type { Pagerduty } from "./client.ts";
import type { Failure } from "./failure.ts";

type EscalateJob = Extract<Job, { kind: "pagerduty_escalate" }>;

/** A page that comes later than this would be about something that people think of no more. */
const GIVE_UP_AFTER_MS = 15 * MINUTE;

/** What came of it, as the card says it where nobody else was paged. */
const NOT_ESCALATED: Partial<Record<Why, string>> = {
  no_further_level: "The escalation policy has no further level.",
};

/**
 * Asks PagerDuty to page the next level, in the name of the fallback user since nobody pressed anything. The incident is
 * read first: on a resolved one the request would reopen it.
 */
export async function escalate(
  deps: { readonly pagerduty: Pagerduty; readonly fallbackFrom: string },
  row: OutboxRow,
  job: EscalateJob,
): Promise<Finish> {
  const fresh = await deps.pagerduty.incident(job.alertId);
  if (!fresh.ok) return (unit) => failed(unit, row, job, fresh.failure);
  const { status, assignees, policyId } = fresh.value;
  const assigned = assignees.map(({ pagerdutyUserId }) => pagerdutyUserId);
  let onCall: readonly OnCall[] = [];
  if (status === "triggered" && policyId !== undefined) {
    const answer = await deps.pagerduty.onCall(policyId);
    if (!answer.ok) return (unit) => failed(unit, row, job, answer.failure);
    onCall = answer.value;
  }
  const rule = escalationRule(status, assigned, job.paged, onCall);
  if (!rule.escalate) return (unit) => ended(unit, row, job, rule.why, NOT_ESCALATED[rule.why]);
  const answer = await deps.pagerduty.escalate(job.alertId, rule.level, deps.fallbackFrom);
  return answer.ok
    ? (unit) => ended(unit, row, job, rule.why, undefined, rule.level)
    : (unit) => failed(unit, row, job, answer.failure);
}

async function ended(
  unit: Unit,
  row: OutboxRow,
  job: EscalateJob,
  why: Why,
  problem: string | undefined,
  level?: number,
): ReturnType<Finish> {
  const { alertId } = job;
  if (level !== undefined || problem !== undefined) await note(unit, alertId, problem);
  const what = level === undefined ? "alert.not_escalated" : "alert.escalated";
  await record(unit, row.subject, what, why, COMPANION_ACTOR, { alertId, ...(level === undefined ? {} : { level }) });
  return { end: "done", outcome: why };
}

async function failed(unit: Unit, row: OutboxRow, job: EscalateJob, failure: Failure): ReturnType<Finish> {
  const { sentence: problem, isTransient, retryAfterMs } = failure;
  if (isTransient && unit.now - row.createdAt <= GIVE_UP_AFTER_MS) {
    return { end: "again", problem, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  await note(unit, job.alertId, problem);
  await record(unit, row.subject, "alert.not_escalated", "pagerduty_refused", COMPANION_ACTOR, {
    alertId: job.alertId,
    problem,
  });
  return { end: "failed", problem };
}

async function note(unit: Unit, alertId: string, problem: string | undefined): Promise<void> {
  const row = await unit.tx.alert(alertId);
  if (!row) return;
  const escalation = { at: unit.now, ...(problem === undefined ? {} : { problem }) };
  await unit.tx.saveAlert({ ...row, facts: { ...row.facts, escalation } });
  const home = homeOf(await unit.tx.relations(alertId));
  if (home) await announceAlert(unit, home.incidentId, alertId);
}
