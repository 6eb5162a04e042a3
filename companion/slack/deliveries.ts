import { packAlert, packAlerts } from "../../core/alert_packing.ts";
import { CONFIRMATION_PATIENCE_MS, TRIGGER_BURST, TRIGGER_STRING_MAX_BYTES } from "../../core/assumptions.ts";
import { isOpen } from "../../core/incident.ts";
import { LISTED_LATER_ALERTS } from "../../core/later_alert.ts";
import type { LaterAlerts, SignalDelivery, TriageDelivery } from "../../core/protocol.ts";
import { cutBytes } from "../../core/text.ts";
import { HOUR, MINUTE, toIso } from "../../core/time.ts";
import type { OutboxRow } from "../jobs.ts";
import type { RelatedAlert, Store, Transaction } from "../store/store.ts";
import { deliveryLost, triageRefused } from "../triage/undelivered.ts";
import type { Unit } from "../triage/unit.ts";
import { feedLineData } from "../triage/feed.ts";
import { isUnanswered } from "../triage/home.ts";
import type { DetailsWatch } from "../work/details_watch.ts";
import type { Ending, Finish } from "../work/lane.ts";
import { createTokenBucket, type TokenBucket } from "../work/token_bucket.ts";
import { createTrigger, type TriggerOutcome } from "./triggers.ts";

export interface DeliveryDeps {
  readonly store: Store;
  readonly urls: { readonly triageTriggerUrl: string; readonly signalTriggerUrl: string };
  readonly archiveGraceMs: number;
  readonly elapsed: () => number;
  readonly triggerIntervalMs: number;
  readonly details: DetailsWatch;
}

export interface Deliveries {
  /** Waits for details and for the trigger's rate. */
  before(row: OutboxRow): Promise<void>;
  perform(row: OutboxRow): Promise<Finish>;
}

/** What Slack could not be given for so long is no news any more. */
const GIVE_UP_AFTER_MS = 24 * HOUR;
const LONGEST_REFUSED_WAIT_MS = 30 * MINUTE;

/** Sends what the outbox holds for Slack. What is sent is read when it leaves. */
export function createDeliveries(deps: DeliveryDeps): Deliveries {
  const triage = throttled(deps.urls.triageTriggerUrl);
  // One address for both would be one rate.
  const signal =
    deps.urls.signalTriggerUrl === deps.urls.triageTriggerUrl ? triage : throttled(deps.urls.signalTriggerUrl);

  function throttled(url: string) {
    const bucket: TokenBucket = createTokenBucket({
      burst: TRIGGER_BURST,
      intervalMs: deps.triggerIntervalMs,
      elapsed: deps.elapsed,
    });
    return { bucket, send: createTrigger(url) };
  }

  function triggerOf(row: OutboxRow) {
    return row.job.kind === "slack_triage" ? triage : signal;
  }

  return {
    async before(row) {
      const isFirst =
        row.job.kind === "slack_triage" || (row.job.kind === "slack_signal" && row.job.signal === "later_alert");
      if (isFirst && "alertId" in row.job) await awaitDetails(deps, row.subject, row.job.alertId);
      await triggerOf(row).bucket.take();
    },
    async perform(row) {
      const values = await deps.store.transaction((tx) => valuesOf(tx, row, deps.archiveGraceMs));
      if (!values) return () => Promise.resolve({ end: "done", outcome: "moved" });
      const outcome = await triggerOf(row).send({ ...values });
      return (unit) => finish(unit, row, outcome);
    },
  };
}

/** Only for the first attempt at details: what comes later goes as news. */
async function awaitDetails(deps: DeliveryDeps, incidentId: string, alertId: string): Promise<void> {
  const over = deps.details.next(alertId);
  const open = await deps.store.transaction((tx) => tx.openJobs(incidentId, ["fetch_details"]));
  const isUnderWay = open.some(
    ({ job, failures }) => job.kind === "fetch_details" && job.alertId === alertId && failures === 0,
  );
  if (isUnderWay) await over;
  else deps.details.ended(alertId);
}

