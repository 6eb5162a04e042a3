/** What happens to incidents: every change writes the log, announces itself by webhook and tells the page. */
import { hexFrom } from "../identifiers.ts";
import type { DemoService } from "../seed.ts";
import type { SandboxDeps } from "../parts.ts";
import { onCallAt, userById } from "./directory.ts";
import {
  type Agent,
  type AlertEvent,
  findIncident,
  type LogEntryType,
  type PagerdutyState,
  type StoredAlert,
  type StoredIncident,
  type StoredNote,
  type Urgency,
} from "./state.ts";
import type { WebhookEvents } from "./webhook_events.ts";

export interface IncidentDeps extends SandboxDeps {
  readonly state: () => PagerdutyState;
  readonly events: WebhookEvents;
}

export type Incidents = ReturnType<typeof createIncidents>;

export function createIncidents(deps: IncidentDeps) {
  function write(incident: StoredIncident, type: LogEntryType, agent: Agent, text: string): void {
    const at = deps.clock.now();
    incident.log.push({ id: deps.id("R"), type, at, agent, text });
    incident.changedAt = at;
    deps.changed();
  }

  function open(service: DemoService, title: string, urgency: Urgency, incidentKey: string | null, agent: Agent) {
    const state = deps.state();
    const at = deps.clock.now();
    const incident: StoredIncident = {
      id: deps.id("Q"),
      number: state.nextNumber,
      serviceId: service.id,
      createdAt: at,
      incidentKey,
      title,
      status: "triggered",
      urgency,
      policyId: service.escalationPolicy.id,
      escalationLevel: 1,
      assignedVia: "escalation_policy",
      assignments: [],
      acknowledgements: [],
      changedAt: at,
      statusChangedAt: at,
      statusChangedBy: agent,
      alerts: [],
      notes: [],
      log: [],
    };
    state.nextNumber += 1;
    state.incidents.push(incident);
    return incident;
  }

  function setStatus(incident: StoredIncident, status: StoredIncident["status"], agent: Agent): void {
    incident.status = status;
    incident.statusChangedAt = deps.clock.now();
    incident.statusChangedBy = agent;
  }

  function assign(incident: StoredIncident, userIds: readonly string[], agent: Agent): void {
    const at = deps.clock.now();
    incident.assignments = userIds.map((userId) => ({ userId, at }));
    write(incident, "assign", agent, `Assigned to ${userIds.map(personName).join(", ")}`);
  }

  function assignByPolicy(incident: StoredIncident, agent: Agent): void {
    incident.assignedVia = "escalation_policy";
    const onCall = onCallAt(incident.policyId, incident.escalationLevel);
    if (onCall) assign(incident, [onCall], agent);
  }

  const actions = {
    /** An event of the Events API that no open alert has the key of: a new alert and its incident. */
    raiseAlert(service: DemoService, key: string, event: AlertEvent): StoredIncident {
      const agent: Agent = { kind: "integration", serviceId: service.id, ...sender(event.client) };
      const incident = open(service, event.summary, urgencyOf(event), null, agent);
      const alert: StoredAlert = { id: deps.id("Q"), key, createdAt: incident.createdAt, event, status: "triggered" };
      incident.alerts.push(alert);
      write(incident, "trigger", agent, `Triggered through ${nameOf(agent)}`);
      assignByPolicy(incident, agent);
      const { client, clientUrl } = event;
      const url = clientUrl === undefined ? {} : { url: clientUrl };
      deps.events.incident(incident, "incident.triggered", agent, client ? { name: client, ...url } : null);
      return incident;
    },

    /** The same key again while its alert is open: PagerDuty notes it and raises nothing. */
    repeatAlert(incident: StoredIncident, agent: Agent): void {
      write(incident, "trigger", agent, `Triggered again through ${nameOf(agent)}`);
    },

    /** An incident that a person makes: no alerts, a random incident key. */
    raiseByHand(
      service: DemoService,
      userId: string,
      title: string,
      options: { urgency: Urgency; incidentKey?: string; from: "web" | "api" },
    ): StoredIncident {
      const agent: Agent = { kind: "user", userId };
      const key = options.incidentKey ?? hexFrom(deps.id("KEY"), 32);
      const incident = open(service, title, options.urgency, key, agent);
      write(incident, "trigger", agent, `${personName(userId)} triggered it by hand`);
      assignByPolicy(incident, agent);
      deps.events.incident(
        incident,
        "incident.triggered",
        agent,
        options.from === "web" ? { name: "PagerDuty" } : null,
      );
      return incident;
    },

    /**
     * Acknowledges. Whoever acknowledges without being assigned gets the incident assigned: an integration that does it
     * in its own name takes the page away from the people on call. A resolved incident is reopened by it.
     */
    acknowledge(incident: StoredIncident, agent: Agent): void {
      const userId = agent.kind === "user" ? agent.userId : undefined;
      if (incident.status === "resolved") {
        incident.reopenedAt = deps.clock.now();
        delete incident.resolvedAt;
        delete incident.mergedInto;
        setStatus(incident, "triggered", agent);
        write(incident, "reopen", agent, `${nameOf(agent)} reopened it`);
        if (userId) assign(incident, [userId], agent);
        deps.events.incident(incident, "incident.reopened", agent);
      }
      const again = userId !== undefined && incident.acknowledgements.some((one) => one.userId === userId);
      if (incident.status === "acknowledged" && again) return;
      setStatus(incident, "acknowledged", agent);
      if (userId) incident.acknowledgements.push({ userId, at: deps.clock.now() });
      write(incident, "acknowledge", agent, `${nameOf(agent)} acknowledged`);
      if (userId && !incident.assignments.some((one) => one.userId === userId)) assign(incident, [userId], agent);
      deps.events.incident(incident, "incident.acknowledged", agent);
    },

    /** Back to triggered: takes an acknowledgement away, or reopens a resolved incident, which pages its policy again. */
    trigger(incident: StoredIncident, agent: Agent): void {
      if (incident.status === "triggered") return;
      const wasResolved = incident.status === "resolved";
      incident.acknowledgements = [];
      setStatus(incident, "triggered", agent);
      if (!wasResolved) {
        write(incident, "unacknowledge", agent, `${nameOf(agent)} took the acknowledgement back`);
        deps.events.incident(incident, "incident.unacknowledged", agent);
        return;
      }
      incident.reopenedAt = deps.clock.now();
      incident.escalationLevel = 1;
      delete incident.resolvedAt;
      delete incident.mergedInto;
      write(incident, "reopen", agent, `${nameOf(agent)} reopened it`);
      assignByPolicy(incident, agent);
      deps.events.incident(incident, "incident.reopened", agent);
    },

    /** Resolves with all its alerts. Alerts stay resolved when the incident is reopened: a new event raises a new one. */
    resolve(incident: StoredIncident, agent: Agent, resolution?: string): void {
      if (incident.status === "resolved") return;
      const at = deps.clock.now();
      for (const alert of incident.alerts) resolveAlert(alert, at);
      setStatus(incident, "resolved", agent);
      incident.resolvedAt = at;
      incident.assignments = [];
      incident.acknowledgements = [];
      const text = agent.kind === "user" ? `${nameOf(agent)} resolved` : `Resolved through ${nameOf(agent)}`;
      write(incident, "resolve", agent, resolution ? `${text}: ${resolution}` : text);
      deps.events.incident(incident, "incident.resolved", agent);
    },

    /** Resolves single alerts; the incident is resolved with its last one. */
    resolveAlerts(incident: StoredIncident, alerts: readonly StoredAlert[], agent: Agent): void {
      for (const alert of alerts) resolveAlert(alert, deps.clock.now());
      incident.changedAt = deps.clock.now();
      deps.changed();
      if (incident.alerts.length > 0 && incident.alerts.every((alert) => alert.status === "resolved")) {
        actions.resolve(incident, agent);
      }
    },

    reassign(incident: StoredIncident, userIds: readonly string[], agent: Agent): void {
      incident.assignedVia = "direct_assignment";
      incident.acknowledgements = [];
      if (incident.status === "acknowledged") setStatus(incident, "triggered", agent);
      assign(incident, userIds, agent);
      deps.events.incident(incident, "incident.reassigned", agent);
    },

    /** To the person on call at another level of the same policy. */
    escalate(incident: StoredIncident, level: number, agent: Agent): void {
      incident.escalationLevel = level;
      write(incident, "escalate", agent, `Escalated to level ${level}`);
      assignByPolicy(incident, agent);
      deps.events.incident(incident, "incident.escalated", agent);
    },

    /** To another escalation policy, from its first level. */
    delegate(incident: StoredIncident, policy: DemoService["escalationPolicy"], agent: Agent): void {
      incident.policyId = policy.id;
      incident.escalationLevel = 1;
      write(incident, "delegate", agent, `Moved to the escalation policy ${policy.name}`);
      assignByPolicy(incident, agent);
      deps.events.incident(incident, "incident.delegated", agent);
    },

    prioritise(incident: StoredIncident, priority: { id: string; name: string } | undefined, agent: Agent): void {
      if (priority) incident.priorityId = priority.id;
      else delete incident.priorityId;
      write(incident, "priority_change", agent, priority ? `Priority set to ${priority.name}` : "Priority taken away");
      deps.events.incident(incident, "incident.priority_updated", agent);
    },

    /** Title and urgency have no webhook of their own. */
    retitle(incident: StoredIncident, title: string, agent: Agent): void {
      incident.title = title;
      write(incident, "title_change", agent, `${nameOf(agent)} changed the title`);
    },
    setUrgency(incident: StoredIncident, urgency: Urgency, agent: Agent): void {
      incident.urgency = urgency;
      write(incident, "urgency_change", agent, `Urgency set to ${urgency}`);
    },

    annotate(incident: StoredIncident, userId: string, content: string): StoredNote {
      const agent: Agent = { kind: "user", userId };
      const note: StoredNote = { id: deps.id("P"), at: deps.clock.now(), userId, content };
      incident.notes.push(note);
      write(incident, "annotate", agent, `${personName(userId)} added a note`);
      deps.events.annotated(incident, note, agent);
      return note;
    },

    /** The sources' alerts move to the target, and the sources are resolved with the target as the reason. */
    merge(target: StoredIncident, sources: readonly StoredIncident[], agent: Agent): void {
      for (const source of sources) {
        target.alerts.push(...source.alerts);
        source.alerts = [];
        source.mergedInto = target.id;
        actions.resolve(source, agent, `merged into #${target.number}`);
        write(target, "merge", agent, `${nameOf(agent)} merged #${source.number} into it`);
      }
    },

    /** Moves alerts to another incident; an incident that has lost its last open alert is resolved. */
    moveAlerts(source: StoredIncident, alerts: readonly StoredAlert[], target: StoredIncident, agent: Agent): void {
      source.alerts = source.alerts.filter((alert) => !alerts.includes(alert));
      target.alerts.push(...alerts);
      write(target, "merge", agent, `${nameOf(agent)} moved an alert of #${source.number} to it`);
      if (!source.alerts.some((alert) => alert.status === "triggered")) actions.resolve(source, agent);
    },
  };
  return actions;
}

/** The incident that another one was merged into, as long as both are known. */
export function mergeTarget(state: PagerdutyState, incident: StoredIncident): StoredIncident | undefined {
  return incident.mergedInto === undefined ? undefined : findIncident(state, incident.mergedInto);
}

function resolveAlert(alert: StoredAlert, at: number): void {
  if (alert.status === "resolved") return;
  alert.status = "resolved";
  alert.resolvedAt = at;
}

function urgencyOf(event: AlertEvent): Urgency {
  return event.severity === "critical" || event.severity === "error" ? "high" : "low";
}

function personName(userId: string): string {
  return userById(userId)?.name ?? "Somebody";
}

function sender(client: string | undefined): { sender?: string } {
  return client ? { sender: client } : {};
}

/** "Dana Ortiz", "Sentry": senders write their names in lower case. */
function nameOf(agent: Agent): string {
  if (agent.kind === "user") return personName(agent.userId);
  return agent.sender ? agent.sender.charAt(0).toUpperCase() + agent.sender.slice(1) : "the Events API";
}
