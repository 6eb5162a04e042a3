/** What the sender of an event said, as an alert and the trigger's log entry show it. */
import type { DemoService } from "../seed.ts";
import type { StoredAlert, StoredIncident } from "./state.ts";

/** The channel of the trigger entry: as with PagerDuty it holds the service's secret routing key. */
export function triggerChannel(incident: StoredIncident, service: DemoService) {
  const first = incident.alerts[0];
  if (!first) return { type: "web_trigger", summary: incident.title };
  return {
    type: "api",
    service_key: service.routingKey,
    incident_key: first.key,
    summary: first.event.summary,
    client: first.event.client ?? null,
    client_url: first.event.clientUrl ?? null,
    details: first.event.customDetails ?? {},
    cef_details: alertBody(first).cef_details,
  };
}

/** How an event of the Events API shows in an alert; `cef_details` is not in PagerDuty's schema, yet always there. */
export function alertBody(alert: StoredAlert) {
  const { event } = alert;
  const contexts = [
    ...event.links.map((link) => ({ type: "link", href: link.href, ...(link.text ? { text: link.text } : {}) })),
    ...event.images.map((image) => ({ type: "image", ...image })),
  ];
  const details = event.customDetails ?? {};
  return {
    type: "alert_body",
    contexts,
    details,
    cef_details: {
      client: event.client ?? null,
      client_url: event.clientUrl ?? null,
      contexts: contexts.length > 0 ? contexts : null,
      creation_time: event.timestamp ?? null,
      dedup_key: alert.key,
      description: event.summary,
      details,
      event_class: event.class ?? null,
      message: event.summary,
      mutations: [],
      priority: null,
      reporter_component: null,
      reporter_location: null,
      service_group: event.group ?? null,
      severity: event.severity,
      source_component: event.component ?? null,
      source_location: null,
      source_origin: event.source,
      urgency: null,
      version: "1.0",
    },
  };
}
