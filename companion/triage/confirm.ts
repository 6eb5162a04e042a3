import { isOpen } from "../../core/incident.ts";
import { MINUTE } from "../../core/time.ts";
import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import type { OutboxRow } from "../jobs.ts";
import { takeCarried } from "./carry_on.ts";
import { announceInFeed } from "./feed.ts";
import { homeOf } from "./home.ts";
import { newsTaken } from "./lost_news.ts";
import { afterReminder, postponeReminder, remindOutsideStorm } from "./reminders.ts";
import { type Refusal, unknownIncident } from "./refusal.ts";
import { rememberUmbrella } from "./storm.ts";
import { setSpacedTimer } from "./timer_spacing.ts";
import { routeAnew } from "./undelivered.ts";
import { announceAlert, COMPANION_ACTOR, isIncident, record, type Unit } from "./unit.ts";

/** Slack acted on a delivery. Idempotent; a delivery that is over already only brings its place. */
export async function takeConfirmation(
  unit: Unit,
  request: CompanionRequests["confirm"],
): Promise<Result<CompanionAnswers["confirm"], Refusal>> {
  const { deliveryId, incidentId, outcome, place } = request;
  const job = deliveryId === "" ? undefined : await unit.tx.job(deliveryId);
  const row = isIncident(incidentId) ? await unit.tx.incident(incidentId) : undefined;
  if (isIncident(incidentId) && !row) return refuse(unknownIncident(incidentId));
  if (job && job.subject !== incidentId) {
    return refuse({ status: 409, code: "wrong_incident", message: "This delivery belongs to another incident." });
  }
  if (row && place) {
    await unit.tx.saveIncident({ ...row, place });
    if (row.place?.channelId !== place.channelId) {
      await announceInFeed(unit, incidentId);
      await remindOutsideStorm(unit, incidentId);
    }
  }
  // "done" also covers one that was given up: its late confirmation is welcome and changes nothing.
  if (!job || job.state === "done" || job.state === "failed") {
    if (job) await unit.tx.clearTimer("retry_triage", job.id);
    if (job?.outcome === "unconfirmed") {
      await unit.tx.updateJob(job.id, { outcome });
      await newsTaken(unit, job);
    }
    return accept({ ok: true });
  }
  if (outcome === "stale" && job.job.kind === "slack_triage") return neverOpened(unit, job);
  await unit.tx.updateJob(job.id, { state: "done", outcome, finishedAt: unit.now });
  if (place && job.job.kind === "slack_triage") await rememberUmbrella(unit, incidentId, place);
  if (request.undecorated) await setSpacedTimer(unit, "decorate", incidentId, unit.now + MINUTE);
  await record(unit, incidentId, "delivery.confirmed", "confirmed", COMPANION_ACTOR, { deliveryId, outcome });
  if (outcome === "stale") await routeAnew(unit, job, "stale_in_slack");
  if (outcome === "postponed") {
    await postpone(unit, job, request.notBefore);
    await postponeReminder(unit, job, request.notBefore);
  }
  if (outcome === "applied" || outcome === "already_applied") {
    await afterReminder(unit, job);
    await newsTaken(unit, job);
    await afterCarryingOn(unit, job);
  }
  await tellWhereItWent(unit, job);
  return accept({ ok: true });
}

async function afterCarryingOn(unit: Unit, { job, subject }: OutboxRow): Promise<void> {
  if (job.kind !== "slack_signal" || job.signal !== "carry_on") return;
  await takeCarried(unit, { requestId: job.requestId, incidentId: subject });
}

/** No attempt reached Slack, so it waits like one that never left, until it is seen whether its alert is over still. */
async function neverOpened(
  unit: Unit,
  { id, attempts }: OutboxRow,
): Promise<Result<CompanionAnswers["confirm"], Refusal>> {
  await unit.tx.updateJob(id, { state: "ready", notBefore: unit.now, sends: 0, failures: attempts });
  return accept({ ok: true });
}

/** Slack may have written what it was told over newer news of the incident that the alert went to meanwhile: those come again. */
export async function tellWhereItWent(unit: Unit, { job, subject }: OutboxRow): Promise<void> {
  if (!("alertId" in job) || job.alertId === "") return;
  const home = homeOf(await unit.tx.relations(job.alertId));
  const to = job.kind === "slack_signal" && job.signal === "alert_moved" ? job.to : subject;
  if (home && home.incidentId !== to) await announceAlert(unit, home.incidentId, job.alertId);
}

/** Somebody wrote in the channel, or it could not be looked at, so it is archived later. Never at once again, whatever Slack's clock says. */
async function postpone(unit: Unit, { job, subject }: OutboxRow, notBefore: number | undefined): Promise<void> {
  if (job.kind !== "slack_signal" || job.signal !== "archive_due") return;
  // Taken back meanwhile, it is archived when it is closed again.
  const row = await unit.tx.incident(subject);
  if (!row || isOpen(row.incident)) return;
  const dueAt = Math.max(notBefore ?? unit.now + unit.settings.archiveGraceMs, unit.now + MINUTE);
  await unit.tx.setTimer("archive", subject, dueAt);
  await record(unit, subject, "archive.postponed", "somebody_wrote", COMPANION_ACTOR, { dueAt });
}
