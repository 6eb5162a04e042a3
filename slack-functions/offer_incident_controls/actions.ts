import type { ActionContext, ViewSubmissionContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import type { Alert } from "../../core/alert.ts";
import { parseSeverity, severityText } from "../../core/severity.ts";
import { readAlerts } from "../shared/alerts.ts";
import { type App, openAppForClick, problemOf } from "../shared/app.ts";
import { section } from "../shared/card.ts";
import { awaitIncident, type IncidentRecord, readIncident, saveRecord, whereOf } from "../shared/incidents.ts";
import { type LatestUpdate, updateBlocks } from "../shared/latest_update.ts";
import { escapeText, mention } from "../shared/mrkdwn.ts";
import { handOver } from "../shared/pending.ts";
import { mayDecide, personOf } from "../shared/people.ts";
import { publish, publishTopic } from "../shared/publish.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { placeOfPress, tellThere } from "../shared/tell_person.ts";
import { shows } from "../shared/settling.ts";
import { mayCall, mustCall, recordOf, textOf } from "../shared/slack.ts";
import { CONTROLS_TEXT, controlsBlocks, messageView, problemOfUpdate, UPDATE_TEXT, updateView } from "./blocks.ts";

type Inputs = { incident_id: string; active_incident_id?: string };
/** What a press left: the record with it, and a sentence where the outcome is not plain to see. */
type Pressed = { readonly record: IncidentRecord; readonly note?: string };

/** The incident whose controls these are. */
export function incidentIn({ incident_id, active_incident_id = "" }: Inputs): string {
  return incident_id || active_incident_id;
}

export async function takeLead(context: ActionContext<Inputs>): Promise<void> {
  await press(context, async (app, record, userId) => {
    const after = await saveRecord(app, record, { lead: userId });
    await publish(app, after);
    return { record: after };
  });
}

/** Asked for in so many words, so it is done in the presser's own name; the card says who is paged before and after. */
export async function acknowledge(context: ActionContext<Inputs>): Promise<void> {
  await press(context, async (app, record, userId) => {
    const by = await personOf(app.slack, userId);
    const key = `${record.incident.id}:${userId}`;
    const body = { incidentId: record.incident.id, by, at: app.now };
    const outcome = await handOver(app, "acknowledge", record.incident.id, key, body);
    if (outcome.ok)
      return { record, note: `${mention(userId)} asked PagerDuty to stop the page; the card shows when it has.` };
    if (!outcome.again) return { record, note: `:warning: ${outcome.problem}` };
    return {
      record,
      note: ":warning: PagerDuty could not be told yet: the page goes on. It is told when the companion is back.",
    };
  });
}

/** Chosen again, the same severity says nothing new. */
export async function setSeverity(context: ActionContext<Inputs>): Promise<void> {
  await press(context, async (app, record, userId) => {
    const severity = parseSeverity(recordOf(recordOf(context.action)["selected_option"])["value"]);
    if (severity === "" || severity === record.severity) return { record };
    const after = await saveRecord(app, record, { severity });
    const before = record.severity ? ` It was ${record.severity}.` : "";
    const text = `${mention(userId)} set the severity to *${severityText(severity)}*.${before}`;
    await mayCall(app.slack, "chat.postMessage", { ...whereOf(record), text, blocks: [section(text)] });
    await publish(app, after);
    await publishTopic(app, await latestOf(app, after));
    return { record: after };
  });
}

/** The pointer dies after 3 s: the form opens first, and turns into a sentence where it may not be used. */
export async function openUpdateForm(context: ActionContext<Inputs>): Promise<void> {
  const app = openAppForClick(context);
  const tell = teller(app, context);
  try {
    const opened = await app.slack.call("views.open", {
      interactivity_pointer: context.body.interactivity.interactivity_pointer,
      view: updateView(),
    });
    if (!opened.ok) {
      return await tell(`The form could not open in time (${opened.error ?? "no reason given"}). Press again.`);
    }
    const usable = await usableRecord(app, incidentIn(context.inputs), context.body.user.id);
    if (typeof usable !== "string") return;
    const view_id = textOf(recordOf(opened["view"])["id"]);
    await mayCall(app.slack, "views.update", { view_id, view: messageView(usable) });
  } catch (thrown) {
    await tell(`That did not work. ${problemOf(thrown)} Press again in a moment.`);
  }
}

/** Sent again with the same form (an answer that came too late, say), it is the same update and not posted twice. */
export async function submitUpdate(context: ViewSubmissionContext<Inputs>) {
  const app = openAppForClick(context);
  const userId = context.body.user.id;
  const text = textOf(
    recordOf(recordOf(recordOf(recordOf(context.view.state)["values"])[UPDATE_TEXT])[UPDATE_TEXT])["value"],
  ).trim();
  try {
    const problem = problemOfUpdate(text);
    if (problem) return fieldError(problem);
    const record = await usableRecord(app, incidentIn(context.inputs), userId);
    if (typeof record === "string") return fieldError(record);
    const update: LatestUpdate = { text, by: userId, at: app.now, viewId: textOf(context.view.id) };
    if (record.update?.viewId === update.viewId) return undefined;
    await mustCall(app.slack, "chat.postMessage", {
      ...whereOf(record),
      text: `Update by ${mention(userId)}: ${escapeText(text, 300)}`,
      blocks: updateBlocks(update, "Update"),
    });
    await publish(app, await saveRecord(app, record, { update }));
    return undefined;
  } catch (thrown) {
    return fieldError(`That did not work. ${problemOf(thrown)} Send it again in a moment.`);
  }
}

function fieldError(sentence: string) {
  return { response_action: "errors" as const, errors: { [UPDATE_TEXT]: sentence } };
}

/** Reads the record first: the incident may be closed while these buttons were still on somebody's screen. */
async function press(
  context: ActionContext<Inputs>,
  work: (app: App, record: IncidentRecord, userId: string) => Promise<Pressed>,
): Promise<void> {
  const app = openAppForClick(context);
  const tell = teller(app, context);
  try {
    const record = await usableRecord(app, incidentIn(context.inputs), context.body.user.id);
    if (typeof record === "string") return await tell(record);
    const { record: after, note } = await work(app, record, context.body.user.id);
    await redraw(app, context, await latestOf(app, after), note);
  } catch (thrown) {
    await tell(`That did not work. ${problemOf(thrown)} Press again in a moment.`);
  }
}

/** The record, if this person may change it now; else a sentence that says why not. */
async function usableRecord(app: App, incidentId: string, userId: string): Promise<IncidentRecord | string> {
  const record = await awaitIncident(app, incidentId, ({ incident }) => incident.status !== "triage");
  if (record?.incident.status !== "active") return refusalSentence("closed", record);
  if (await mayDecide(app.slack, userId, app.teamId)) return record;
  return "Only full members of this workspace can do this. Ask one of them to press for you.";
}

/** What others wrote meanwhile counts too, unless the read is older than our own write. */
async function latestOf(app: App, written: IncidentRecord): Promise<IncidentRecord> {
  const read = await readIncident(app.slack, written.incident.id);
  return read && shows(read, written) ? read : written;
}

/** Closed meanwhile, the controls have lost their buttons, and get none back. */
async function redraw(app: App, context: ActionContext<Inputs>, record: IncidentRecord, note?: string): Promise<void> {
  if (record.incident.status !== "active") return;
  const ts = textOf(recordOf(context.body.message)["ts"]) || record.controlsTs;
  const blocks = controlsBlocks(record, await attachedAlerts(app, record), note);
  await mayCall(app.slack, "chat.update", { channel: channelOf(context), ts, text: CONTROLS_TEXT, blocks });
}

/** The alerts whose page the controls may stop. */
export async function attachedAlerts(app: App, record: IncidentRecord): Promise<Alert[]> {
  const stored = await readAlerts(app.slack, record.alertIds);
  return stored.map(({ alert }) => alert).filter((alert) => alert.relation === "attached");
}

function teller(app: App, context: ActionContext<Inputs>): (text: string) => Promise<void> {
  return (text) => tellThere(app, placeOfPress(context.body), context.body.user.id, text);
}

function channelOf(context: ActionContext<Inputs>): string {
  return textOf(recordOf(context.body.channel)["id"]);
}
