import { feedKeyOf } from "../../core/feed_line.ts";
import { type Decider, isOpen, isPerson, type Person } from "../../core/incident.ts";
import { tellAt } from "../../core/later_alert.ts";
import type { SignalKind } from "../../core/protocol.ts";
import {
  defaultServiceSettings,
  resolveServiceSettings,
  type ServiceSettings,
  type Urgency,
} from "../../core/service_settings.ts";
import type { StormSettings } from "../../core/storm.ts";
import type { Instant } from "../../core/time.ts";
import type { DeliveryKind, Job, OutboxRow } from "../jobs.ts";
import { DELIVERY_KINDS } from "../jobs.ts";
import type { Transaction } from "../store/store.ts";
import type { TimelineEntry, What, Why } from "../timeline.ts";
import { isUnanswered } from "./home.ts";

/** The settings that the companion's own rules need. */
export interface TriageSettings {
  readonly debounceWindowMs: number;
  readonly archiveGraceMs: number;
  readonly reconcileMs: number;
  readonly storm: StormSettings;
}

/** One unit of work: a transaction with one time for all of it, and the cause that its timeline entries name. */
export interface Unit {
  readonly tx: Transaction;
  readonly now: Instant;
  readonly settings: TriageSettings;
  /** A new identifier with this prefix. */
  readonly id: (prefix: string) => string;
  /** The event, delivery or request that brings it about. */
  readonly cause: string;
}

/** The settings that hold for an alert of this service and urgency at this moment. */
export async function serviceSettings(unit: Unit, serviceId: string, urgency: Urgency): Promise<ServiceSettings> {
  const defaults = defaultServiceSettings(unit.settings.debounceWindowMs);
  return resolveServiceSettings(await unit.tx.settingsRows(serviceId), serviceId, urgency, defaults);
}

export const COMPANION_ACTOR = "companion";

/** Who speaks where no person does. */
export const COMPANION_PERSON: Person = { slackUserId: "", name: "Pager Triage" };

export function actorOf(decider: Decider): string {
  if (!isPerson(decider) || decider.slackUserId === "") return COMPANION_ACTOR;
  return `slack:${decider.slackUserId}`;
}

/** Adds a line to the account of an incident. */
export async function record(
  unit: Unit,
  incidentId: string,
  what: What,
  why: Why,
  actor: string,
  data: TimelineEntry["data"] = {},
): Promise<void> {
  await unit.tx.record({ at: unit.now, incidentId, what, actor, why, cause: unit.cause, data });
}

/** Puts something to do outside into the outbox; what goes to Slack gets the next number of its incident. */
export async function queue(unit: Unit, subject: string, job: Job, notBefore: Instant = unit.now): Promise<string> {
  const isDelivery = DELIVERY_KINDS.includes(job.kind as DeliveryKind);
  const sequence = isDelivery ? await nextSequence(unit.tx, subject) : 0;
  const id = unit.id(isDelivery ? "dlv" : "job");
  await unit.tx.enqueue({ id, job, subject, sequence, createdAt: unit.now, notBefore });
  return id;
}

/** How subjects begin that are storms. */
export const STORM_SUBJECT = "storm:";

/** What belongs to nothing has no order. */
async function nextSequence(tx: Transaction, subject: string): Promise<number> {
  const key = feedKeyOf(subject);
  if (key !== undefined) return tx.nextFeedSequence(key);
  if (subject === "") return 0;
  return isIncident(subject) ? tx.nextSequence(subject) : tx.count(`sequence ${subject}`);
}

/** Whether what the outbox calls a subject is an incident, and neither a line of the feed nor a storm. */
export function isIncident(subject: string): boolean {
  return subject !== "" && feedKeyOf(subject) === undefined && !subject.startsWith(STORM_SUBJECT);
}

/** Slack hears of each of these, oldest first; of the other attached alerts of an open incident it hears how many there are. */
const TOLD_ONE_BY_ONE = 25;

/**
 * Tells Slack that an alert of the incident has changed. What waits and was never sent is read when it leaves, so it
 * carries the change already and nothing is added.
 */
export async function announceAlert(unit: Unit, incidentId: string, alertId: string): Promise<void> {
  if (await isToldWithOthers(unit, incidentId, alertId)) return tellLaterAlerts(unit, incidentId, alertId);
  const open = await unit.tx.openJobs(incidentId, DELIVERY_KINDS);
  const carriesIt = open.some(
    (row) => isUnread(row) && "alertId" in row.job && row.job.alertId === alertId && !isSignal(row, "later_alert"),
  );
  if (!carriesIt) await queue(unit, incidentId, { kind: "slack_signal", signal: "alert_changed", alertId });
}

async function isToldWithOthers(unit: Unit, incidentId: string, alertId: string): Promise<boolean> {
  const row = await unit.tx.incident(incidentId);
  const relation = (await unit.tx.relations(alertId)).find((one) => one.incidentId === incidentId);
  if (!row || !relation || !isOpen(row.incident)) return false;
  if (isUnanswered(relation)) return true;
  return relation.relation === "attached" && (await unit.tx.attachedBefore(incidentId, alertId)) >= TOLD_ONE_BY_ONE;
}

/**
 * Tells Slack how the later alerts of an open incident stand, at most once an interval however many there are: what waits
 * to be told is told together.
 */
export async function tellLaterAlerts(unit: Unit, incidentId: string, alertId: string, isRise = false): Promise<void> {
  const row = await unit.tx.incident(incidentId);
  if (!row || !isOpen(row.incident)) return;
  const open = await unit.tx.openJobs(incidentId, ["slack_signal"]);
  if (open.some((job) => isUnread(job) && isSignal(job, "later_alert"))) return;
  const at = tellAt(row.laterToldAt ?? 0, unit.now, isRise);
  if (at > unit.now) return unit.tx.setTimerOnce("later_alerts", incidentId, at);
  await unit.tx.clearTimer("later_alerts", incidentId);
  await unit.tx.saveIncident({ ...row, laterToldAt: unit.now });
  await queue(unit, incidentId, { kind: "slack_signal", signal: "later_alert", alertId });
}

/** What was never taken in hand is read when it leaves. */
function isUnread({ state, attempts }: OutboxRow): boolean {
  return state === "ready" && attempts === 0;
}

function isSignal({ job }: OutboxRow, signal: SignalKind): boolean {
  return job.kind === "slack_signal" && job.signal === signal;
}
