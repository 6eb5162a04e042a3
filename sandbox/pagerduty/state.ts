/** What the stand-in of PagerDuty remembers: plain JSON, so that it can be dumped and restored as it is. */
import type { Instant } from "../../core/time.ts";

/** Who did something: a user, or the Events API integration of a service on behalf of its sender. */
export type Agent =
  | { readonly kind: "user"; readonly userId: string }
  | { readonly kind: "integration"; readonly serviceId: string; readonly sender?: string };

export type IncidentStatus = "triggered" | "acknowledged" | "resolved";
export type Urgency = "high" | "low";
export type Severity = "critical" | "error" | "warning" | "info";

/** One event of the Events API, as far as an alert shows it. */
export interface AlertEvent {
  readonly summary: string;
  readonly source: string;
  readonly severity: Severity;
  readonly timestamp?: string;
  readonly component?: string;
  readonly group?: string;
  readonly class?: string;
  readonly customDetails?: unknown;
  readonly client?: string;
  readonly clientUrl?: string;
  readonly links: readonly { readonly href: string; readonly text?: string }[];
  readonly images: readonly { readonly src: string; readonly href?: string; readonly alt?: string }[];
}

export interface StoredAlert {
  readonly id: string;
  readonly key: string;
  readonly createdAt: Instant;
  readonly event: AlertEvent;
  status: "triggered" | "resolved";
  resolvedAt?: Instant;
}

export interface StoredNote {
  readonly id: string;
  readonly at: Instant;
  readonly userId: string;
  readonly content: string;
}

export type LogEntryType =
  | "trigger"
  | "assign"
  | "acknowledge"
  | "unacknowledge"
  | "escalate"
  | "delegate"
  | "resolve"
  | "reopen"
  | "annotate"
  | "priority_change"
  | "title_change"
  | "urgency_change"
  | "merge";

export interface StoredLogEntry {
  readonly id: string;
  readonly type: LogEntryType;
  readonly at: Instant;
  readonly agent: Agent;
  /** A sentence for people: "Dana Ortiz acknowledged". */
  readonly text: string;
}

export interface StoredIncident {
  readonly id: string;
  readonly number: number;
  readonly serviceId: string;
  readonly createdAt: Instant;
  /** Null for incidents that have alerts; 32 hex characters where a person made it. */
  readonly incidentKey: string | null;
  title: string;
  status: IncidentStatus;
  urgency: Urgency;
  policyId: string;
  escalationLevel: number;
  assignedVia: "escalation_policy" | "direct_assignment";
  assignments: { readonly userId: string; readonly at: Instant }[];
  acknowledgements: { readonly userId: string; readonly at: Instant }[];
  changedAt: Instant;
  statusChangedAt: Instant;
  statusChangedBy: Agent;
  resolvedAt?: Instant;
  reopenedAt?: Instant;
  priorityId?: string;
  /** The incident that this one was merged into: the one resolve reason that exists. */
  mergedInto?: string;
  alerts: StoredAlert[];
  notes: StoredNote[];
  log: StoredLogEntry[];
}

/** One webhook on its way or delivered. The body is kept as text: each attempt sends the same bytes. */
export interface StoredDelivery {
  readonly id: string;
  readonly eventType: string;
  /** What keeps the order: the incident's id, or the subscription's for a ping. */
  readonly queue: string;
  readonly at: Instant;
  readonly body: string;
  state: "waiting" | "delivered" | "dropped";
  status: number;
  attempts: number;
}

export interface PagerdutyState {
  nextNumber: number;
  /** Oldest first. */
  incidents: StoredIncident[];
  /** Oldest first; all that wait and the last ones that are over. */
  deliveries: StoredDelivery[];
  subscription: { consecutiveDrops: number; disabledUntil?: Instant };
  /** How often each service failed: the next error or failure of its catalogue. */
  failures: Record<string, number>;
}

export function emptyState(): PagerdutyState {
  return { nextNumber: 1, incidents: [], deliveries: [], subscription: { consecutiveDrops: 0 }, failures: {} };
}

/** An incident by its id or, as PagerDuty allows, its number. */
export function findIncident(state: PagerdutyState, idOrNumber: string): StoredIncident | undefined {
  return state.incidents.find((incident) => incident.id === idOrNumber || String(incident.number) === idOrNumber);
}

/** The open alert of a service with this key, with its incident. */
export function findOpenAlert(
  state: PagerdutyState,
  serviceId: string,
  key: string,
): { incident: StoredIncident; alert: StoredAlert } | undefined {
  for (const incident of state.incidents) {
    if (incident.serviceId !== serviceId) continue;
    const alert = incident.alerts.find((one) => one.key === key && one.status === "triggered");
    if (alert) return { incident, alert };
  }
  return undefined;
}
