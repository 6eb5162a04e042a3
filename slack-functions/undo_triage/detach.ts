import type { Person } from "../../core/incident.ts";
import type { Instant } from "../../core/time.ts";
import { transition } from "../../core/transitions.ts";
import { readAlerts, type StoredAlert, writeAlert } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { section } from "../shared/card.ts";
import { placeOf, readIncident, whereOf } from "../shared/incidents.ts";
import { link, mention } from "../shared/mrkdwn.ts";
import { handOver, isUnsent } from "../shared/pending.ts";
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
 * @returns whether anything was done
 */
export async function detachAlerts(app: App, asked: Asked): Promise<boolean> {
  const { incidentId, by, at, requestId, alertIds } = asked;
  const record = await readIncident(app.slack, incidentId);
  if (!record || !transition(record.incident, { type: "detach", by, at }).ok) return false;
  const known: StoredAlert[] = [];
  for (const stored of await readAlerts(app.slack, alertIds)) {
    // By now it may have its own triage, or never have been this incident's: ids of a form can be forged.
    if (stored.incidentId !== incidentId || stored.alert.relation !== "attached") continue;
    known.push(await writeAlert(app, stored, { ...stored.alert, relation: "separate" }, incidentId));
  }
  if (known.length === 0) return false;
  const place = placeOf(record);
  const told = await handOver(app, "detach", incidentId, requestId, {
    requestId,
    incidentId,
    alertIds: known.map(({ alert }) => alert.id),
    by,
    at,
    ...(place ? { place } : {}),
  });
  const names = known.slice(0, 5).map(({ alert }) => link(alert.url, alert.title, 120));
  const text = `:scissors: ${mention(by.slackUserId)} took ${names.join(", ")} off this incident. What is still open in PagerDuty gets a triage of its own.`;
  await Promise.all([
    publish(app, record, { known, unsent: isUnsent(told) }),
    mayCall(app.slack, "chat.postMessage", {
      ...whereOf(record),
      text,
      blocks: [section(text)],
      unfurl_links: false,
      unfurl_media: false,
    }),
  ]);
  return true;
}
