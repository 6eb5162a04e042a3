import type { TriageIncident } from "../../core/incident.ts";
import { readAlerts, writeAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { alertIdsOf, type IncidentRecord, saveIncident } from "./incidents.ts";
import { listIncident } from "./open_incidents.ts";

/**
 * Takes back what Slack applied while it could not ask the companion, where another decision stands there or none: the
 * record is in triage again, with the alerts that a merge had carried away.
 */
export async function backToTriage(app: App, record: IncidentRecord): Promise<IncidentRecord> {
  const { id, number, title, serviceId, serviceName, openedAt, status } = record.incident;
  const incident: TriageIncident = { status: "triage", id, number, title, serviceId, serviceName, openedAt };
  const mergedInto = status === "merged" ? record.incident.mergedInto : "";
  const after = await saveIncident(app, record, incident, { decisionId: "" });
  for (const stored of await readAlerts(app.slack, alertIdsOf(record))) {
    if (stored.incidentId === mergedInto) await writeAlert(app, stored, stored.alert, id);
  }
  await listIncident(app.slack, incident, record.channelId);
  return after;
}
