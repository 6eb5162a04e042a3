/** The envelopes of webhooks V3. */
import { toIso } from "../../core/time.ts";
import { hexFrom, uuidFrom } from "../identifiers.ts";
import type { SandboxDeps } from "../parts.ts";
import { knownService } from "./directory.ts";
import { type Representation, utcSeconds } from "./representation.ts";
import type { Agent, StoredDelivery, StoredIncident, StoredNote } from "./state.ts";

export const INCIDENT_EVENTS = [
  "incident.triggered",
  "incident.acknowledged",
  "incident.unacknowledged",
  "incident.resolved",
  "incident.reopened",
  "incident.reassigned",
  "incident.escalated",
  "incident.delegated",
  "incident.priority_updated",
] as const;
export type IncidentEvent = (typeof INCIDENT_EVENTS)[number];

export interface EventClient {
  readonly name: string;
  readonly url?: string;
}

export type WebhookEvents = ReturnType<typeof createWebhookEvents>;

/**
 * @param deliver takes a finished webhook over; called in the order in which things happened
 * @param targetOf the incident that another one was merged into
 */
export function createWebhookEvents(
  deps: SandboxDeps,
  show: Representation,
  targetOf: (incident: StoredIncident) => StoredIncident | undefined,
  deliver: (delivery: StoredDelivery) => void,
) {
  function send(
    eventType: string,
    queue: string,
    rest: { resource_type: string; agent: unknown; client: EventClient | null; data: unknown },
  ): void {
    const at = deps.clock.now();
    // PagerDuty's event ids are opaque; these have the observed form of 26 characters that begin with 01.
    const event = {
      id: `01${hexFrom(deps.id("EVENT"), 24).toUpperCase()}`,
      event_type: eventType,
      resource_type: rest.resource_type,
      occurred_at: toIso(at),
      agent: rest.agent,
      client: rest.client,
      data: rest.data,
    };
    const body = JSON.stringify({ event });
    const id = uuidFrom(deps.id("WEBHOOK"));
    deliver({ id, eventType, queue, at, body, state: "waiting", status: 0, attempts: 0 });
  }

  return {
    incident(
      incident: StoredIncident,
      eventType: IncidentEvent,
      agent: Agent,
      client: EventClient | null = null,
    ): void {
      send(eventType, incident.id, {
        resource_type: "incident",
        agent: show.agent(agent),
        client,
        data: incidentData(show, incident, targetOf(incident)),
      });
    },

    annotated(incident: StoredIncident, note: StoredNote, agent: Agent): void {
      send("incident.annotated", incident.id, {
        resource_type: "incident",
        agent: show.agent(agent),
        client: null,
        data: {
          incident: { ...show.incidentReference(incident), summary: incident.title },
          id: note.id,
          content: note.content,
          trimmed: false,
          type: "incident_note",
        },
      });
    },

    ping(subscriptionId: string): void {
      send("pagey.ping", subscriptionId, {
        resource_type: "pagey",
        agent: null,
        client: null,
        data: { message: "Hello from the PagerDuty of the sandbox", type: "ping" },
      });
    },
  };
}

/** A webhook's incident has other keys than REST's: `number`, `assignees`, no alerts and no body. */
function incidentData(show: Representation, incident: StoredIncident, mergeTarget: StoredIncident | undefined) {
  const reference = show.incidentReference(incident);
  return {
    id: incident.id,
    type: "incident",
    self: reference.self,
    html_url: reference.html_url,
    number: incident.number,
    status: incident.status,
    incident_key: incident.incidentKey,
    created_at: utcSeconds(incident.createdAt),
    reopened_at: incident.reopenedAt === undefined ? null : utcSeconds(incident.reopenedAt),
    title: incident.title,
    service: show.service(knownService(incident.serviceId)),
    assignees: incident.assignments.map(({ userId }) => show.user(userId)),
    escalation_policy: show.policy(incident.policyId),
    teams: [],
    priority: show.priority(incident.priorityId),
    urgency: incident.urgency,
    conference_bridge: null,
    resolve_reason: show.resolveReason(incident, mergeTarget),
    incident_type: { name: "incident_default" },
  };
}
