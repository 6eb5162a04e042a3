import type { Alert } from "../../core/alert.ts";
import { packAlert, unpackAlert } from "../../core/alert_packing.ts";
import { HOUR, type Instant } from "../../core/time.ts";
import { mustCall, recordOf, type Slack, textOf } from "./slack.ts";

const DATASTORE = "alerts";
/** Alerts outlive their incidents by no use; each write begins the term anew. */
const KEPT_MS = 90 * 24 * HOUR;
/** Slack's limit on ids of one bulk read. */
const BULK_LIMIT = 25;

export interface StoredAlert {
  readonly alert: Alert;
  readonly incidentId: string;
  /** The offer's message; empty while the alert was not offered. */
  readonly offerTs: string;
}

export async function readAlert(slack: Slack, id: string): Promise<StoredAlert | undefined> {
  const answer = await mustCall(slack, "apps.datastore.get", { datastore: DATASTORE, id });
  return parseStoredAlert(answer["item"]);
}

/** The alerts with these ids, in the ids' order; those that are not there are left out. */
export async function readAlerts(slack: Slack, ids: readonly string[]): Promise<StoredAlert[]> {
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

/** Writes what the companion told of an alert, and which incident it belongs to. */
export async function writeAlert(slack: Slack, alert: Alert, incidentId: string, now: Instant): Promise<void> {
  const item = { id: alert.id, incident_id: incidentId, alert: packAlert(alert), expires_at: expiryFrom(now) };
  await mustCall(slack, "apps.datastore.update", { datastore: DATASTORE, item });
}

export async function writeOfferTs(slack: Slack, alertId: string, offerTs: string): Promise<void> {
  await mustCall(slack, "apps.datastore.update", { datastore: DATASTORE, item: { id: alertId, offer_ts: offerTs } });
}

function expiryFrom(now: Instant): number {
  return Math.floor((now + KEPT_MS) / 1_000);
}

function parseStoredAlert(value: unknown): StoredAlert | undefined {
  const item = recordOf(value);
  const alert = unpackAlert(textOf(item["alert"]));
  return alert && { alert, incidentId: textOf(item["incident_id"]), offerTs: textOf(item["offer_ts"]) };
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
