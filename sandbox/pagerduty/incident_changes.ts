/** The small steps that every change of an incident is made of: log entry, status, assignment. */
import type { Instant } from "../../core/time.ts";
import type { SandboxDeps } from "../parts.ts";
import type { DemoService } from "../seed.ts";
import { onCallAt, userById } from "./directory.ts";
import type { Agent, LogEntryType, PagerdutyState, StoredIncident, Urgency } from "./state.ts";
import type { WebhookEvents } from "./webhook_events.ts";

export interface IncidentDeps extends SandboxDeps {
  readonly state: () => PagerdutyState;
  readonly events: WebhookEvents;
}

export type Changes = ReturnType<typeof createChanges>;

export function createChanges(deps: IncidentDeps) {
  function write(incident: StoredIncident, type: LogEntryType, agent: Agent, text: string): void {
    const at = deps.clock.now();
    incident.log.push({ id: deps.id("R"), type, at, agent, text });
    incident.changedAt = at;
    deps.changed();
  }

  function assign(incident: StoredIncident, userIds: readonly string[], agent: Agent): void {
    const at = deps.clock.now();
    incident.assignments = userIds.map((userId) => ({ userId, at }));
    write(incident, "assign", agent, `Assigned to ${userIds.map(personName).join(", ")}`);
  }

  return {
    write,
    assign,

    /** Assigns whoever is on call at the incident's escalation level. */
    assignByPolicy(incident: StoredIncident, agent: Agent): void {
      incident.assignedVia = "escalation_policy";
      const onCall = onCallAt(incident.policyId, incident.escalationLevel);
      if (onCall) assign(incident, [onCall], agent);
    },

    setStatus(incident: StoredIncident, status: StoredIncident["status"], agent: Agent): void {
      incident.status = status;
      incident.statusChangedAt = deps.clock.now();
      incident.statusChangedBy = agent;
    },

    /** Takes away what only a resolved incident has. */
    markReopened(incident: StoredIncident): void {
      incident.reopenedAt = deps.clock.now();
      delete incident.resolvedAt;
      delete incident.mergedInto;
    },

    /** A new incident, stored, with nobody assigned and nothing in its log yet. */
    open(
      service: DemoService,
      facts: { title: string; urgency: Urgency; incidentKey: string | null },
      agent: Agent,
    ): StoredIncident {
      const state = deps.state();
      const incident = newIncident(deps.id("Q"), state.nextNumber, deps.clock.now(), { service, agent, ...facts });
      state.nextNumber += 1;
      state.incidents.push(incident);
      return incident;
    },
  };
}

function newIncident(
  id: string,
  number: number,
  at: Instant,
  facts: { service: DemoService; agent: Agent; title: string; urgency: Urgency; incidentKey: string | null },
): StoredIncident {
  const { service, agent, title, urgency, incidentKey } = facts;
  return {
    ...{ id, number, title, urgency, incidentKey, serviceId: service.id },
    createdAt: at,
    changedAt: at,
    status: "triggered",
    statusChangedAt: at,
    statusChangedBy: agent,
    policyId: service.escalationPolicy.id,
    escalationLevel: 1,
    assignedVia: "escalation_policy",
    assignments: [],
    acknowledgements: [],
    alerts: [],
    notes: [],
    log: [],
  };
}

export function personName(userId: string): string {
  return userById(userId)?.name ?? "Somebody";
}

/** "Dana Ortiz", "Sentry": senders write their names in lower case. */
export function agentName(agent: Agent): string {
  if (agent.kind === "user") return personName(agent.userId);
  return agent.sender ? agent.sender.charAt(0).toUpperCase() + agent.sender.slice(1) : "the Events API";
}
