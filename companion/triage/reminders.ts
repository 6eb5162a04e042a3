/** Reminders of a triage that nobody decides: one timer each, whose state outlives the process. */
import type { PagingReason } from "../../core/paging_news.ts";
import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { ACTIVITY_MS, nextReminder } from "../../core/reminders.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { HOUR, type Instant } from "../../core/time.ts";
import type { OutboxRow } from "../jobs.ts";
import type { AlertFacts, Reminders } from "../store/store.ts";
import { type Refusal, refusalFor, unknownIncident } from "./refusal.ts";
import { neglected, remindInStorm, remindOfStorm, stormThatReminds } from "./storm_reminders.ts";
import { actorOf, COMPANION_ACTOR, queue, record, serviceSettings, STORM_SUBJECT, type Unit } from "./unit.ts";

/** A snooze is to get people through a night, not to forget something. */
const LONGEST_SNOOZE_MS = 48 * HOUR;

/** The question waits from now on; what was counted before, for an earlier decision, begins anew. */
export async function beginReminders(unit: Unit, incidentId: string): Promise<void> {
  await reschedule(unit, incidentId, { since: unit.now, count: 0 });
  const storm = await stormThatReminds(unit.tx, incidentId);
  if (storm) await remindInStorm(unit, storm);
}

/** Decided: nobody is reminded any more. */
export function endReminders(unit: Unit, incidentId: string): Promise<void> {
  return unit.tx.clearTimer("remind", incidentId);
}

async function reschedule(unit: Unit, incidentId: string, state: Reminders): Promise<void> {
  await unit.tx.saveReminders(incidentId, state);
  if (await stormThatReminds(unit.tx, incidentId)) return endReminders(unit, incidentId);
  const next = nextReminder(state);
  if (next) await unit.tx.setTimer("remind", incidentId, next.dueAt);
  else await endReminders(unit, incidentId);
}

/** It left the storm's channel for one of its own, where somebody has just been at work on it. */
export async function remindOutsideStorm(unit: Unit, incidentId: string): Promise<void> {
  const state = (await unit.tx.stormOf(incidentId)) && (await waiting(unit, incidentId));
  if (state && !(await stormThatReminds(unit.tx, incidentId)))
    await reschedule(unit, incidentId, { ...state, activityAt: unit.now });
}

/** The state of a triage that is still undecided; undefined for everything else. */
async function waiting(unit: Unit, incidentId: string): Promise<Reminders | undefined> {
  const row = await unit.tx.incident(incidentId);
  return row?.incident.status === "triage" ? unit.tx.reminders(incidentId) : undefined;
}

/** The timer is due. The reminder's number is counted in the same transaction that sends it, so it is sent once. */
export async function remind(unit: Unit, incidentId: string): Promise<void> {
  if (incidentId.startsWith(STORM_SUBJECT)) return remindOfStorm(unit, incidentId.slice(STORM_SUBJECT.length));
  const state = await waiting(unit, incidentId);
  const next = state && nextReminder(state);
  if (!next) return;
  if (next.dueAt > unit.now) return unit.tx.setTimer("remind", incidentId, next.dueAt);
  const { number, direct } = next;
  const escalates = next.escalates && (await escalatable(unit, incidentId)).length > 0;
  await reschedule(unit, incidentId, { ...state, count: number, lastAt: unit.now });
  await queue(unit, incidentId, { kind: "slack_signal", signal: "reminder_due", number, direct, escalates });
  await record(unit, incidentId, "triage.reminded", "timer_due", COMPANION_ACTOR, { number, direct, escalates });
}

/** The alerts that the last reminder may escalate: attached, unacknowledged, of a service that opted in. */
async function escalatable(unit: Unit, incidentId: string): Promise<readonly AlertFacts[]> {
  const alerts: AlertFacts[] = [];
  for (const { facts, relation } of await unit.tx.alertsOf(incidentId)) {
    if (relation !== "attached" || facts.status !== "triggered") continue;
    if ((await serviceSettings(unit, facts.serviceId, facts.urgency)).escalate) alerts.push(facts);
  }
  return alerts;
}

/** Slack gave the reminder. Only now that people were told of it is PagerDuty asked to page the next level. */
export async function afterReminder(unit: Unit, { job, subject }: OutboxRow): Promise<void> {
  if (job.kind !== "slack_signal") return;
  if (job.signal === "reminder_due" && job.escalates) return escalateAll(unit, subject);
  if (job.signal !== "storm_reminder" || !job.escalates) return;
  for (const { incident } of await neglected(unit.tx, job.stormId, unit.now)) await escalateAll(unit, incident.id);
}

async function escalateAll(unit: Unit, incidentId: string): Promise<void> {
  if (!(await waiting(unit, incidentId))) return;
  for (const { id: alertId, paged } of await escalatable(unit, incidentId)) {
    const asked = paged.map(({ pagerdutyUserId }) => pagerdutyUserId);
    await queue(unit, incidentId, { kind: "pagerduty_escalate", alertId, paged: asked });
  }
}

/** Somebody wrote in the channel, so this reminder was not given; its number is free again. */
export async function postponeReminder(
  unit: Unit,
  { job, subject }: OutboxRow,
  notBefore: Instant | undefined,
): Promise<void> {
  if (job.kind !== "slack_signal" || job.signal !== "reminder_due") return;
  const state = await waiting(unit, subject);
  if (state?.count !== job.number) return;
  const activityAt = notBefore === undefined ? unit.now : notBefore - ACTIVITY_MS;
  await reschedule(unit, subject, { ...state, count: job.number - 1, activityAt });
  await record(unit, subject, "triage.reminder_postponed", "somebody_wrote", COMPANION_ACTOR, { number: job.number });
}

/** Somebody acknowledged in PagerDuty, so somebody is at it. */
export async function noteAcknowledgement(unit: Unit, incidentId: string, at: Instant): Promise<void> {
  const state = await waiting(unit, incidentId);
  if (state && at > (state.activityAt ?? 0)) await reschedule(unit, incidentId, { ...state, activityAt: at });
}

/** PagerDuty pages somebody anew: what was put off for the former reason is not put off for this one. */
export async function endSnooze(unit: Unit, incidentId: string, why: PagingReason): Promise<void> {
  const state = await waiting(unit, incidentId);
  if (state?.snoozedUntil === undefined || state.snoozedUntil <= unit.now) return;
  const { snoozedUntil, ...rest } = state;
  await reschedule(unit, incidentId, { ...rest, endedSnooze: snoozedUntil });
  await record(unit, incidentId, "triage.snooze_ended", why, COMPANION_ACTOR, { snoozedUntil });
}

/** A person puts the reminders off. The latest wish counts. */
export async function takeSnooze(
  unit: Unit,
  request: CompanionRequests["snooze"],
): Promise<Result<CompanionAnswers["snooze"], Refusal>> {
  const { incidentId, by } = request;
  const row = await unit.tx.incident(incidentId);
  if (!row) return refuse(unknownIncident(incidentId));
  if (row.incident.status !== "triage") return refuse(refusalFor("already_decided"));
  const state = (await unit.tx.reminders(incidentId)) ?? { since: unit.now, count: 0 };
  const snoozedUntil = Math.min(request.until, unit.now + LONGEST_SNOOZE_MS);
  if (state.snoozedUntil === snoozedUntil) return accept({ ok: true });
  await reschedule(unit, incidentId, { ...state, snoozedUntil });
  await record(unit, incidentId, "triage.snoozed", "person_snoozed", actorOf(by), { snoozedUntil, via: "snooze_form" });
  return accept({ ok: true });
}
