/** PagerDuty's JSON: the shapes of REST v2, shared with the webhooks as far as they are the same. */
import { type Instant, toIso } from "../../core/time.ts";
import type { DemoService } from "../seed.ts";
import { alertBody, triggerChannel } from "./alert_body.ts";
import { integrationId, knownService, type PagerdutyUser, policyById, PRIORITIES, userById } from "./directory.ts";
import type { Agent, StoredAlert, StoredIncident, StoredLogEntry, StoredNote } from "./state.ts";

export interface Reference {
  readonly id: string;
  readonly type: string;
  readonly summary: string;
  readonly self: string;
  readonly html_url: string | null;
}

/** The account's own offset: alerts and notes carry it, incidents are in UTC. */
const ACCOUNT_OFFSET_MINUTES = 120;

/** "2026-03-02T09:14:10Z": incident times have no fraction of a second. */
export function utcSeconds(at: Instant): string {
  return toIso(at).replace(/\.\d+Z$/, "Z");
}

/** "2026-03-02T11:14:10+02:00" */
function accountTime(at: Instant): string {
  const shifted = toIso(at + ACCOUNT_OFFSET_MINUTES * 60_000).replace(/\.\d+Z$/, "");
  return `${shifted}+${String(ACCOUNT_OFFSET_MINUTES / 60).padStart(2, "0")}:00`;
}

export type Representation = ReturnType<typeof createRepresentation>;

