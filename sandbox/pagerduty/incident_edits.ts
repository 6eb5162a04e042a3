/** What is changed about an open incident: who has it, how urgent it is, notes, and which alerts belong to it. */
import type { DemoService } from "../seed.ts";
import { agentName, type Changes, type IncidentDeps, personName } from "./incident_changes.ts";
import type { Lifecycle } from "./incident_lifecycle.ts";
import type { Agent, StoredAlert, StoredIncident, StoredNote, Urgency } from "./state.ts";

export function createResponderEdits(deps: IncidentDeps, changes: Changes) {
  return {
    reassign(incident: StoredIncident, userIds: readonly string[], agent: Agent): void {
      incident.assignedVia = "direct_assignment";
      incident.acknowledgements = [];
      if (incident.status === "acknowledged") changes.setStatus(incident, "triggered", agent);
      changes.assign(incident, userIds, agent);
      deps.events.incident(incident, "incident.reassigned", agent);
    },

    /** To the person on call at another level of the same policy. */
    escalate(incident: StoredIncident, level: number, agent: Agent): void {
      incident.escalationLevel = level;
      changes.write(incident, "escalate", agent, `Escalated to level ${level}`);
      changes.assignByPolicy(incident, agent);
      deps.events.incident(incident, "incident.escalated", agent);
    },

    /** To another escalation policy, from its first level. */
    delegate(incident: StoredIncident, policy: DemoService["escalationPolicy"], agent: Agent): void {
      incident.policyId = policy.id;
      incident.escalationLevel = 1;
      changes.write(incident, "delegate", agent, `Moved to the escalation policy ${policy.name}`);
      changes.assignByPolicy(incident, agent);
      deps.events.incident(incident, "incident.delegated", agent);
    },
  };
}

export function createDetailEdits(deps: IncidentDeps, changes: Changes) {
  return {
    prioritise(incident: StoredIncident, priority: { id: string; name: string } | undefined, agent: Agent): void {
      if (priority) incident.priorityId = priority.id;
      else delete incident.priorityId;
      const text = priority ? `Priority set to ${priority.name}` : "Priority taken away";
      changes.write(incident, "priority_change", agent, text);
      deps.events.incident(incident, "incident.priority_updated", agent);
    },

    /** Title and urgency have no webhook of their own. */
    retitle(incident: StoredIncident, title: string, agent: Agent): void {
      incident.title = title;
      changes.write(incident, "title_change", agent, `${agentName(agent)} changed the title`);
    },
    setUrgency(incident: StoredIncident, urgency: Urgency, agent: Agent): void {
      incident.urgency = urgency;
      changes.write(incident, "urgency_change", agent, `Urgency set to ${urgency}`);
    },

    annotate(incident: StoredIncident, userId: string, content: string): StoredNote {
      const agent: Agent = { kind: "user", userId };
      const note: StoredNote = { id: deps.id("P"), at: deps.clock.now(), userId, content };
      incident.notes.push(note);
      changes.write(incident, "annotate", agent, `${personName(userId)} added a note`);
      deps.events.annotated(incident, note, agent);
      return note;
    },
  };
}

export function createAlertMoves(changes: Changes, lifecycle: Pick<Lifecycle, "resolve">) {
  return {
    /** The sources' alerts move to the target, and the sources are resolved with the target as the reason. */
    merge(target: StoredIncident, sources: readonly StoredIncident[], agent: Agent): void {
      for (const source of sources) {
        target.alerts.push(...source.alerts);
        source.alerts = [];
        source.mergedInto = target.id;
        lifecycle.resolve(source, agent, `merged into #${target.number}`);
        changes.write(target, "merge", agent, `${agentName(agent)} merged #${source.number} into it`);
      }
    },

    /** Moves alerts to another incident; an incident that has lost its last open alert is resolved. */
    moveAlerts(source: StoredIncident, alerts: readonly StoredAlert[], target: StoredIncident, agent: Agent): void {
      source.alerts = source.alerts.filter((alert) => !alerts.includes(alert));
      target.alerts.push(...alerts);
      changes.write(target, "merge", agent, `${agentName(agent)} moved an alert of #${source.number} to it`);
      if (!source.alerts.some((alert) => alert.status === "triggered")) lifecycle.resolve(source, agent);
    },
  };
}
