import { currentResolution } from "../../core/alert_resolution.ts";
import { readAlerts, type StoredAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import type { CardView, IncidentReference } from "./card.ts";
import { alertIdsOf, type IncidentRecord, readIncident } from "./incidents.ts";
import { readPending } from "./pending.ts";

/** Reads what a card is drawn from. `known` are alerts just written or just read: those need not be read again. */
export async function viewOf(
  app: App,
  record: IncidentRecord,
  known: readonly StoredAlert[] = [],
  unsent?: boolean,
): Promise<CardView> {
  const { incident } = record;
  const [stored, pending, target, former] = await Promise.all([
    readAlerts(
      app.slack,
      alertIdsOf(record).filter((id) => !known.some(({ alert }) => alert.id === id)),
    ),
    unsent === undefined ? readPending(app) : [],
    incident.status === "merged" ? readIncident(app.slack, incident.mergedInto) : undefined,
    readIncident(app.slack, record.reopenedFrom),
  ]);
  const found = new Map([...stored, ...known].map((alert) => [alert.alert.id, alert]));
  return {
    record,
    alerts: [...found.values()].filter((alert) => isShownBy(record, alert)),
    links: app.settings.links,
    unsent: unsent ?? pending.some((entry) => entry.incidentId === incident.id),
    ...(target ? { mergedInto: referenceTo(target) } : {}),
    ...(former ? { reopenedFrom: referenceTo(former) } : {}),
  };
}

/** Alerts that went elsewhere are shown where they were by a merged incident, and where PagerDuty merged them away. */
function isShownBy({ incident }: IncidentRecord, { alert, incidentId }: StoredAlert): boolean {
  return incidentId === incident.id || incident.status === "merged" || currentResolution(alert)?.by === "merge";
}

function referenceTo({ incident, channelId }: IncidentRecord): IncidentReference {
  return { number: incident.number, channelId };
}
