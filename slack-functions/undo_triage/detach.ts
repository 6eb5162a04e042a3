import type { Person } from "../../core/incident.ts";
import type { Instant } from "../../core/time.ts";
import { transition } from "../../core/transitions.ts";
import { readAlerts, type StoredAlert, writeAlert } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { section } from "../shared/card.ts";
import { type IncidentRecord, placeOf, readIncident, whereOf } from "../shared/incidents.ts";
import { link, mention } from "../shared/mrkdwn.ts";
import { handOver, isUnsent, keep } from "../shared/pending.ts";
import { isPosted } from "../shared/posted.ts";
import { publish } from "../shared/publish.ts";
import { mayCall } from "../shared/slack.ts";

interface Asked {
  readonly incidentId: string;
  readonly by: Person;
  readonly at: Instant;
  readonly requestId: string;
  readonly alertIds: readonly string[];
}

/**
 * Takes alerts off an open incident; the companion opens a triage of its own for each that is not over.
 * @param isRepeat an earlier run may have begun it: the companion names what that is about, and some of it may have gone on
 * @returns whether anything was done
 */
export async function detachAlerts(app: App, asked: Asked, isRepeat = false): Promise<boolean> {
  const { incidentId, by, at, requestId, alertIds } = asked;
  const record = await readIncident(app.slack, incidentId);
  if (!record || !transition(record.incident, { type: "detach", by, at }).ok) return false;
  const stored = await readAlerts(app.slack, alertIds);
  // By now it may have its own triage, or never have been this incident's: ids of a form can be forged.
  const attached = stored.filter((one) => one.incidentId === incidentId && one.alert.relation === "attached");
  const taken = isRepeat ? stored : attached;
  if (taken.length === 0) return false;
  const place = placeOf(record);
  const ids = taken.map(({ alert }) => alert.id);
  const request = { requestId, incidentId, alertIds: ids, by, at, ...(place ? { place } : {}) };
  await keep(app, "detach", incidentId, requestId, request);
  const known: StoredAlert[] = [];
  for (const one of attached) {
    known.push(await writeAlert(app, one, { ...one.alert, relation: "separate" }, incidentId));
  }
  const told = await handOver(app, "detach", incidentId, requestId, request);
  await Promise.all([
    publish(app, record, { known, unsent: isUnsent(told) }),
    say(app, record, asked, taken, isRepeat),
  ]);
  return true;
}

async function say(
  app: App,
  record: IncidentRecord,
  { by, requestId }: Asked,
  taken: readonly StoredAlert[],
  isRepeat: boolean,
): Promise<void> {
  const marker = `detached:${requestId}`;
  if (isRepeat && (await isPosted(app, record, marker))) return;
  const names = taken.slice(0, 5).map(({ alert }) => link(alert.url, alert.title, 120));
  const more = taken.length > names.length ? ` and ${taken.length - names.length} more` : "";
  const text = `:scissors: ${mention(by.slackUserId)} took ${names.join(", ")}${more} off this incident. What is still open in PagerDuty gets a triage of its own.`;
  await mayCall(app.slack, "chat.postMessage", {
    ...whereOf(record),
    text,
    blocks: [section(text, marker)],
    unfurl_links: false,
    unfurl_media: false,
  });
}
