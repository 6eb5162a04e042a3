import type { Alert } from "../../core/alert.ts";
import { packAlert, unpackAlert } from "../../core/alert_packing.ts";
import { HOUR, type Instant } from "../../core/time.ts";
import type { App } from "./app.ts";
import { lookUntil, nextRevision, NO_REVISION, type Revision } from "./settling.ts";
import { mustCall, numberOf, putAll, recordOf, type Slack, textOf } from "./slack.ts";

const DATASTORE = "alerts";
/** Alerts outlive their incidents by no use; each write begins the term anew. */
const KEPT_MS = 90 * 24 * HOUR;
/** Slack's limit on ids of one bulk read. */
const BULK_LIMIT = 25;

export interface StoredAlert extends Revision {
  readonly alert: Alert;
  readonly incidentId: string;
}

export async function readAlert(slack: Slack, id: string): Promise<StoredAlert | undefined> {
  const answer = await mustCall(slack, "apps.datastore.get", { datastore: DATASTORE, id });
  return parseStoredAlert(answer["item"]);
}

/** The alerts with these ids, in the ids' order; those that are not there are left out. */
export async function readAlerts(slack: Slack, ids: readonly string[]): Promise<StoredAlert[]> {
  // Most incidents have one alert, and Slack bears twice as many single reads.
  if (ids.length === 1) {
    const only = await readAlert(slack, ids[0] ?? "");
    return only ? [only] : [];
  }
  const found = new Map<string, StoredAlert>();
  for (let from = 0; from < ids.length; from += BULK_LIMIT) {
    let wanted: readonly string[] = ids.slice(from, from + BULK_LIMIT);
    // Slack may leave some of a bulk undone and names them; two more rounds are enough or something is wrong.
    for (let round = 0; wanted.length > 0 && round < 3; round += 1) {
      const answer = await mustCall(slack, "apps.datastore.bulkGet", { datastore: DATASTORE, ids: wanted });
      for (const item of arrayOf(answer["items"])) {
        const stored = parseStoredAlert(item);
        if (stored) found.set(stored.alert.id, stored);
      }
      wanted = arrayOf(answer["failed_items"]).filter((id) => typeof id === "string");
    }
  }
  return ids.map((id) => found.get(id)).filter((stored) => stored !== undefined);
}

/** Alerts that an earlier step is known to have written. */
export function awaitAlerts(app: App, ids: readonly string[]): Promise<StoredAlert[]> {
  return lookUntil(
    app,
    () => readAlerts(app.slack, ids),
    (stored) => stored.length === ids.length,
  );
}

/**
 * Writes what the companion told of an alert, and which incident it belongs to. What is older than what is on record, as
 * slow news of an incident is that the alert left, changes nothing.
 * @param before what was on record of this alert
 * @returns what is on record now, since a read may not show it yet
 */
export async function writeAlert(
  app: App,
  before: StoredAlert | undefined,
  alert: Alert,
  incidentId: string,
): Promise<StoredAlert> {
  if (before && isOlder(alert, before.alert)) return before;
  const revision = nextRevision(app, before ?? NO_REVISION);
  const item = {
    id: alert.id,
    incident_id: incidentId,
    alert: packAlert(alert),
    expires_at: expiryFrom(app.now),
  };
  await mustCall(app.slack, "apps.datastore.update", { datastore: DATASTORE, item: { ...item, ...revision } });
  return { alert, incidentId, ...revision };
}

/** What Slack wrote itself keeps the number of what it was written over. */
export function isOlder({ told = 0 }: Alert, other: Alert): boolean {
  return told < (other.told ?? 0);
}

/** Writes alerts that are on record nowhere yet, at most 25. */
export async function putNewAlerts(
  app: App,
  alerts: readonly { readonly alert: Alert; readonly incidentId: string }[],
): Promise<void> {
  const items = alerts.map(({ alert, incidentId }) => ({
    id: alert.id,
    incident_id: incidentId,
    alert: packAlert(alert),
    expires_at: expiryFrom(app.now),
    ...nextRevision(app, NO_REVISION),
  }));
  await putAll(items, (left) =>
    mustCall(app.slack, "apps.datastore.bulkPut", { datastore: DATASTORE, items: left }, ["partial_failure"]),
  );
}

function expiryFrom(now: Instant): number {
  return Math.floor((now + KEPT_MS) / 1_000);
}

function parseStoredAlert(value: unknown): StoredAlert | undefined {
  const item = recordOf(value);
  const alert = unpackAlert(textOf(item["alert"]));
  return (
    alert && {
      alert,
      incidentId: textOf(item["incident_id"]),
      revision: numberOf(item["revision"]),
      writer: textOf(item["writer"]),
    }
  );
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
