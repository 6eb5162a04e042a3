import { fromIso } from "../../core/time.ts";
import { type StoredAlert, writeAlert } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { type IncidentRecord, newRecord, saveIncident } from "../shared/incidents.ts";
import { personOf } from "../shared/people.ts";
import { alertOf, incidentOf, type Inputs } from "./inputs.ts";

/** What a triage begins with. */
export interface Begun {
  readonly record: IncidentRecord;
  readonly known: readonly StoredAlert[];
  /** An earlier run began it, and may have got further than the record says. */
  readonly isRepeat: boolean;
}

/** Makes sure of the record and its alert, so that a second run finds what the first one left and goes on from there. */
export async function begin(app: App, inputs: Inputs, found: IncidentRecord | undefined): Promise<Begun> {
  const alert = alertOf(inputs);
  const known = alert ? [await writeAlert(app, undefined, alert, inputs.incident_id)] : [];
  return { record: found ?? (await firstRecord(app, inputs, known)), known, isRepeat: found !== undefined };
}

async function firstRecord(app: App, inputs: Inputs, known: readonly StoredAlert[]): Promise<IncidentRecord> {
  const incident = incidentOf(app, inputs);
  const startedBy = inputs.started_by ? await personOf(app.slack, inputs.started_by) : undefined;
  return saveIncident(app, newRecord(incident), incident, {
    alertIds: known.map(({ alert }) => alert.id),
    description: inputs.description ?? "",
    windowClosesAt: fromIso(inputs.window_closes_at) ?? 0,
    reopenedFrom: inputs.reopened_from ?? "",
    ...(startedBy ? { startedBy } : {}),
  });
}

/** The people whom the triage's alert pages. */
export function pagedIn(known: readonly StoredAlert[]): StoredAlert["alert"]["paged"] {
  return known.flatMap(({ alert }) => alert.paged);
}
