/** Everything that can raise an alert in the sandbox beside Sentry and people, and a storm of all of them. */
import type { SenderKind } from "../page_api.ts";
import type { DemoService } from "../seed.ts";
import { cloudwatchAlarm, datadogMonitor, newRelicIncident } from "./cloud_senders.ts";
import { STORM_SERVICES } from "./directory.ts";
import type { EventsApiEvent } from "./events_api.ts";
import type { Incidence } from "./failures.ts";
import { hostileSender, unknownSender } from "./other_senders.ts";
import { alertmanagerAlert, grafanaAlert } from "./prometheus_senders.ts";

export const SENDERS: Readonly<Record<SenderKind, (incidence: Incidence) => EventsApiEvent>> = {
  datadog_monitor: datadogMonitor,
  grafana_alert: grafanaAlert,
  alertmanager: alertmanagerAlert,
  cloudwatch_alarm: cloudwatchAlarm,
  new_relic: newRelicIncident,
  unknown_sender: unknownSender,
  hostile_title: hostileSender,
};
export const SENDER_KINDS = Object.keys(SENDERS) as [SenderKind, ...SenderKind[]];
/** Whoever sends events: people do not. */
export type EventKind = "sentry_error" | SenderKind;

const STORM_SIZE = 50;
const STORM_KINDS = [
  "sentry_error",
  "datadog_monitor",
  "grafana_alert",
  "alertmanager",
  "cloudwatch_alarm",
  "new_relic",
] as const satisfies readonly EventKind[];

/**
 * What fails in a storm: first every service once, then again. That is at most three events a routing key, far below the
 * Events API's 120 a minute.
 */
export function stormPlan(): readonly { service: DemoService; kind: (typeof STORM_KINDS)[number] }[] {
  return Array.from({ length: STORM_SIZE }, (_, index) => ({
    service: cycle(STORM_SERVICES, index),
    kind: cycle(STORM_KINDS, index),
  }));
}

function cycle<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error("There is nothing to choose from.");
  return item;
}
