import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { Alert } from "../../core/alert.ts";
import { fromIso } from "../../core/time.ts";
import { type StoredAlert, writeAlert } from "../shared/alerts.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { ensureCard, ensureChannel, permalinkOf } from "../shared/channel.ts";
import { decorate, DECORATIONS } from "../shared/decoration.ts";
import {
  type IncidentRecord,
  newRecord,
  readIncident,
  saveIncident,
  saveRecord,
  whereOf,
} from "../shared/incidents.ts";
import { invitePeople } from "../shared/invite.ts";
import { listIncident } from "../shared/open_incidents.ts";
import { personOf } from "../shared/people.ts";
import { publish } from "../shared/publish.ts";
import { mayCall } from "../shared/slack.ts";
import { OpenTriageDefinition } from "./definition.ts";
import { openTable, openThread } from "./in_storm.ts";
import { alertOf, confirm, incidentOf, type Inputs, stormOf } from "./inputs.ts";

export default SlackFunction(OpenTriageDefinition, async (context) => {
  if (context.inputs.incident_id === "") return { outputs: { incident_id: "", channel_id: "" } };
  try {
    return { outputs: await openTriage(openApp(context), context.inputs) };
  } catch (thrown) {
    return { error: `The triage channel could not be opened. ${problemOf(thrown)}` };
  }
});

async function openTriage(app: App, inputs: Inputs): Promise<{ incident_id: string; channel_id: string }> {
  const storm = stormOf(inputs);
  if (storm?.asLine) {
    // A line asks when its button is pressed: there is nothing for the following steps to do.
    const { channelId } = await openTable(app, [inputs, ...storm.also], storm);
    return { incident_id: "", channel_id: channelId };
  }
  const found = await readIncident(app.slack, inputs.incident_id);
  const isOpenAlready = found && (found.questionTs !== "" || found.tableTs !== "");
  if (found && (isOpenAlready || found.incident.status !== "triage")) {
    await confirm(app, inputs, found, "already_applied");
    return { incident_id: "", channel_id: found.channelId };
  }
  const record = storm ? await openThread(app, inputs, storm, found) : await openChannel(app, inputs, found);
  await confirm(app, inputs, record, "applied");
  return { incident_id: inputs.incident_id, channel_id: record.channelId };
}

/**
 * Makes sure of the record, the channel and the card, in this order, so that a second run of the same incident finds
 * what the first one left and goes on from there.
 */
async function openChannel(app: App, inputs: Inputs, found: IncidentRecord | undefined): Promise<IncidentRecord> {
  const alert = alertOf(inputs);
  const known = alert ? [await writeAlert(app, undefined, alert, inputs.incident_id)] : [];
  let record = found ?? (await firstRecord(app, inputs, alert));
  const channel = await ensureChannel(app, record);
  record = await saveRecord(app, record, { channelId: channel.id, channelName: channel.name });
  const notInSlack = await invitePeople(app, channel.id, alert?.paged ?? [], inputs.started_by);
  const cardTs = await ensureCard(app, record, known, found !== undefined);
  const channelUrl = await permalinkOf(app, channel.id, cardTs);
  record = await saveRecord(app, record, { cardTs, channelUrl, sequence: Number(inputs.sequence) || 0 });
  await listIncident(app.slack, record.incident, channel.id);
  return dress(app, record, known, notInSlack);
}

async function firstRecord(app: App, inputs: Inputs, alert: Alert | undefined): Promise<IncidentRecord> {
  const incident = incidentOf(app, inputs);
  const startedBy = inputs.started_by ? await personOf(app.slack, inputs.started_by) : undefined;
  return saveIncident(app, newRecord(incident), incident, {
    alertIds: alert ? [alert.id] : [],
    description: inputs.description ?? "",
    windowClosesAt: fromIso(inputs.window_closes_at) ?? 0,
    reopenedFrom: inputs.reopened_from ?? "",
    ...(startedBy ? { startedBy } : {}),
  });
}

/** What makes the channel pleasant; what Slack's limits leave undone of it is noted, for the companion to remind of. */
async function dress(
  app: App,
  record: IncidentRecord,
  known: readonly StoredAlert[],
  notInSlack: readonly string[],
): Promise<IncidentRecord> {
  const [undecorated] = await Promise.all([
    decorate(app, record, known[0]?.alert, DECORATIONS),
    publish(app, record, { known, post: ["feed_line"] }),
    sayNotInSlack(app, record, notInSlack),
  ]);
  return undecorated.length === 0 ? record : saveRecord(app, record, { undecorated });
}

async function sayNotInSlack(app: App, record: IncidentRecord, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const text = `PagerDuty is paging ${names.join(", ")}, but no Slack user has that e-mail address. Invite them by hand.`;
  await mayCall(app.slack, "chat.postMessage", { ...whereOf(record), text });
}
