import { actorAddress, actorFor } from "../../core/paging.ts";
import { HOUR } from "../../core/time.ts";
import type { Job, OutboxRow } from "../jobs.ts";
import { actorOf, COMPANION_ACTOR, record, type Unit } from "../triage/unit.ts";
import type { Ending, Finish } from "../work/lane.ts";
import type { PagerdutyIncident } from "./answers.ts";
import type { EffectDeps } from "./effects.ts";
import { type Failure, isUnknownRequester } from "./failure.ts";
import { changeClosing, takeReopening, takeStatus } from "./ledger.ts";

type ReopenJob = Extract<Job, { kind: "pagerduty_reopen" }>;

/** Paging people an hour after somebody pressed would reach nobody who still thinks of it. */
const GIVE_UP_AFTER_MS = 1 * HOUR;

/**
 * Brings a resolved incident back in PagerDuty, which only a person who was told what it does may ask for. Reads it first:
 * what is open already is left as it is, so that a repetition does nothing.
 */
export async function reopen(deps: EffectDeps, row: OutboxRow, job: ReopenJob): Promise<Finish> {
  const known = await deps.store.transaction((tx) => tx.alert(job.alertId));
  if (known?.facts.closing.state !== "reopen_wanted") {
    return () => Promise.resolve({ end: "done", outcome: "taken_back" });
  }
  const fresh = await deps.pagerduty.incident(job.alertId);
  if (!fresh.ok) return (unit) => afterFailure(unit, row, job, fresh.failure);
  if (fresh.value.status !== "resolved") return (unit) => isOpenAlready(unit, row, job, fresh.value);
  const own = actorAddress(job.by, deps.userMap);
  // Acknowledging in another's name would give the page to them; paging may be asked for by the fallback user.
  const from = job.as === "acknowledged" ? own : actorFor(job.by, deps.userMap, deps.fallbackFrom).email;
  if (from === undefined) return (unit) => failed(unit, row, job, UNKNOWN_PRESSER);
  let answer = await deps.pagerduty.setStatus(job.alertId, job.as, from);
  if (!answer.ok && isUnknownRequester(answer.failure)) {
    if (job.as === "acknowledged") return (unit) => failed(unit, row, job, UNKNOWN_PRESSER);
    answer = await deps.pagerduty.setStatus(job.alertId, job.as, deps.fallbackFrom);
  }
  if (!answer.ok) {
    const { failure } = answer;
    return (unit) => afterFailure(unit, row, job, failure);
  }
  const incident = answer.value;
  return (unit) => reopened(unit, row, job, incident);
}

const UNKNOWN_PRESSER =
  "PagerDuty knows no user of this person's address, and it is acknowledged in nobody else's name.";

async function reopened(unit: Unit, row: OutboxRow, job: ReopenJob, incident: PagerdutyIncident): Promise<Ending> {
  await takeReopening(unit, job.alertId, incident);
  await changeClosing(unit, job.alertId, "reopen_wanted", { state: "none" });
  await record(unit, row.subject, "alert.reopened", "person_asked", actorOf(job.by), {
    alertId: job.alertId,
    as: job.as,
  });
  return { end: "done", outcome: "reopened" };
}

async function isOpenAlready(unit: Unit, row: OutboxRow, job: ReopenJob, incident: PagerdutyIncident): Promise<Ending> {
  await takeStatus(unit, job.alertId, incident);
  await changeClosing(unit, job.alertId, "reopen_wanted", { state: "none" });
  await record(unit, row.subject, "alert.not_reopened", "already_open", actorOf(job.by), { alertId: job.alertId });
  return { end: "done", outcome: "already_open" };
}

async function failed(unit: Unit, row: OutboxRow, job: ReopenJob, problem: string): Promise<Ending> {
  await changeClosing(unit, job.alertId, "reopen_wanted", { state: "reopen_failed", as: job.as, problem });
  await record(unit, row.subject, "alert.reopen_failed", "pagerduty_refused", COMPANION_ACTOR, {
    alertId: job.alertId,
    problem,
  });
  return { end: "failed", problem };
}

async function afterFailure(unit: Unit, row: OutboxRow, job: ReopenJob, failure: Failure): Promise<Ending> {
  const { sentence: problem, retryAfterMs, isTransient } = failure;
  if (!isTransient || unit.now - row.createdAt > GIVE_UP_AFTER_MS) return failed(unit, row, job, problem);
  await changeClosing(unit, job.alertId, "reopen_wanted", { state: "reopen_wanted", as: job.as, problem });
  return { end: "again", problem, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
