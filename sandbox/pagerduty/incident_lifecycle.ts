/** How an incident comes, is acknowledged, goes, and comes back. */
import { hexFrom } from "../identifiers.ts";
import type { DemoService } from "../seed.ts";
import { agentName, type Changes, type IncidentDeps, personName } from "./incident_changes.ts";
import type { Agent, AlertEvent, StoredAlert, StoredIncident, Urgency } from "./state.ts";

export type Lifecycle = ReturnType<typeof createRaising> & ReturnType<typeof createStatusChanges>;

export function createRaising(deps: IncidentDeps, changes: Changes) {
  return {
    /** An event of the Events API that no open alert has the key of: a new alert and its incident. */
    raiseAlert(service: DemoService, key: string, event: AlertEvent): StoredIncident {
      const { client, clientUrl } = event;
      const agent: Agent = { kind: "integration", serviceId: service.id, ...(client ? { sender: client } : {}) };
      const incident = changes.open(
        service,
        { title: event.summary, urgency: urgencyOf(event), incidentKey: null },
        agent,
      );
      incident.alerts.push({ id: deps.id("Q"), key, createdAt: incident.createdAt, event, status: "triggered" });
      changes.write(incident, "trigger", agent, `Triggered through ${agentName(agent)}`);
      changes.assignByPolicy(incident, agent);
      const url = clientUrl === undefined ? {} : { url: clientUrl };
      deps.events.incident(incident, "incident.triggered", agent, client ? { name: client, ...url } : null);
      return incident;
    },

    /** The same key again while its alert is open: PagerDuty notes it and raises nothing. */
    repeatAlert(incident: StoredIncident, agent: Agent): void {
      changes.write(incident, "trigger", agent, `Triggered again through ${agentName(agent)}`);
    },

    /** An incident that a person makes: no alerts, a random incident key. */
    raiseByHand(
      service: DemoService,
      userId: string,
      title: string,
      options: { urgency: Urgency; incidentKey?: string; from: "web" | "api" },
    ): StoredIncident {
      const agent: Agent = { kind: "user", userId };
      const incidentKey = options.incidentKey ?? hexFrom(deps.id("KEY"), 32);
      const incident = changes.open(service, { title, urgency: options.urgency, incidentKey }, agent);
      changes.write(incident, "trigger", agent, `${personName(userId)} triggered it by hand`);
      changes.assignByPolicy(incident, agent);
      const client = options.from === "web" ? { name: "PagerDuty" } : null;
      deps.events.incident(incident, "incident.triggered", agent, client);
      return incident;
    },
  };
}

export function createStatusChanges(deps: IncidentDeps, changes: Changes) {
  /**
   * Acknowledges. Whoever acknowledges without being assigned gets the incident assigned: an integration that does it
   * in its own name takes the page away from the people on call. A resolved incident is reopened by it.
   */
  function acknowledge(incident: StoredIncident, agent: Agent): void {
    const userId = agent.kind === "user" ? agent.userId : undefined;
    if (incident.status === "resolved") {
      changes.markReopened(incident);
      changes.setStatus(incident, "triggered", agent);
      changes.write(incident, "reopen", agent, `${agentName(agent)} reopened it`);
      if (userId) changes.assign(incident, [userId], agent);
      deps.events.incident(incident, "incident.reopened", agent);
    }
    const again = userId !== undefined && incident.acknowledgements.some((one) => one.userId === userId);
    if (incident.status === "acknowledged" && again) return;
    changes.setStatus(incident, "acknowledged", agent);
    if (userId) incident.acknowledgements.push({ userId, at: deps.clock.now() });
    changes.write(incident, "acknowledge", agent, `${agentName(agent)} acknowledged`);
    const isAssigned = incident.assignments.some((one) => one.userId === userId);
    if (userId && !isAssigned) changes.assign(incident, [userId], agent);
    deps.events.incident(incident, "incident.acknowledged", agent);
  }

  /** Back to triggered: takes an acknowledgement away, or reopens a resolved incident, which pages its policy again. */
  function trigger(incident: StoredIncident, agent: Agent): void {
    if (incident.status === "triggered") return;
    const wasResolved = incident.status === "resolved";
    incident.acknowledgements = [];
    changes.setStatus(incident, "triggered", agent);
    if (!wasResolved) {
      changes.write(incident, "unacknowledge", agent, `${agentName(agent)} took the acknowledgement back`);
      deps.events.incident(incident, "incident.unacknowledged", agent);
      return;
    }
    changes.markReopened(incident);
    incident.escalationLevel = 1;
    changes.write(incident, "reopen", agent, `${agentName(agent)} reopened it`);
    changes.assignByPolicy(incident, agent);
    deps.events.incident(incident, "incident.reopened", agent);
  }

  /** Resolves with all its alerts. They stay resolved when the incident is reopened: a new event raises a new one. */
  function resolve(incident: StoredIncident, agent: Agent, resolution?: string): void {
    if (incident.status === "resolved") return;
    const at = deps.clock.now();
    for (const alert of incident.alerts) resolveAlert(alert, at);
    changes.setStatus(incident, "resolved", agent);
    incident.resolvedAt = at;
    incident.assignments = [];
    incident.acknowledgements = [];
    const text = agent.kind === "user" ? `${agentName(agent)} resolved` : `Resolved through ${agentName(agent)}`;
    changes.write(incident, "resolve", agent, resolution ? `${text}: ${resolution}` : text);
    deps.events.incident(incident, "incident.resolved", agent);
  }

  /** Resolves single alerts; the incident is resolved with its last one. */
  function resolveAlerts(incident: StoredIncident, alerts: readonly StoredAlert[], agent: Agent): void {
    for (const alert of alerts) resolveAlert(alert, deps.clock.now());
    incident.changedAt = deps.clock.now();
    deps.changed();
    if (incident.alerts.every((alert) => alert.status === "resolved")) resolve(incident, agent);
  }

  return { acknowledge, trigger, resolve, resolveAlerts };
}

function resolveAlert(alert: StoredAlert, at: number): void {
  if (alert.status === "resolved") return;
  alert.status = "resolved";
  alert.resolvedAt = at;
}

function urgencyOf(event: AlertEvent): Urgency {
  return event.severity === "critical" || event.severity === "error" ? "high" : "low";
}
