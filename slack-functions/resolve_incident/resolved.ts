/** What people see of a resolve, once the record says so. */
import type { Person } from "../../core/incident.ts";
import { cutCharacters } from "../../core/text.ts";
import { transition } from "../../core/transitions.ts";
import type { StoredAlert } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { section } from "../shared/card.ts";
import { retireControls, standingControls } from "../shared/controls.ts";
import { type IncidentRecord, readIncident, saveIncident, whereOf } from "../shared/incidents.ts";
import { retireOffer } from "../shared/later_alerts.ts";
import { escapeText, mention } from "../shared/mrkdwn.ts";
import { listIncident } from "../shared/open_incidents.ts";
import { isPosted } from "../shared/posted.ts";
import { publish, publishTopic } from "../shared/publish.ts";
import { mayCall } from "../shared/slack.ts";
import type { Instant } from "../../core/time.ts";

interface Shown {
  readonly requestId: string;
  readonly known?: readonly StoredAlert[];
  readonly unsent?: boolean;
  /** An earlier run may have shown it. */
  readonly isRepeat?: boolean;
}

/** Draws a resolved incident everywhere, says it where it lived, and takes away what is of no use any more. */
export async function showResolved(
  app: App,
  record: IncidentRecord,
  { requestId, known = [], unsent = false, isRepeat = false }: Shown,
): Promise<void> {
  await listIncident(app.slack, record.incident, record.channelId);
  await Promise.all([
    publish(app, record, { known, unsent }),
    publishTopic(app, record),
    sayResolved(app, record, requestId, isRepeat),
    retireAllControls(app, record),
    retireOffer(app, record, "The incident is resolved."),
  ]);
}

/** A resolve that the companion took, as it was asked for. */
interface Resolve {
  readonly requestId: string;
  readonly incidentId: string;
  readonly by: Person;
  readonly at: Instant;
  readonly summary: string;
}

/** Goes on with a resolve whose run died half way. PagerDuty is the companion's business, and that has seen to it. */
export async function resolveFurther(app: App, { requestId, incidentId, by, at, summary }: Resolve): Promise<void> {
  const before = await readIncident(app.slack, incidentId);
  if (!before) return;
  const isBegun = before.resolveId === requestId;
  const outcome = transition(before.incident, { type: "resolve", by, at, summary });
  // Resolved by this request and reopened since, or resolved by another one.
  if (isBegun === outcome.ok) return;
  const record = outcome.ok
    ? await saveIncident(app, before, outcome.value.incident, { resolveId: requestId })
    : before;
  if (record.incident.status === "resolved") await showResolved(app, record, { requestId, isRepeat: true });
}

async function sayResolved(app: App, record: IncidentRecord, requestId: string, isRepeat: boolean): Promise<void> {
  const { incident } = record;
  const marker = `resolved:${requestId}`;
  if (incident.status !== "resolved" || (isRepeat && (await isPosted(app, record, marker)))) return;
  const { resolvedBy, summary } = incident;
  const text = `:white_check_mark: ${mention(resolvedBy.slackUserId)} resolved the incident.`;
  await mayCall(app.slack, "chat.postMessage", {
    ...whereOf(record),
    text,
    blocks: [
      section(text, marker),
      ...(summary ? [section(`>${cutCharacters(escapeText(summary, 2_000), 2_900)}`)] : []),
    ],
  });
}

async function retireAllControls(app: App, record: IncidentRecord): Promise<void> {
  const all = new Set([record.controlsTs, ...(await standingControls(app, record))].filter((ts) => ts !== ""));
  await Promise.all([...all].map((ts) => retireControls(app, record, ts, "The incident is resolved.")));
}
