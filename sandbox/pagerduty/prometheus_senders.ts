/** The events of Grafana's alerting and of Prometheus Alertmanager: both speak of firing and resolved alerts. */
import { toIso } from "../../core/time.ts";
import { hexFrom } from "../identifiers.ts";
import type { EventsApiEvent } from "./events_api.ts";
import type { Incidence } from "./failures.ts";

const GRAFANA = "https://grafana.example.com";
const ALERTMANAGER = "https://alertmanager.example.com";
const PROMETHEUS = "https://prometheus.example.com";
const RUNBOOKS = "https://runbooks.example.com";

/** Grafana sends text made by its template; the rule's own address stands in it, the client is only the front page. */
export function grafanaAlert(incidence: Incidence): EventsApiEvent {
  const { service, failure, id, title } = incidence;
  const rule = hexFrom(`${service.id}${failure.rule}`, 14);
  const query = new URLSearchParams({ alertmanager: "grafana", matcher: `alertname=${failure.rule}` });
  const labels = Object.entries(labelsOf(incidence)).map(([name, value]) => ` - ${name} = ${value}`);
  const firing = [
    "",
    `Value: A=${failure.value}, C=1`,
    "Labels:",
    ...labels,
    "Annotations:",
    ` - summary = ${failure.words}`,
    `Source: ${GRAFANA}/alerting/grafana/${rule}/view?orgId=1`,
    `Silence: ${GRAFANA}/alerting/silence/new?${query.toString()}`,
    `Dashboard: ${GRAFANA}/d/${service.sentryProject.slug}?orgId=1`,
    `Panel: ${GRAFANA}/d/${service.sentryProject.slug}?orgId=1&viewPanel=3`,
    "",
  ].join("\n");
  return {
    routing_key: service.routingKey,
    event_action: "trigger",
    dedup_key: hexFrom(id, 64),
    payload: {
      summary: title ?? firingTitle(incidence),
      source: "grafana-0",
      severity: failure.severity,
      class: "default",
      component: "Grafana",
      group: "default",
      custom_details: { firing, num_firing: "1", num_resolved: "0", resolved: "" },
    },
    client: "Grafana",
    client_url: `${GRAFANA}/`,
    links: [{ href: `${GRAFANA}/`, text: "External URL" }],
  };
}

/** Alertmanager since 0.30: lists and numbers. */
export function alertmanagerAlert(incidence: Incidence): EventsApiEvent {
  const { service, failure, id, at, title } = incidence;
  const expression = new URLSearchParams({ "g0.expr": `${failure.metric} > ${failure.limit}`, "g0.tab": "1" });
  const alert = {
    status: "firing",
    labels: labelsOf(incidence),
    annotations: { summary: failure.words, runbook_url: `${RUNBOOKS}/${failure.rule}` },
    startsAt: toIso(at),
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: `${PROMETHEUS}/graph?${expression.toString()}`,
    fingerprint: hexFrom(`${service.id}${failure.rule}`, 16),
  };
  return {
    routing_key: service.routingKey,
    event_action: "trigger",
    dedup_key: hexFrom(id, 64),
    payload: {
      summary: title ?? firingTitle(incidence),
      source: "Alertmanager",
      severity: failure.severity,
      custom_details: { firing: [alert], resolved: [], num_firing: 1, num_resolved: 0 },
    },
    client: "Alertmanager",
    client_url: `${ALERTMANAGER}/#/alerts?receiver=pagerduty`,
  };
}

function firingTitle({ service, failure }: Incidence): string {
  return `[FIRING:1] ${failure.rule} (${service.sentryProject.slug})`;
}

function labelsOf({ service, failure }: Incidence): Readonly<Record<string, string>> {
  return {
    alertname: failure.rule,
    environment: "production",
    region: "eu-central-1",
    service: service.sentryProject.slug,
    severity: failure.severity,
  };
}
