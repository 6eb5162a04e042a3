import { packAlerts } from "../../core/alert_packing.ts";
import { TRIGGER_STRING_MAX_BYTES } from "../../core/assumptions.ts";
import { isOpen } from "../../core/incident.ts";
import { LISTED_LATER_ALERTS } from "../../core/later_alert.ts";
import type { Decision, LaterAlerts, SignalDelivery } from "../../core/protocol.ts";
import { needsSignature, SIGNATURES_BYTES, signedData } from "../../core/signal_signature.ts";
import { byteLength, cutBytes } from "../../core/text.ts";
import type { Instant } from "../../core/time.ts";
import type { OutboxRow } from "../jobs.ts";
import type { RelatedAlert, Transaction } from "../store/store.ts";
import { carryOnData } from "../triage/carry_on.ts";
import { feedLineData } from "../triage/feed.ts";
import { isUnanswered } from "../triage/home.ts";
import { newsOf } from "../triage/storm.ts";
import { stormReminder } from "../triage/storm_reminders.ts";
import { packedAlert, type Parcel, tellingOf } from "./triage_values.ts";

export interface SignalDeps {
  /** Shared with the Slack app. */
  readonly secrets: readonly string[];
  readonly archiveGraceMs: number;
  readonly now: () => Instant;
}

/** The inputs of the signal trigger; undefined where the alert belongs to another incident by now. */
export async function signalParcel(tx: Transaction, row: OutboxRow, deps: SignalDeps): Promise<Parcel | undefined> {
  if (row.job.kind !== "slack_signal") return undefined;
  const data = await signalData(tx, row, deps);
  if (data === undefined) return undefined;
  const values: SignalDelivery = {
    delivery_id: row.id,
    sequence: String(row.sequence),
    kind: row.job.signal,
    incident_id: row.subject,
    data,
  };
  if (!needsSignature(values.kind)) return { values, carried: [] };
  return { values: { ...values, data: await signedData(deps.secrets, values) }, carried: [] };
}

/** Room for what stands around alerts in a signal's data. */
const AROUND_ALERTS_BYTES = 400;

async function signalData(tx: Transaction, row: OutboxRow, deps: SignalDeps): Promise<string | undefined> {
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
      return decision && decisionData(decision);
    }
    case "decision_refused":
      return JSON.stringify({ decisionId: job.decisionId, problem: job.problem });
    case "carry_on":
      return carryOnData(tx, job.requestId);
    case "archive_due":
      return JSON.stringify({ graceMs: deps.archiveGraceMs });
    case "storm": {
      const news = await newsOf(tx, job.stormId, deps.now());
      return news && JSON.stringify(news);
    }
    case "storm_reminder": {
      const reminder = await stormReminder(tx, job, deps.now());
      return reminder && JSON.stringify(reminder);
    }
    case "feed_line":
      return feedLineData(tx, job.key, TRIGGER_STRING_MAX_BYTES);
    case "decorate":
    case "sync":
      return "{}";
  }
}

/** What was ticked along is known to the companion, and the decision's id finds it there: so much need not travel. */
function decisionData({ note, ...decision }: Decision): string {
  const whole = JSON.stringify({ decision: { ...decision, note: cutBytes(note, 1_000) } });
  if (byteLength(whole) <= TRIGGER_STRING_MAX_BYTES - SIGNATURES_BYTES) return whole;
  const { dismissAlertIds: _known, ...rest } = { dismissAlertIds: undefined, ...decision };
  return JSON.stringify({ decision: { ...rest, note: cutBytes(note, 300) } });
}

/** How the later alerts stand; undefined once the incident is closed, since alerts never join a closed one. */
async function laterAlertsData(tx: Transaction, incidentId: string): Promise<string | undefined> {
  const row = await tx.incident(incidentId);
  if (!row || !isOpen(row.incident)) return undefined;
  const related = await tx.alertsOf(incidentId);
  const told = await tellingOf(tx);
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
    .map(({ facts, relation }) => ({ ...facts, relation, told }));
  const window = await tx.window(row.incident.serviceId);
  const counts = {
    laterCount: row.laterCount,
    unanswered: open.filter(({ relation }) => relation === "offered").length,
    bySetting: open.filter(({ relation }) => relation === "attached").length,
    attached,
    ...(window?.incidentId === incidentId ? { windowClosesAt: window.closesAt } : {}),
    ...(row.level?.rise ? { rise: row.level.rise } : {}),
  } satisfies Omit<LaterAlerts, "alerts">;
  const alerts = packAlerts(listed, TRIGGER_STRING_MAX_BYTES - AROUND_ALERTS_BYTES);
  return `${JSON.stringify(counts).slice(0, -1)},"alerts":${alerts}}`;
}
