import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { Alert } from "../../core/alert.ts";
import { unpackAlert } from "../../core/alert_packing.ts";
import type { TriageIncident } from "../../core/incident.ts";
import { fromIso } from "../../core/time.ts";
import { type StoredAlert, writeAlert } from "../shared/alerts.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import {
  type IncidentRecord,
  newRecord,
  placeOf,
  readIncident,
  saveIncident,
  saveRecord,
  whereOf,
} from "../shared/incidents.ts";
import { listIncident } from "../shared/open_incidents.ts";
import { personOf } from "../shared/people.ts";
import { publish, publishTopic } from "../shared/publish.ts";
import { mayCall, textOf } from "../shared/slack.ts";
import { ensureCard, ensureChannel, postCard } from "../shared/channel.ts";
import { OpenTriageDefinition } from "./definition.ts";
import { invitePeople } from "../shared/invite.ts";

export default SlackFunction(OpenTriageDefinition, async (context) => {
  if (context.inputs.incident_id === "") return { outputs: { incident_id: "", channel_id: "" } };
  try {
    return { outputs: await openTriage(openApp(context), context.inputs) };
  } catch (thrown) {
    return { error: `The triage channel could not be opened. ${problemOf(thrown)}` };
  }
});

interface Inputs {
  readonly incident_id: string;
  readonly number?: string;
  readonly title: string;
  readonly service_id?: string;
  readonly service_name: string;
  readonly opened_at?: string;
  readonly window_closes_at?: string;
  readonly alert?: string;
  readonly reopened_from?: string;
  readonly description?: string;
  readonly started_by?: string;
  readonly delivery_id?: string;
  readonly sequence?: string;
}

/**
 * Makes sure of the record, the channel and the card, in this order, so that a second run of the same incident finds
 * what the first one left and goes on from there.
 */
async function openTriage(app: App, inputs: Inputs): Promise<{ incident_id: string; channel_id: string }> {
  const alert = unpackAlert(inputs.alert ?? "");
  const found = await readIncident(app.slack, inputs.incident_id);
  if (found && (found.questionTs !== "" || found.incident.status !== "triage")) {
    await confirm(app, inputs, found, "already_applied");
    return { incident_id: "", channel_id: found.channelId };
  }
  const known = alert ? [await writeAlert(app, undefined, alert, inputs.incident_id)] : [];
  let record = found ?? (await firstRecord(app, inputs, alert));
  const channel = await ensureChannel(app, record);
  record = await saveRecord(app, record, { channelId: channel.id, channelName: channel.name });
  const [notInSlack] = await Promise.all([
    invitePeople(app, channel.id, alert?.paged ?? [], inputs.started_by),
    mayCall(app.slack, "conversations.setPurpose", { channel: channel.id, purpose: channel.purpose }),
  ]);
  const cardTs = found ? await ensureCard(app, record, known) : await postCard(app, record, known);
  const channelUrl = await permalink(app, channel.id, cardTs);
  record = await saveRecord(app, record, { cardTs, channelUrl, sequence: Number(inputs.sequence) || 0 });
  await listIncident(app.slack, record.incident, channel.id);
  await decorate(app, record, known, notInSlack);
  await confirm(app, inputs, record, "applied");
  return { incident_id: inputs.incident_id, channel_id: channel.id };
}

async function firstRecord(app: App, inputs: Inputs, alert: Alert | undefined): Promise<IncidentRecord> {
  const incident: TriageIncident = {
    status: "triage",
    id: inputs.incident_id,
    number: inputs.number || inputs.incident_id.slice(-6).toLowerCase(),
    title: inputs.title,
    serviceId: inputs.service_id || `name:${inputs.service_name.toLowerCase()}`,
    serviceName: inputs.service_name,
    openedAt: fromIso(inputs.opened_at) ?? app.now,
  };
  const startedBy = inputs.started_by ? await personOf(app.slack, inputs.started_by) : undefined;
  return saveIncident(app, newRecord(incident), incident, {
    alertIds: alert ? [alert.id] : [],
    description: inputs.description ?? "",
    windowClosesAt: fromIso(inputs.window_closes_at) ?? 0,
    reopenedFrom: inputs.reopened_from ?? "",
    ...(startedBy ? { startedBy } : {}),
  });
}

/** The card's permanent link; where Slack does not give one now, Slack's own way to a channel by its id. */
async function permalink(app: App, channel: string, ts: string): Promise<string> {
  const answer = await mayCall(app.slack, "chat.getPermalink", { channel, message_ts: ts });
  return textOf(answer["permalink"]) || `https://slack.com/app_redirect?channel=${channel}`;
}

/** What makes the channel pleasant: each may fail alone, and the question does not depend on it. */
async function decorate(
  app: App,
  record: IncidentRecord,
  known: readonly StoredAlert[],
  notInSlack: readonly string[],
) {
  const channel = record.channelId;
  const work: Promise<unknown>[] = [
    publish(app, record, { known, post: ["feed_line"] }),
    publishTopic(app, record),
    mayCall(app.slack, "pins.add", { channel, timestamp: record.cardTs }, ["already_pinned"]),
  ];
  const url = known[0]?.alert.url;
  if (url) {
    const bookmark = { channel_id: channel, title: "PagerDuty alert", type: "link", link: url };
    work.push(mayCall(app.slack, "bookmarks.add", bookmark));
  }
  if (notInSlack.length > 0) {
    const text = `PagerDuty is paging ${notInSlack.join(", ")}, but no Slack user has that e-mail address. Invite them by hand.`;
    work.push(mayCall(app.slack, "chat.postMessage", { ...whereOf(record), text }));
  }
  await Promise.all(work);
}

/** An unconfirmed delivery comes again and finds everything in place, so a companion that is down loses nothing. */
async function confirm(app: App, inputs: Inputs, record: IncidentRecord, outcome: "applied" | "already_applied") {
  if (!inputs.delivery_id) return;
  const place = placeOf(record);
  const body = { deliveryId: inputs.delivery_id, incidentId: inputs.incident_id, outcome, ...(place ? { place } : {}) };
  await app.companion.call("confirm", body);
}