/** @param api address of the REST API, without a slash at the end; pages for people are under `/web` */
export function createRepresentation(api: string) {
  const web = `${api}/web`;
  const reference = (type: string, id: string, summary: string, path: string, page: string | null): Reference => ({
    id,
    type,
    summary,
    self: `${api}/${path}/${id}`,
    html_url: page === null ? null : `${web}/${page}/${id}`,
  });

  function user(id: string): Reference {
    return reference("user_reference", id, userById(id)?.name ?? "Somebody who left", "users", "users");
  }
  function service(of: DemoService): Reference {
    return reference("service_reference", of.id, of.name, "services", "services");
  }
  function policy(id: string): Reference {
    const name = policyById(id)?.name ?? id;
    return reference("escalation_policy_reference", id, name, "escalation_policies", "escalation_policies");
  }
  function priority(id: string | undefined): Reference | null {
    const found = PRIORITIES.find((one) => one.id === id);
    return found ? reference("priority_reference", found.id, found.name, "priorities", null) : null;
  }
  function integration(of: DemoService, type: string): Reference {
    const id = integrationId(of);
    const path = `services/${of.id}/integrations`;
    return reference(type, id, "Events API V2", path, path);
  }
  function incidentReference(incident: StoredIncident): Reference {
    const summary = `[#${incident.number}] ${incident.title}`;
    return reference("incident_reference", incident.id, summary, "incidents", "incidents");
  }
  function agent(of: Agent): Reference {
    if (of.kind === "user") return user(of.userId);
    return integration(knownService(of.serviceId), "inbound_integration_reference");
  }
  function resolveReason(incident: StoredIncident, target: StoredIncident | undefined) {
    return incident.mergedInto && target ? { type: "merge_resolve_reason", incident: incidentReference(target) } : null;
  }

  return {
    api,
    user,
    service,
    policy,
    priority,
    agent,
    incidentReference,
    resolveReason,

    /** @param mergeTarget the incident it was merged into, where it was */
    incident(incident: StoredIncident, mergeTarget: StoredIncident | undefined) {
      const trigger = incident.log.find((entry) => entry.type === "trigger");
      const open = incident.alerts.filter((alert) => alert.status === "triggered").length;
      return {
        ...incidentReference(incident),
        type: "incident",
        incident_number: incident.number,
        title: incident.title,
        description: incident.title,
        created_at: utcSeconds(incident.createdAt),
        updated_at: utcSeconds(incident.changedAt),
        status: incident.status,
        incident_key: incident.incidentKey,
        service: service(knownService(incident.serviceId)),
        assignments: incident.assignments.map(({ userId, at }) => ({ at: utcSeconds(at), assignee: user(userId) })),
        assigned_via: incident.assignedVia,
        last_status_change_at: utcSeconds(incident.statusChangedAt),
        last_status_change_by: agent(incident.statusChangedBy),
        resolved_at: incident.resolvedAt === undefined ? null : utcSeconds(incident.resolvedAt),
        reopened_at: incident.reopenedAt === undefined ? null : utcSeconds(incident.reopenedAt),
        first_trigger_log_entry: trigger ? logEntryReference(trigger, incident) : null,
        alert_counts: { all: incident.alerts.length, triggered: open, resolved: incident.alerts.length - open },
        is_mergeable: incident.status !== "resolved",
        incident_type: { name: "incident_default" },
        escalation_policy: policy(incident.policyId),
        teams: [],
        pending_actions: [],
        acknowledgements: incident.acknowledgements.map(({ userId, at }) => ({
          at: utcSeconds(at),
          acknowledger: user(userId),
        })),
        priority: priority(incident.priorityId),
        resolve_reason: resolveReason(incident, mergeTarget),
        conference_bridge: null,
        urgency: incident.urgency,
      };
    },

    alert(alert: StoredAlert, incident: StoredIncident) {
      const of = knownService(incident.serviceId);
      const trigger = incident.log.find((entry) => entry.type === "trigger");
      return {
        ...reference("alert", alert.id, alert.event.summary, "alerts", "alerts"),
        created_at: accountTime(alert.createdAt),
        status: alert.status,
        resolved_at: alert.resolvedAt === undefined ? null : accountTime(alert.resolvedAt),
        alert_key: alert.key,
        suppressed: false,
        service: service(of),
        severity: alert.event.severity,
        incident: incidentReference(incident),
        first_trigger_log_entry: trigger ? logEntryReference(trigger, incident) : null,
        body: alertBody(alert),
        integration: integration(of, "events_api_v2_inbound_integration_reference"),
        privilege: null,
      };
    },

    note(note: StoredNote) {
      return {
        id: note.id,
        user: user(note.userId),
        channel: { summary: "The PagerDuty website or APIs" },
        content: note.content,
        created_at: accountTime(note.at),
        updated_at: accountTime(note.at),
      };
    },

    /** @param withChannels as `include[]=channels`; the trigger's channel then holds the service's secret routing key, as PagerDuty's does */
    logEntry(entry: StoredLogEntry, incident: StoredIncident, withChannels: boolean) {
      const of = knownService(incident.serviceId);
      return {
        ...logEntryReference(entry, incident),
        type: `${entry.type}_log_entry`,
        created_at: utcSeconds(entry.at),
        agent: agent(entry.agent),
        channel: withChannels && entry.type === "trigger" ? triggerChannel(incident, of) : { type: "api" },
        service: service(of),
        incident: incidentReference(incident),
        teams: [],
        contexts: [],
      };
    },

    userDetails(of: PagerdutyUser) {
      return {
        ...user(of.id),
        type: "user",
        name: of.name,
        email: of.email,
        time_zone: "Europe/Berlin",
        role: of.role,
        job_title: of.jobTitle,
        description: null,
        invitation_sent: false,
        teams: [],
      };
    },

    serviceDetails(of: DemoService, createdAt: Instant) {
      return {
        ...service(of),
        type: "service",
        name: of.name,
        description: null,
        auto_resolve_timeout: null,
        acknowledgement_timeout: null,
        created_at: accountTime(createdAt),
        status: "active",
        alert_creation: "create_alerts_and_incidents",
        integrations: [integration(of, "events_api_v2_inbound_integration_reference")],
        escalation_policy: policy(of.escalationPolicy.id),
        teams: [],
        incident_urgency_rule: { type: "constant", urgency: "severity_based" },
      };
    },
  };

  function logEntryReference(entry: StoredLogEntry, incident: StoredIncident): Reference {
    return {
      id: entry.id,
      type: `${entry.type}_log_entry_reference`,
      summary: entry.text,
      self: `${api}/log_entries/${entry.id}?incident_id=${incident.id}`,
      html_url: `${web}/incidents/${incident.id}`,
    };
  }
}
