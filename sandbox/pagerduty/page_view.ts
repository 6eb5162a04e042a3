/** PagerDuty as the sandbox's page shows it, and as `/sandbox/state` dumps it. */
import type { PagerdutyIncidentView, PagerdutyView } from "../page_api.ts";
import { PEOPLE, SERVICES } from "../seed.ts";
import { knownService, PRIORITIES, userById } from "./directory.ts";
import type { PagerdutyState, StoredIncident } from "./state.ts";

const WEBHOOKS_SHOWN = 50;

const personName = (userId: string) => userById(userId)?.name ?? userId;

export function incidentView(incident: StoredIncident): PagerdutyIncidentView {
  return {
    id: incident.id,
    number: incident.number,
    title: incident.title,
    status: incident.status,
    urgency: incident.urgency,
    service: knownService(incident.serviceId).name,
    serviceId: incident.serviceId,
    assignees: incident.assignments.map(({ userId }) => personName(userId)),
    createdAt: incident.createdAt,
    notes: incident.notes.map(({ at, userId, content }) => ({ at, by: personName(userId), text: content })),
    log: incident.log.map(({ at, text }) => ({ at, text })),
  };
}

export function pagerdutyView(state: PagerdutyState): PagerdutyView {
  return {
    services: SERVICES.map(({ id, name, onCall }) => ({ id, name, onCall: onCall.map(personName)[0] ?? "" })),
    users: PEOPLE.map(({ pagerdutyId, name }) => ({ id: pagerdutyId, name })),
    incidents: state.incidents.map(incidentView).reverse(),
    webhooks: state.deliveries
      .slice(-WEBHOOKS_SHOWN)
      .reverse()
      .map(({ id, eventType, at, status, attempts }) => ({ id, eventType, at, status, attempts })),
  };
}

/** For scripts: the page's view of each incident and what only a script asks for, newest first. */
export function pagerdutyDump(state: PagerdutyState) {
  return {
    incidents: [...state.incidents].reverse().map((incident) => ({
      ...incidentView(incident),
      priority: PRIORITIES.find(({ id }) => id === incident.priorityId)?.name ?? null,
      mergedInto: incident.mergedInto ?? null,
      alerts: incident.alerts.map(({ id, key, status, event }) => ({ id, key, status, ...event })),
    })),
    webhooks: state.deliveries.map(({ body: _body, ...delivery }) => delivery).reverse(),
  };
}