/** What Slack did not take has consequences, unless it was confirmed meanwhile. */
async function finish(unit: Unit, row: OutboxRow, outcome: TriggerOutcome): Promise<Ending> {
  const ending = endingOf(row, outcome, unit.now);
  if ((await unit.tx.job(row.id))?.state !== "ready") return ending;
  if (ending.end === "failed") await deliveryLost(unit, row, "failed");
  else if (outcome.outcome === "refused") await triageRefused(unit, row);
  return ending;
}

/** A refusal that may pass is tried again after 1, 2, 4 … 30 minutes: it takes a person to mend. */
function slowBackOff(failures: number): number {
  return Math.min(LONGEST_REFUSED_WAIT_MS, MINUTE * 2 ** Math.min(failures, 10));
}

function endingOf(row: OutboxRow, outcome: TriggerOutcome, now: number): Ending {
  switch (outcome.outcome) {
    case "accepted":
      // What belongs to no incident is asked for anew each time, so nobody waits for its confirmation.
      return row.subject === ""
        ? { end: "done", outcome: "sent" }
        : { end: "sent", confirmBy: now + CONFIRMATION_PATIENCE_MS };
    case "unknown":
      if (row.subject === "") return { end: "done", outcome: "sent" };
      if (now - row.createdAt > GIVE_UP_AFTER_MS) return { end: "failed", problem: outcome.problem };
      // Sent again at once it would be there twice; the patience for a confirmation tells whether it got there.
      return { end: "sent", confirmBy: now + CONFIRMATION_PATIENCE_MS, doubt: outcome.problem };
    case "refused": {
      const isOver = outcome.isFinal || row.subject === "" || now - row.createdAt > GIVE_UP_AFTER_MS;
      if (isOver) return { end: "failed", problem: outcome.problem };
      return { end: "again", problem: outcome.problem, exactlyMs: slowBackOff(row.failures) };
    }
    case "unreachable":
      if (now - row.createdAt > GIVE_UP_AFTER_MS) return { end: "failed", problem: outcome.problem };
      return {
        end: "again",
        problem: outcome.problem,
        ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
      };
  }
}

/** The inputs of the trigger, every key every time; undefined where the alert belongs to another incident by now. */
async function valuesOf(
  tx: Transaction,
  row: OutboxRow,
  graceMs: number,
): Promise<TriageDelivery | SignalDelivery | undefined> {
  return row.job.kind === "slack_triage" ? triageValues(tx, row) : signalValues(tx, row, graceMs);
}

async function triageValues(tx: Transaction, row: OutboxRow): Promise<TriageDelivery | undefined> {
  const found = await tx.incident(row.subject);
  if (!found || row.job.kind !== "slack_triage") return undefined;
  const { incident, windowClosesAt } = found;
  return {
    delivery_id: row.id,
    sequence: String(row.sequence),
    incident_id: incident.id,
    number: incident.number,
    title: cutBytes(incident.title, 1_500),
    service_id: cutBytes(incident.serviceId, 500),
    service_name: cutBytes(incident.serviceName, 500),
    opened_at: toIso(incident.openedAt),
    window_closes_at: toIso(windowClosesAt),
    alert: (await packedAlert(tx, row.subject, row.job.alertId, TRIGGER_STRING_MAX_BYTES)) ?? "",
    reopened_from: row.job.reopenedFrom ?? "",
  };
}

async function signalValues(tx: Transaction, row: OutboxRow, graceMs: number): Promise<SignalDelivery | undefined> {
  if (row.job.kind !== "slack_signal") return undefined;
  const data = await signalData(tx, row, graceMs);
  if (data === undefined) return undefined;
  return {
    delivery_id: row.id,
    sequence: String(row.sequence),
    kind: row.job.signal,
    incident_id: row.subject,
    data,
  };
}

