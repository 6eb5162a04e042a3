/** The undecided triages of a storm are reminded of together: a reminder for each of a hundred would be a second storm. */
import type { StormReminder } from "../../core/protocol.ts";
import { ACTIVITY_MS, nextReminder, type ReminderState } from "../../core/reminders.ts";
import { type Instant, MINUTE } from "../../core/time.ts";
import { cutBytes } from "../../core/text.ts";
import type { IncidentRow, StormRow, Transaction } from "../store/store.ts";
import { stormSubject } from "./storm.ts";
import { COMPANION_ACTOR, queue, record, type Unit } from "./unit.ts";

/** A triage that joins while reminders come hourly already brings the next one this near. */
const NEWCOMER_MS = 15 * MINUTE;
/** How many reminders come within the first quarter of an hour. */
const FIRST_REMINDERS = 3;
/** How many triages a reminder names, and how many people it may mention. */
const NAMED_MAX = 8;
const PEOPLE_MAX = 10;

/** The storm that reminds of an incident: as long as it stands in the storm's own channel, or may come to. */
export async function stormThatReminds(tx: Transaction, incidentId: string): Promise<StormRow | undefined> {
  const storm = await tx.stormOf(incidentId);
  const place = (await tx.incident(incidentId))?.place;
  const isElsewhere = place !== undefined && storm?.channelId !== "" && place.channelId !== storm?.channelId;
  return isElsewhere ? undefined : storm;
}

/** One more triage of the storm waits for its decision. */
export async function remindInStorm(unit: Unit, { id }: StormRow): Promise<void> {
  const state = await unit.tx.stormReminders(id);
  const next = state && nextReminder(state);
  if (next && next.dueAt <= unit.now + NEWCOMER_MS) return;
  await reschedule(
    unit,
    id,
    state ? { ...state, since: unit.now, count: FIRST_REMINDERS - 1 } : { since: unit.now, count: 0 },
  );
}

async function reschedule(unit: Unit, stormId: string, state: ReminderState): Promise<void> {
  await unit.tx.saveStormReminders(stormId, state);
  const next = nextReminder(state);
  if (next) await unit.tx.setTimer("remind", stormSubject(stormId), next.dueAt);
}

/** The timer is due. Like a single triage's, the number is counted in the transaction that sends the reminder. */
export async function remindOfStorm(unit: Unit, stormId: string): Promise<void> {
  const state = await unit.tx.stormReminders(stormId);
  const next = state && nextReminder(state);
  if (!next || (await undecided(unit.tx, stormId)).length === 0) return;
  if (next.dueAt > unit.now) return unit.tx.setTimer("remind", stormSubject(stormId), next.dueAt);
  const { number, direct, escalates } = next;
  await reschedule(unit, stormId, { ...state, count: number, lastAt: unit.now });
  const waiting = await neglected(unit.tx, stormId, unit.now);
  if (waiting.length === 0) return;
  const job = { kind: "slack_signal", signal: "storm_reminder", stormId, number, direct, escalates } as const;
  await queue(unit, stormSubject(stormId), job);
  for (const { incident } of waiting) {
    await record(unit, incident.id, "triage.reminded", "timer_due", COMPANION_ACTOR, { number, direct, escalates });
  }
}

/** What a reminder says when it leaves; undefined where the next one is due already or nothing is left to remind of. */
export async function stormReminder(
  tx: Transaction,
  job: { readonly stormId: string; readonly number: number; readonly direct: boolean; readonly escalates: boolean },
  now: Instant,
): Promise<StormReminder | undefined> {
  const storm = await tx.storm(job.stormId);
  const waiting = await neglected(tx, job.stormId, now);
  if (!storm || waiting.length === 0 || (await tx.stormReminders(job.stormId))?.count !== job.number) return undefined;
  const { direct, escalates } = job;
  const { id, number, channelId, channelName, since } = storm;
  const first = waiting.slice(0, NAMED_MAX).map(({ incident, place }) => ({
    number: incident.number,
    serviceName: cutBytes(incident.serviceName, 100),
    url: place?.channelUrl ?? "",
  }));
  const longestSince = Math.min(...waiting.map(({ incident }) => incident.openedAt));
  const emails = (await emailsOf(tx, waiting)).slice(0, PEOPLE_MAX);
  const of = { id, number: String(number), since, channelId, channelName };
  return { ...of, undecided: waiting.length, longestSince, first, emails, direct, escalates };
}

/** Of each triage that nobody is at: who, by PagerDuty, is paged or has acknowledged. */
async function emailsOf(tx: Transaction, waiting: readonly IncidentRow[]): Promise<string[]> {
  const emails = new Set<string>();
  for (const { incident } of waiting) {
    for (const { facts, relation } of await tx.alertsOf(incident.id)) {
      if (relation !== "attached") continue;
      for (const { email } of facts.paged) if (email) emails.add(email);
    }
  }
  return [...emails];
}

/** The storm's triages that nobody is at, oldest first: neither decided, nor put off, nor acknowledged just now. */
export async function neglected(tx: Transaction, stormId: string, now: Instant): Promise<readonly IncidentRow[]> {
  const rows: IncidentRow[] = [];
  for (const row of await undecided(tx, stormId)) {
    const state = await tx.reminders(row.incident.id);
    const quietUntil = Math.max(state?.snoozedUntil ?? 0, (state?.activityAt ?? -ACTIVITY_MS) + ACTIVITY_MS);
    if (quietUntil <= now) rows.push(row);
  }
  return rows;
}

async function undecided(tx: Transaction, stormId: string): Promise<readonly IncidentRow[]> {
  const rows: IncidentRow[] = [];
  for (const incidentId of await tx.incidentsOfStorm(stormId)) {
    const row = await tx.incident(incidentId);
    if (row?.incident.status === "triage" && (await stormThatReminds(tx, incidentId))) rows.push(row);
  }
  return rows;
}
