import { sentryKeysOf } from "../../core/admission.ts";
import { type Level, louderOf } from "../../core/later_alert.ts";
import type { Person } from "../../core/incident.ts";
import type { AlertRow, IncidentRow } from "../store/store.ts";
import type { Unit } from "./unit.ts";

/**
 * Remembers what was dismissed until the incident's windows would have ended. The windows stay with it, though nothing joins
 * it any more: the next different alert of a service opens a triage with a window of its own.
 */
export async function rememberDismissal(
  unit: Unit,
  { incident, windowClosesAt }: IncidentRow,
  alerts: readonly AlertRow[],
  by: Person,
): Promise<void> {
  const { tx, now } = unit;
  // One that held no window any more is remembered as long as its own would have lasted.
  const until = new Map([[incident.serviceId, windowClosesAt]]);
  for (const { serviceId, closesAt } of await tx.windowsOf(incident.id)) until.set(serviceId, closesAt);
  const [first, ...rest] = alerts.map(({ facts }): Level => facts);
  if (!first) return;
  const dismissal = {
    incidentId: incident.id,
    number: incident.number,
    dismissedBy: by.name,
    keys: unique(alerts.flatMap(({ keys = [] }) => keys)),
    sentry: unique(alerts.flatMap(({ facts }) => sentryKeysOf(facts.attachments))),
    level: rest.reduce(louderOf, first),
  };
  for (const [serviceId, closesAt] of until) {
    if (closesAt > now) await tx.saveDismissal(serviceId, { ...dismissal, until: closesAt });
  }
}

function unique(all: readonly string[]): readonly string[] {
  return [...new Set(all)];
}