/** Room for what stands around alerts in a signal's data. */
const AROUND_ALERTS_BYTES = 400;

async function signalData(tx: Transaction, row: OutboxRow, graceMs: number): Promise<string | undefined> {
  const { job, subject } = row;
  if (job.kind !== "slack_signal") return undefined;
  switch (job.signal) {
    case "later_alert":
      return laterAlertsData(tx, subject);
    case "alert_changed": {
      const alert = await packedAlert(tx, subject, job.alertId, TRIGGER_STRING_MAX_BYTES - AROUND_ALERTS_BYTES);
      if (alert === undefined) return undefined;
      const ended = (await tx.reminders(subject))?.endedSnooze;
      return ended === undefined ? `{"alert":${alert}}` : `{"alert":${alert},"snoozeEnded":${ended}}`;
    }
    case "reminder_due": {
      const { number, direct, escalates } = job;
      const isDecided = (await tx.incident(subject))?.incident.status !== "triage";
      // What waited so long that the next one is due, or that it was decided meanwhile, reminds nobody.
      if (isDecided || (await tx.reminders(subject))?.count !== number) return undefined;
      return JSON.stringify({ number, direct, escalates });
    }
    case "alert_moved": {
      const alert = await packedAlert(tx, job.to, job.alertId, TRIGGER_STRING_MAX_BYTES - AROUND_ALERTS_BYTES);
      return alert && `{"alert":${alert},"movedTo":${JSON.stringify(job.to)}}`;
    }
    case "apply_decision": {
      const decision = (await tx.incident(subject))?.decision;
      return decision && JSON.stringify({ decision: { ...decision, note: cutBytes(decision.note, 1_000) } });
    }
    case "archive_due":
      return JSON.stringify({ graceMs });
    case "feed_line":
      return feedLineData(tx, job.key, TRIGGER_STRING_MAX_BYTES);
    case "sync":
      return "{}";
  }
}

/** How the later alerts stand; undefined once the incident is closed, since alerts never join a closed one. */
async function laterAlertsData(tx: Transaction, incidentId: string): Promise<string | undefined> {
  const row = await tx.incident(incidentId);
  if (!row || !isOpen(row.incident)) return undefined;
  const related = await tx.alertsOf(incidentId);
  const attached = related.filter(({ relation }) => relation === "attached").length;
  const later = related.filter(isUnanswered);
  const isOver = ({ facts }: RelatedAlert) => facts.status === "resolved";
  const isPaging = ({ facts }: RelatedAlert) => facts.status === "triggered";
  const open = later.filter((one) => !isOver(one));
  const listed = later
    .toSorted(
      (a, b) =>
        Number(isOver(a)) - Number(isOver(b)) ||
        Number(isPaging(b)) - Number(isPaging(a)) ||
        b.laterNumber - a.laterNumber,
    )
    .slice(0, LISTED_LATER_ALERTS)
    .map(({ facts, relation }) => ({ ...facts, relation }));
  const counts = {
    laterCount: row.laterCount,
    unanswered: open.filter(({ relation }) => relation === "offered").length,
    bySetting: open.filter(({ relation }) => relation === "attached").length,
    attached,
    ...(row.level?.rise ? { rise: row.level.rise } : {}),
  } satisfies Omit<LaterAlerts, "alerts">;
  const alerts = packAlerts(listed, TRIGGER_STRING_MAX_BYTES - AROUND_ALERTS_BYTES);
  return `${JSON.stringify(counts).slice(0, -1)},"alerts":${alerts}}`;
}

async function packedAlert(
  tx: Transaction,
  incidentId: string,
  alertId: string,
  maxBytes: number,
): Promise<string | undefined> {
  const alert = await tx.alert(alertId);
  const relation = (await tx.relations(alertId)).find((one) => one.incidentId === incidentId)?.relation;
  return alert && relation && packAlert({ ...alert.facts, relation }, maxBytes);
}
