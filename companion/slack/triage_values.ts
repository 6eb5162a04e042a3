import { packAlert } from "../../core/alert_packing.ts";
import { TRIGGER_STRING_MAX_BYTES } from "../../core/assumptions.ts";
import type { SharedTriage, SignalDelivery, StormShare, TriageDelivery } from "../../core/protocol.ts";
import { isCrowded } from "../../core/storm.ts";
import { byteLength, cutBytes } from "../../core/text.ts";
import { type Instant, MINUTE, toIso } from "../../core/time.ts";
import type { OutboxRow } from "../jobs.ts";
import type { StormRow, Transaction } from "../store/store.ts";
import { homeOf } from "../triage/home.ts";
import { shareOf } from "../triage/storm.ts";
import { LEASE_MS } from "../work/lane.ts";

/** A delivery as it leaves, and the rows of the outbox that it carries beside its own. */
export interface Parcel {
  readonly values: TriageDelivery | SignalDelivery;
  readonly carried: readonly OutboxRow[];
}

/** What is left of an alert that shares a delivery: enough for a line with its link and who is paged. */
const SHARED_ALERT_BYTES = 480;
const SHARED_TEXT_BYTES = 100;

/**
 * The inputs of the triage trigger, every key every time; undefined where the alert belongs to another incident by now.
 * Where many triages of a storm wait, it takes others along, as many as fit: those are in hand from then on.
 * @param ifKnown whether Slack is to open nothing that it does not know
 */
export async function triageParcel(
  tx: Transaction,
  row: OutboxRow,
  now: Instant,
  ifKnown: boolean,
): Promise<Parcel | undefined> {
  const shared = await triageValues(tx, row, TRIGGER_STRING_MAX_BYTES, 500);
  if (!shared) return undefined;
  const values = { ...shared, if_known: ifKnown ? "yes" : "" };
  const storm = await tx.stormOf(row.subject);
  if (!storm || ifKnown) return { values: { ...values, storm: "" }, carried: [] };
  const { share, carried } = await shareFor(tx, row, storm, now);
  return { values: { ...values, storm: JSON.stringify(share) }, carried };
}

async function shareFor(
  tx: Transaction,
  row: OutboxRow,
  storm: StormRow,
  now: Instant,
): Promise<{ readonly share: StormShare; readonly carried: readonly OutboxRow[] }> {
  const waiting = await tx.waitingTriagesOf(storm.id, now);
  const asLine = isCrowded(waiting.length, await tx.openingsCount(now - MINUTE + 1));
  let share: StormShare = { ...(await shareOf(tx, storm)), asLine, also: [] };
  const carried: OutboxRow[] = [];
  // What failed before goes alone, in case it is what was wrong with the delivery that it shared.
  for (const other of asLine && row.failures === 0 ? waiting : []) {
    const triage = await triageValues(tx, other, SHARED_ALERT_BYTES, SHARED_TEXT_BYTES);
    if (!triage) continue;
    const longer = { ...share, also: [...share.also, triage] };
    if (byteLength(JSON.stringify(longer)) > TRIGGER_STRING_MAX_BYTES) break;
    const claimed = await tx.claimJob(other.id, Math.max(now, other.notBefore), now + LEASE_MS);
    if (!claimed) continue;
    share = longer;
    carried.push(claimed);
  }
  return { share, carried };
}

async function triageValues(
  tx: Transaction,
  row: OutboxRow,
  alertBytes: number,
  textBytes: number,
): Promise<SharedTriage | undefined> {
  const found = await tx.incident(row.subject);
  if (!found || row.job.kind !== "slack_triage") return undefined;
  const { incident, windowClosesAt } = found;
  return {
    delivery_id: row.id,
    sequence: String(row.sequence),
    incident_id: incident.id,
    number: incident.number,
    title: cutBytes(incident.title, textBytes * 3),
    service_id: cutBytes(incident.serviceId, textBytes),
    service_name: cutBytes(incident.serviceName, textBytes),
    opened_at: toIso(incident.openedAt),
    window_closes_at: toIso(windowClosesAt),
    alert: (await packedAlert(tx, row.subject, row.job.alertId, alertBytes)) ?? "",
    reopened_from: row.job.reopenedFrom ?? "",
  };
}

/** The number of a telling of alerts: later ones have higher numbers. */
export function tellingOf(tx: Transaction): Promise<number> {
  return tx.count("alerts_told");
}

/** The alert as JSON; undefined where it has nothing to do with the incident any more, or belongs to another one. */
export async function packedAlert(
  tx: Transaction,
  incidentId: string,
  alertId: string,
  maxBytes: number,
): Promise<string | undefined> {
  const alert = await tx.alert(alertId);
  const relations = await tx.relations(alertId);
  const relation = relations.find((one) => one.incidentId === incidentId)?.relation;
  const isElsewhere = (homeOf(relations)?.incidentId ?? incidentId) !== incidentId;
  if (!alert || !relation || isElsewhere) return undefined;
  return packAlert({ ...alert.facts, relation, told: await tellingOf(tx) }, maxBytes);
}
