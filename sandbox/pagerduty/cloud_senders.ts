/** The events of Datadog, Amazon CloudWatch and New Relic. */
import { toIso } from "../../core/time.ts";
import { hexFrom } from "../identifiers.ts";
import type { EventsApiEvent } from "./events_api.ts";
import type { Incidence } from "./failures.ts";

const REGION = "eu-central-1";

/** Decimal digits that belong to a text, as the ids of these products look. */
function digitsFrom(text: string, length: number): string {
  return BigInt(`0x${hexFrom(text, 32)}`)
    .toString()
    .slice(0, length);
}

export function datadogMonitor({ service, failure, id, title }: Incidence): EventsApiEvent {
  const { slug } = service.sentryProject;
  const host = `${slug}-3`;
  const monitor = digitsFrom(`${service.id}${failure.rule}`, 8);
  const link = `https://app.datadoghq.com/monitors#${monitor}?group=${encodeURIComponent(`host:${host}`)}`;
  const summary = title ?? `[Triggered on {host:${host}}] ${failure.words}`;
  return {
    routing_key: service.routingKey,
    event_action: "trigger",
    dedup_key: hexFrom(id, 32),
    payload: {
      summary,
      source: host,
      severity: failure.severity,
      custom_details: {
        body: `${failure.words} on ${host}.`,
        priority: "normal",
        query: `avg(last_5m):avg:${slug}.${failure.metric}{env:production} by {host} > ${failure.limit}`,
        event_type: "metric_alert_monitor",
        title: summary,
        event_id: digitsFrom(id, 19),
        org: "Acme",
        tags: `env:production, host:${host}, monitor, service:${slug}`,
        user: null,
      },
    },
    client: "Datadog",
    client_url: link,
    links: [
      { href: link, text: "Monitor Status" },
      { href: "https://app.datadoghq.com/monitors/triggered", text: "Triggered Monitors" },
    ],
  };
}

export function cloudwatchAlarm({ service, failure, id, at, title }: Incidence): EventsApiEvent {
  const name = `${service.sentryProject.slug}-${failure.metric.replaceAll("_", "-")}`;
  const point = `${failure.value.toFixed(1)} (${toIso(at).slice(11, 16)})`;
  return {
    routing_key: service.routingKey,
    event_action: "trigger",
    // The alarm's name is the key; here every fire is to be an alert of its own.
    dedup_key: `${name}/${hexFrom(id, 8)}`,
    payload: {
      summary: title ?? `${name}: ${failure.words}`,
      source: service.sentryProject.slug,
      severity: failure.severity,
      custom_details: {
        AlarmName: name,
        AlarmDescription: failure.words,
        AWSAccountId: "123412341234",
        NewStateValue: "ALARM",
        NewStateReason: `Threshold crossed: 1 datapoint ${point} was greater than ${failure.limit.toFixed(1)}.`,
        StateChangeTime: toIso(at).replace("Z", "+0000"),
        Region: "EU (Frankfurt)",
        OldStateValue: "OK",
        Trigger: {
          MetricName: failure.metric,
          Namespace: `Acme/${service.name}`,
          Statistic: "MAXIMUM",
          Dimensions: [{ name: "Service", value: service.sentryProject.slug }],
          Period: 60,
          EvaluationPeriods: 1,
          ComparisonOperator: "GreaterThanThreshold",
          Threshold: failure.limit,
        },
      },
    },
    client: "AWS Console",
    client_url: `https://console.aws.amazon.com/cloudwatch/home?region=${REGION}#c=CloudWatch&s=Alarms&alarm=${name}`,
  };
}

/** New Relic sends no details at all. */
export function newRelicIncident({ service, failure, id, title }: Incidence): EventsApiEvent {
  const account = "3400128";
  const incident = digitsFrom(id, 9);
  return {
    routing_key: service.routingKey,
    event_action: "trigger",
    dedup_key: `/Alert/${account}/${incident}`,
    payload: {
      summary: title ?? `${failure.words} on ${service.sentryProject.slug}`,
      source: "newrelic",
      severity: failure.severity,
    },
    client: "New Relic",
    client_url: `https://rpm.newrelic.com/accounts/${account}/incidents/${incident}`,
  };
}
