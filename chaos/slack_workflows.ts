/** The workflows of the Slack app, as far as the companion can tell them from the real ones (slack-functions/). */
import { unpackAlert } from "../core/alert_packing.ts";
import type { Alert } from "../core/alert.ts";
import { readFeedLine } from "../core/feed_line.ts";
import { isRecord, recordOf } from "../core/json.ts";
import type {
  CompanionRequests,
  Decision,
  LaterAlerts,
  Place,
  SignalDelivery,
  TriageDelivery,
} from "../core/protocol.ts";
import { fromIso } from "../core/time.ts";
import type { SlackAppCalls } from "./slack_app_calls.ts";
import type { Workflows } from "./slack_side.ts";
import type { World } from "./world.ts";

/** An incident's record in Slack. */
export interface IncidentRecord {
  readonly id: string;
  readonly number: string;
  readonly serviceId: string;
  readonly place: Place;
  status: "triage" | "active" | "merged" | "dismissed" | "resolved";
  decisionId: string;
  sequence: number;
  /** As Slack last heard of them. */
  readonly alerts: Map<string, Alert>;
}

export interface SlackRecords extends Workflows {
  readonly incidents: ReadonlyMap<string, IncidentRecord>;
  /** Makes the record say what was decided; alerts of what is merged go along. */
  decided(record: IncidentRecord, decision: Decision): void;
  backToTriage(record: IncidentRecord): void;
}

export interface WorkflowDeps {
  readonly world: World;
  readonly calls: SlackAppCalls;
  /** A question was posted. */
  readonly asked: (record: IncidentRecord) => void;
  /** A decision that the companion holds up as the one that stands, to be applied. */
  readonly apply: (record: IncidentRecord, decision: Decision) => Promise<void>;
}

type ConfirmOutcome = CompanionRequests["confirm"]["outcome"];

export function isClosed({ status }: IncidentRecord): boolean {
  return status !== "triage" && status !== "active";
}

export function createSlackWorkflows({ world, calls, asked, apply }: WorkflowDeps): SlackRecords {
  const { evidence, clock } = world;
  const incidents = new Map<string, IncidentRecord>();

  async function confirm(deliveryId: string, incidentId: string, outcome: ConfirmOutcome): Promise<void> {
    const place = incidents.get(incidentId)?.place;
    const [sentAt, realAt] = [clock.now(), Date.now()];
    const body = { deliveryId, incidentId, outcome, ...(place ? { place } : {}) };
    const answer = await calls.call("confirm", body);
    evidence.confirmations.push({ deliveryId, outcome, sentAt, realAt, isAccepted: answer.ok });
    if (!answer.ok && !answer.again) evidence.surprises.push(`${deliveryId} could not be confirmed: ${answer.problem}`);
  }

  function hear(where: string, { id, status }: Pick<Alert, "id" | "status">, isOneOfMany: boolean): void {
    evidence.heard.set(id, { at: clock.now(), status, where, isOneOfMany });
  }

  function count(about: string, number: number, named: readonly string[]): void {
    const known = evidence.counted.get(about) ?? { count: 0, named: new Set<string>() };
    for (const id of named) known.named.add(id);
    evidence.counted.set(about, { count: Math.max(known.count, number), named: known.named });
  }

  function take(record: IncidentRecord, alert: Alert): void {
    record.alerts.set(alert.id, alert);
    hear(record.id, alert, alert.relation === "offered");
  }

  async function openTriage(delivery: TriageDelivery): Promise<void> {
    const id = delivery.incident_id;
    if (incidents.has(id)) return confirm(delivery.delivery_id, id, "already_applied");
    if (delivery.if_known === "yes") return confirm(delivery.delivery_id, id, "stale");
    const alert = unpackAlert(delivery.alert);
    const record: IncidentRecord = {
      id,
      number: delivery.number,
      serviceId: delivery.service_id,
      place: {
        channelId: `C${delivery.number}`,
        channelName: `inc-${delivery.number}`,
        channelUrl: `https://acme.slack.example/archives/C${delivery.number}`,
      },
      status: "triage",
      decisionId: "",
      sequence: Number(delivery.sequence),
      alerts: new Map(),
    };
    incidents.set(id, record);
    evidence.opened.set(id, {
      id,
      number: Number(delivery.number),
      serviceId: delivery.service_id,
      openedAt: fromIso(delivery.opened_at) ?? 0,
      windowClosesAt: fromIso(delivery.window_closes_at) ?? 0,
      openingAlert: alert?.id ?? "",
      reopenedFrom: delivery.reopened_from,
    });
    if (alert) take(record, alert);
    asked(record);
    return confirm(delivery.delivery_id, id, "applied");
  }

  /** Undefined where the news asks for nothing that could go wrong. */
  async function applyTo(record: IncidentRecord, { kind, data }: SignalDelivery): Promise<ConfirmOutcome> {
    const news = recordOf(JSON.parse(data));
    switch (kind) {
      case "later_alert": {
        if (isClosed(record)) return "stale";
        const { alerts, laterCount } = news as unknown as LaterAlerts;
        for (const alert of alerts) take(record, alert);
        count(
          record.id,
          laterCount,
          alerts.map(({ id }) => id),
        );
        return "applied";
      }
      case "alert_changed": {
        const alert = unpackAlert(JSON.stringify(news["alert"]));
        if (alert) take(record, alert);
        return "applied";
      }
      case "alert_moved":
        if (isRecord(news["alert"])) record.alerts.delete(String(news["alert"]["id"]));
        return "applied";
      case "apply_decision":
        await apply(record, news["decision"] as Decision);
        return "applied";
      case "decision_refused":
        if (record.decisionId === news["decisionId"]) backToTriage(record);
        return "applied";
      default:
        return "applied";
    }
  }

  function takeFeedLine(subject: string, data: string): void {
    const line = readFeedLine(JSON.parse(data));
    if (!line) return;
    for (const alert of line.about.alerts) hear(subject, alert, true);
    count(
      subject,
      line.about.count,
      line.about.alerts.map(({ id }) => id),
    );
  }

  function backToTriage(record: IncidentRecord): void {
    record.status = "triage";
    record.decisionId = "";
    asked(record);
  }

  return {
    incidents,
    backToTriage,
    decided(record, decision) {
      record.status = ({ create: "active", merge: "merged", dismiss: "dismissed" } as const)[decision.decision];
      record.decisionId = decision.id;
      const target = decision.mergeInto === undefined ? undefined : incidents.get(decision.mergeInto);
      for (const [id, alert] of target ? record.alerts : []) target?.alerts.set(id, alert);
    },
    async openTriages(triages) {
      for (const one of triages) await openTriage(one);
    },
    async applySignal(signal) {
      const { delivery_id: id, incident_id: about, kind } = signal;
      await calls.drain();
      if (kind === "sync") return confirm(id, "", "applied");
      if (kind === "feed_line") takeFeedLine(about, signal.data);
      const isOfNoIncident = kind === "feed_line" || kind === "storm" || kind === "storm_reminder";
      if (isOfNoIncident) return confirm(id, about, "applied");
      const record = incidents.get(about);
      // The delivery comes again.
      if (!record) return;
      const sequence = Number(signal.sequence);
      if (kind !== "archive_due" && sequence <= record.sequence) return confirm(id, about, "already_applied");
      const outcome = await applyTo(record, signal);
      if (outcome === "applied") record.sequence = Math.max(record.sequence, sequence);
      return confirm(id, about, outcome);
    },
  };
}
