import type { Incident } from "../../core/incident.ts";
import type { Instant } from "../../core/time.ts";
import { mayCall, mustCall, numberOf, putAll, recordOf, type Slack, textOf } from "./slack.ts";

const DATASTORE = "open_incidents";
/** A page of a scan evaluates at most this many items; more open incidents than ten pages hold no picker can show. */
const PAGE = 1_000;
const MAX_PAGES = 10;

export interface OpenIncident {
  readonly id: string;
  readonly number: string;
  readonly title: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly status: "triage" | "active";
  readonly openedAt: Instant;
  readonly channelId: string;
}

/** Keeps the list of open incidents in step with one incident. Failing leaves a picker stale, and it checks its choice. */
export async function listIncident(slack: Slack, incident: Incident, channelId: string): Promise<void> {
  if (incident.status !== "triage" && incident.status !== "active") {
    await mayCall(slack, "apps.datastore.delete", { datastore: DATASTORE, id: incident.id });
    return;
  }
  await mayCall(slack, "apps.datastore.put", { datastore: DATASTORE, item: itemOf(incident, channelId) });
}

/** Lists incidents that were just opened, at most 25. */
export async function listIncidents(slack: Slack, incidents: readonly Incident[], channelId: string): Promise<void> {
  const items = incidents.map((incident) => itemOf(incident, channelId));
  await putAll(items, (left) =>
    mustCall(slack, "apps.datastore.bulkPut", { datastore: DATASTORE, items: left }, ["partial_failure"]),
  );
}

function itemOf(incident: Incident, channelId: string) {
  return {
    id: incident.id,
    number: incident.number,
    title: incident.title,
    service_id: incident.serviceId,
    service_name: incident.serviceName,
    status: incident.status,
    opened_at: incident.openedAt,
    channel_id: channelId,
  };
}

/** All open incidents, newest first. */
export async function readOpenIncidents(slack: Slack): Promise<OpenIncident[]> {
  const found: OpenIncident[] = [];
  let cursor = "";
  // A page can be empty and still have a next one, so only the cursor tells the end.
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await mustCall(slack, "apps.datastore.query", {
      datastore: DATASTORE,
      limit: PAGE,
      ...(cursor ? { cursor } : {}),
    });
    const items = Array.isArray(answer["items"]) ? answer["items"] : [];
    found.push(...items.map(parseOpenIncident).filter((incident) => incident !== undefined));
    cursor = textOf(recordOf(answer["response_metadata"])["next_cursor"]);
    if (cursor === "") break;
  }
  return found.sort((a, b) => b.openedAt - a.openedAt || a.id.localeCompare(b.id));
}

function parseOpenIncident(value: unknown): OpenIncident | undefined {
  const item = recordOf(value);
  const id = textOf(item["id"]);
  const status = item["status"];
  if (id === "" || (status !== "triage" && status !== "active")) return undefined;
  return {
    id,
    number: textOf(item["number"]),
    title: textOf(item["title"]),
    serviceId: textOf(item["service_id"]),
    serviceName: textOf(item["service_name"]),
    status,
    openedAt: numberOf(item["opened_at"]),
    channelId: textOf(item["channel_id"]),
  };
}
