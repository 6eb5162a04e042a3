import { unpackAlert } from "../../core/alert_packing.ts";
import type { Alert } from "../../core/alert.ts";
import type { TriageIncident } from "../../core/incident.ts";
import type { SharedTriage, StormShare } from "../../core/protocol.ts";
import { fromIso } from "../../core/time.ts";
import type { App } from "../shared/app.ts";
import { type IncidentRecord, placeOf } from "../shared/incidents.ts";
import { safeJson } from "../shared/people.ts";
import { numberOf, recordOf, textOf } from "../shared/slack.ts";

/** What a triage is opened with; by hand, most of it is missing. */
export interface Inputs {
  readonly incident_id: string;
  readonly number?: string;
  readonly title: string;
  readonly service_id?: string;
  readonly service_name: string;
  readonly opened_at?: string;
  readonly window_closes_at?: string;
  readonly alert?: string;
  readonly reopened_from?: string;
  readonly description?: string;
  readonly started_by?: string;
  readonly delivery_id?: string;
  readonly sequence?: string;
  readonly if_known?: string;
  readonly storm?: string;
}

export function incidentOf(app: App, inputs: Inputs): TriageIncident {
  return {
    status: "triage",
    id: inputs.incident_id,
    number: inputs.number || inputs.incident_id.slice(-6).toLowerCase(),
    title: inputs.title,
    serviceId: inputs.service_id || `name:${inputs.service_name.toLowerCase()}`,
    serviceName: inputs.service_name,
    openedAt: fromIso(inputs.opened_at) ?? app.now,
  };
}

export function alertOf(inputs: Inputs): Alert | undefined {
  return unpackAlert(inputs.alert ?? "");
}

/** The storm that the triage belongs to; undefined where it gets a channel of its own. */
export function stormOf(inputs: Inputs): StormShare | undefined {
  const storm = recordOf(safeJson(inputs.storm ?? ""));
  const id = textOf(storm["id"]);
  if (id === "") return undefined;
  const also = Array.isArray(storm["also"]) ? storm["also"].map(recordOf) : [];
  return {
    id,
    number: textOf(storm["number"]),
    since: numberOf(storm["since"]),
    services: numberOf(storm["services"]),
    channelId: textOf(storm["channelId"]),
    channelName: textOf(storm["channelName"]),
    asLine: storm["asLine"] === true,
    also: also.map(sharedTriage).filter(({ incident_id }) => incident_id !== ""),
  };
}

function sharedTriage(fields: Readonly<Record<string, unknown>>): SharedTriage {
  return {
    delivery_id: textOf(fields["delivery_id"]),
    sequence: textOf(fields["sequence"]),
    incident_id: textOf(fields["incident_id"]),
    number: textOf(fields["number"]),
    title: textOf(fields["title"]),
    service_id: textOf(fields["service_id"]),
    service_name: textOf(fields["service_name"]),
    opened_at: textOf(fields["opened_at"]),
    window_closes_at: textOf(fields["window_closes_at"]),
    alert: textOf(fields["alert"]),
    reopened_from: textOf(fields["reopened_from"]),
  };
}

/** An unconfirmed delivery comes again and finds everything in place, so a companion that is down loses nothing. */
export async function confirm(
  app: App,
  inputs: Inputs,
  record: IncidentRecord,
  outcome: "applied" | "already_applied",
): Promise<void> {
  if (!inputs.delivery_id) return;
  const place = placeOf(record);
  await app.companion.call("confirm", {
    deliveryId: inputs.delivery_id,
    incidentId: inputs.incident_id,
    outcome,
    ...(place ? { place } : {}),
    ...(record.undecorated.length > 0 ? { undecorated: true } : {}),
  });
}

/** No earlier attempt opened this triage, and its alert is over: there is nothing to open. */
export async function sayUnknown(app: App, { delivery_id: deliveryId = "", incident_id }: Inputs): Promise<void> {
  await app.companion.call("confirm", { deliveryId, incidentId: incident_id, outcome: "stale" });
}
