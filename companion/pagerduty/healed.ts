/**
 * An alert may heal between our reading it and our acknowledgement's arrival, and then the acknowledgement opens it again:
 * held by whoever pressed, although nothing fails any more. PagerDuty's answer shows that. It is resolved again where it is
 * certain that it healed by itself in between and that nobody and nothing touched it since; else it is left to people, whose
 * card says that it was reopened.
 */
import { z } from "zod";
import type { Resolution } from "../../core/alert_resolution.ts";
import { actorFor } from "../../core/paging.ts";
import { fromIso, type Instant, MINUTE, SECOND } from "../../core/time.ts";
import type { Job, OutboxRow } from "../jobs.ts";
import type { AlertFacts } from "../store/store.ts";
import { actorOf, COMPANION_ACTOR, COMPANION_PERSON, queue, record, type Unit } from "../triage/unit.ts";
import type { Finish } from "../work/lane.ts";
import type { PagerdutyIncident } from "./answers.ts";
import type { EffectDeps } from "./effects.ts";
import { takeReopening, takeResolvedAgain, WITHIN_THE_SECOND_MS } from "./ledger.ts";

type HealedJob = Extract<Job, { kind: "pagerduty_resolve_again" }>;
type AcknowledgeJob = Extract<Job, { kind: "pagerduty_acknowledge" }>;

/** Whether the acknowledgement opened it again: it was open when it was read, and was reopened since. */
export function isReopenedBy(read: PagerdutyIncident, answer: PagerdutyIncident): boolean {
  return answer.reopenedAt !== undefined && answer.reopenedAt > (read.reopenedAt ?? 0);
}

/** Takes that down, and has it looked at once PagerDuty's word of the healing is here. */
export async function noteCrossing(
  unit: Unit,
  row: OutboxRow,
  { alertId, by }: AcknowledgeJob,
  read: PagerdutyIncident,
  answer: PagerdutyIncident,
): Promise<void> {
  await takeReopening(unit, alertId, answer);
  const { reopenedAt = 0, statusChangedAt } = answer;
  const seen = statusChangedAt === undefined ? { reopenedAt } : { reopenedAt, statusChangedAt };
  const job = { kind: "pagerduty_resolve_again", alertId, by, openSince: read.reopenedAt ?? 0, ...seen } as const;
  await queue(unit, row.subject, job, unit.now + LOOK_EVERY_MS);
  await record(unit, row.subject, "alert.reopened", "healed_meanwhile", actorOf(by), { alertId });
}

const LOOK_EVERY_MS = 30 * SECOND;
/** A webhook that tells of the healing later than this tells of something else, as far as we know. */
const PATIENCE_MS = 10 * MINUTE;

export async function resolveAgain(deps: EffectDeps, row: OutboxRow, job: HealedJob): Promise<Finish> {
  const known = await deps.store.transaction((tx) => tx.alert(job.alertId));
  const healing = known && healingOf(known.facts, job);
  if (healing === "unknown") {
    return (unit) =>
      Promise.resolve(
        unit.now - row.createdAt < PATIENCE_MS
          ? { end: "again", problem: "PagerDuty has not told of the healing.", exactlyMs: LOOK_EVERY_MS }
          : { end: "done", outcome: "healing_unknown" },
      );
  }
  if (healing === undefined) return left("touched_since");
  const fresh = await deps.pagerduty.incident(job.alertId);
  if (!fresh.ok) return unanswered(row, fresh.failure.sentence, fresh.failure.isTransient);
  if (!isUntouched(fresh.value, job)) return left("touched_since");
  const alerts = await deps.pagerduty.alerts(job.alertId);
  if (!alerts.ok) return unanswered(row, alerts.failure.sentence, alerts.failure.isTransient);
  // An alert that came since may have been grouped into it: something fails again.
  if (alerts.value.length >= LISTED_MAX || alerts.value.some((one) => !isOlder(one, healing.at)))
    return left("fails_again");
  const { email } = actorFor(job.by, deps.userMap, deps.fallbackFrom);
  const answer = await deps.pagerduty.setStatus(job.alertId, "resolved", email);
  if (!answer.ok) return unanswered(row, answer.failure.sentence, answer.failure.isTransient);
  return async (unit) => {
    const at = (answer.value.statusChangedAt ?? job.reopenedAt) + WITHIN_THE_SECOND_MS;
    await takeResolvedAgain(unit, job.alertId, at);
    const text = `This healed while ${job.by.name}'s acknowledgement was on its way, which opened it again. Nothing has failed since, so Pager Triage resolved it again.`;
    await queue(unit, row.subject, { kind: "pagerduty_note", alertId: job.alertId, by: COMPANION_PERSON, text });
    await record(unit, row.subject, "alert.resolved_again", "healed_meanwhile", COMPANION_ACTOR, {
      alertId: job.alertId,
    });
    return { end: "done", outcome: "resolved_again" };
  };
}

/** As many as are looked at; beyond them there may be newer ones. */
const LISTED_MAX = 200;

/** The healing between our reading and the acknowledgement; undefined where something else is known to have happened. */
function healingOf(facts: AlertFacts, job: HealedJob): Resolution | "unknown" | undefined {
  const { resolution, status, closing } = facts;
  // Whoever resolves the incident resolves this as well.
  if (status !== "acknowledged" || closing.state !== "none") return undefined;
  if (!resolution || resolution.at <= job.openSince + WITHIN_THE_SECOND_MS) return "unknown";
  const isInBetween = resolution.at <= job.reopenedAt + WITHIN_THE_SECOND_MS;
  return resolution.by === "itself" && isInBetween ? resolution : undefined;
}

function isUntouched({ status, reopenedAt, statusChangedAt }: PagerdutyIncident, job: HealedJob): boolean {
  return status === "acknowledged" && reopenedAt === job.reopenedAt && statusChangedAt === job.statusChangedAt;
}

const created = z.looseObject({ created_at: z.string() });

/** What does not say when it came counts as new. */
function isOlder(alert: unknown, than: Instant): boolean {
  const parsed = created.safeParse(alert);
  const at = parsed.success ? fromIso(parsed.data.created_at) : undefined;
  return at !== undefined && at <= than;
}

function left(outcome: string): Finish {
  return () => Promise.resolve({ end: "done", outcome });
}

function unanswered(row: OutboxRow, problem: string, isTransient: boolean): Finish {
  return (unit) =>
    Promise.resolve(
      isTransient && unit.now - row.createdAt < PATIENCE_MS ? { end: "again", problem } : { end: "failed", problem },
    );
}
