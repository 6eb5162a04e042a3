import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { Alert } from "../../core/alert.ts";
import { type Incident, isOpen } from "../../core/incident.ts";
import { fromIso } from "../../core/time.ts";
import { transition } from "../../core/transitions.ts";
import { readAlerts, type StoredAlert, writeAlert } from "../shared/alerts.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import {
  alertIdsOf,
  awaitIncident,
  idsIn,
  type IncidentRecord,
  placeOf,
  readIncident,
  saveIncident,
  whereOf,
} from "../shared/incidents.ts";
import { escapeText, plainName } from "../shared/mrkdwn.ts";
import { handOver, isUnsent } from "../shared/pending.ts";
import { personOf } from "../shared/people.ts";
import { publish } from "../shared/publish.ts";
import { mayCall } from "../shared/slack.ts";
import { tellPerson } from "../shared/tell_person.ts";
import { ResolveIncidentDefinition } from "./definition.ts";
import { showResolved } from "./resolved.ts";

export default SlackFunction(
  ResolveIncidentDefinition,
  completing(async (context) => {
    if (context.inputs.incident_id === "" || !context.inputs.resolved_by) return { outputs: { status: "none" } };
    try {
      return { outputs: { status: await resolve(openApp(context), context.inputs, context.inputs.resolved_by) } };
    } catch (thrown) {
      return { error: `The incident could not be resolved. ${problemOf(thrown)} Press Resolve again.` };
    }
  }),
);

interface Inputs {
  readonly incident_id: string;
  readonly resolved_at?: string;
  readonly request_id?: string;
  readonly ticked_alerts?: string;
  readonly unticked_alerts?: string;
  readonly summary?: string;
  readonly try_again?: string;
}

async function resolve(app: App, inputs: Inputs, userId: string): Promise<"resolved" | "none"> {
  if (inputs.try_again === "yes") return tryAgain(app, inputs, userId);
  const before = await awaitIncident(app, inputs.incident_id, (record) => record.incident.status === "active");
  if (!before) return "none";
  const at = fromIso(inputs.resolved_at) ?? app.now;
  const by = await personOf(app.slack, userId);
  const summary = inputs.summary ?? "";
  const outcome = transition(before.incident, { type: "resolve", by, at, summary });
  if (!outcome.ok) {
    await tellPerson(app, before, userId, resolvedBefore(before.incident));
    return "none";
  }
  const ticked = idsIn(inputs.ticked_alerts);
  const unticked = idsIn(inputs.unticked_alerts);
  const place = placeOf(before);
  const incidentId = before.incident.id;
  const requestId = inputs.request_id || `resolve:${incidentId}`;
  // The companion is told before the record says so: a step that dies between leaves an incident that can be resolved
  // again, and no alert that nobody resolves.
  const told = await handOver(app, "resolve", incidentId, requestId, {
    requestId,
    incidentId,
    by,
    at,
    resolveAlertIds: ticked,
    setAsideAlertIds: unticked,
    summary,
    ...(place ? { place } : {}),
  });
  const record = await saveIncident(app, before, outcome.value.incident, { resolveId: requestId });
  const known = await markAlerts(app, record, ticked, unticked, isUnsent(told));
  await Promise.all([
    showResolved(app, record, { requestId, known, unsent: isUnsent(told) }),
    ...(told.ok || told.again ? [] : [sayNotTold(app, record, told.problem)]),
  ]);
  await app.companion.call("carried", { requestId, incidentId });
  return "resolved";
}

/** What PagerDuty refused is asked for once more; what it says then comes as news from the companion. */
async function tryAgain(app: App, inputs: Inputs, userId: string): Promise<"resolved" | "none"> {
  const record = await readIncident(app.slack, inputs.incident_id);
  if (!record || isOpen(record.incident)) return "none";
  const incidentId = record.incident.id;
  const requestId = inputs.request_id || `again:${incidentId}:${app.now}`;
  const by = await personOf(app.slack, userId);
  const told = await handOver(app, "tryAgain", incidentId, requestId, { requestId, incidentId, by, at: app.now });
  if (!told.ok && !told.again) await sayNotTold(app, record, told.problem);
  await publish(app, record, { unsent: isUnsent(told) });
  return record.incident.status === "resolved" ? "resolved" : "none";
}

/** Two people sent the form at once, and the first one's stands; the other one is told what became of theirs. */
function resolvedBefore(incident: Incident): string {
  if (incident.status !== "resolved") return "This incident is not active any more, so nothing was resolved.";
  return `${plainName(incident.resolvedBy.name)} resolved it a moment earlier, and what they ticked stands. The card shows for each alert how it stands in PagerDuty.`;
}

/**
 * What was asked for shows on the card at once; what PagerDuty says to it comes as news from the companion. Only where the
 * companion could not be told is it written down: news that is under way must not be overwritten by what was known before.
 */
async function markAlerts(
  app: App,
  record: IncidentRecord,
  ticked: readonly string[],
  unticked: readonly string[],
  isUntold: boolean,
): Promise<StoredAlert[]> {
  const stored = await readAlerts(app.slack, [...new Set([...alertIdsOf(record), ...ticked, ...unticked])]);
  const marked: StoredAlert[] = [];
  for (const entry of stored) {
    const alert = markAlert(entry.alert, ticked, unticked);
    // Taken off the incident while the form was open, it is another one's.
    if (alert === entry.alert || entry.incidentId !== record.incident.id) continue;
    if (isUntold) marked.push(await writeAlert(app, entry, alert, record.incident.id));
    else marked.push({ ...entry, alert });
  }
  return marked;
}

function markAlert(alert: Alert, ticked: readonly string[], unticked: readonly string[]): Alert {
  if (ticked.includes(alert.id)) {
    const closing = alert.closing.state === "confirmed" ? alert.closing : ({ state: "wanted" } as const);
    return { ...alert, relation: "attached", closing };
  }
  return unticked.includes(alert.id) ? { ...alert, relation: "set_aside" } : alert;
}

/** The companion said no, and would again: without a word everybody would wait for PagerDuty's confirmation in vain. */
async function sayNotTold(app: App, record: IncidentRecord, problem: string): Promise<void> {
  const text = `:warning: The alerts were not resolved in PagerDuty: ${escapeText(problem)} Resolve them there.`;
  await mayCall(app.slack, "chat.postMessage", { ...whereOf(record), text });
}
