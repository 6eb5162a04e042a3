import { feedKeyOf } from "../../core/feed_line.ts";
import type { Person } from "../../core/incident.ts";
import {
  defaultServiceSettings,
  resolveServiceSettings,
  type ServiceSettings,
  type Urgency,
} from "../../core/service_settings.ts";
import type { Instant } from "../../core/time.ts";
import type { DeliveryKind, Job } from "../jobs.ts";
import { DELIVERY_KINDS } from "../jobs.ts";
import type { Transaction } from "../store/store.ts";
import type { TimelineEntry, What, Why } from "../timeline.ts";

/** The settings that the companion's own rules need. */
export interface TriageSettings {
  readonly debounceWindowMs: number;
  readonly archiveGraceMs: number;
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

export function actorOf(person: Person): string {
  return `slack:${person.slackUserId}`;
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
export async function queue(unit: Unit, subject: string, job: Job): Promise<string> {
  const isDelivery = DELIVERY_KINDS.includes(job.kind as DeliveryKind);
  const sequence = isDelivery && subject !== "" ? await nextSequence(unit.tx, subject) : 0;
  const id = unit.id(isDelivery ? "dlv" : "job");
  await unit.tx.enqueue({ id, job, subject, sequence, createdAt: unit.now, notBefore: unit.now });
  return id;
}

function nextSequence(tx: Transaction, subject: string): Promise<number> {
  const key = feedKeyOf(subject);
  return key === undefined ? tx.nextSequence(subject) : tx.nextFeedSequence(key);
}

/**
 * Tells Slack that an alert of the incident has changed. What waits and was never sent is read when it leaves, so it
 * carries the change already and nothing is added.
 */
export async function announceAlert(unit: Unit, incidentId: string, alertId: string): Promise<void> {
  const open = await unit.tx.openJobs(incidentId, DELIVERY_KINDS);
  const carriesIt = open.some(
    ({ state, attempts, job }) => state === "ready" && attempts === 0 && "alertId" in job && job.alertId === alertId,
  );
  if (!carriesIt) await queue(unit, incidentId, { kind: "slack_signal", signal: "alert_changed", alertId });
}
