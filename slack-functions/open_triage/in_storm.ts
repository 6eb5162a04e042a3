import type { StormShare } from "../../core/protocol.ts";
import { fromIso } from "../../core/time.ts";
import { putNewAlerts } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { permalinkOf } from "../shared/card_message.ts";
import { hasBlock, lastMessages } from "../shared/history.ts";
import { type IncidentRecord, newRecord, putNewRecords, readIncidents } from "../shared/incidents.ts";
import { inviteUsers } from "../shared/invite.ts";
import { mention } from "../shared/mrkdwn.ts";
import { listIncidents } from "../shared/open_incidents.ts";
import { userIdByEmail } from "../shared/people.ts";
import { mustCall, textOf } from "../shared/slack.ts";
import { rowBlockId, TABLE_TEXT, tableBlocks, type TableRow } from "../shared/storm_table.ts";
import type { MeetingPlace } from "../shared/meeting_place.ts";
import { ensureUmbrella } from "../shared/umbrella.ts";
import type { Begun } from "./begin.ts";
import { openThread } from "./in_thread.ts";
import { alertOf, confirm, incidentOf, type Inputs } from "./inputs.ts";

/** How many messages are looked through for what an earlier run posted. */
const LOOK_BACK = 200;

/** A triage of a storm has no channel of its own: its card stands in the umbrella channel. */
export async function openInStorm(app: App, inputs: Inputs, storm: StormShare, begun: Begun): Promise<IncidentRecord> {
  return openThread(app, inputs, await ensureUmbrella(app, storm), begun);
}

/** Several triages share one message of the umbrella channel: a line for each, which asks in a thread when it is pressed. */
export async function openTable(app: App, all: readonly Inputs[], storm: StormShare): Promise<MeetingPlace> {
  const umbrella = await ensureUmbrella(app, storm);
  const found = await readIncidents(
    app.slack,
    all.map(({ incident_id }) => incident_id),
  );
  const fresh: Inputs[] = [];
  for (const inputs of all) {
    const record = found.find(({ incident }) => incident.id === inputs.incident_id);
    if (record && record.channelId !== "") await confirm(app, inputs, record, "already_applied");
    else fresh.push(inputs);
  }
  if (fresh.length === 0) return umbrella;
  const records = await postTable(app, fresh, umbrella);
  await Promise.all(
    fresh.flatMap((inputs, index) => {
      const record = records[index];
      return record ? [confirm(app, inputs, record, "applied")] : [];
    }),
  );
  return umbrella;
}

async function postTable(app: App, fresh: readonly Inputs[], umbrella: MeetingPlace): Promise<IncidentRecord[]> {
  const { channelId, channelName } = umbrella;
  const rows = fresh.map((inputs) => rowOf(app, inputs, umbrella));
  const users = await pagedUsers(app, rows);
  const tableTs = (await postedTable(app, rows, channelId)) ?? (await post(app, rows, channelId, users));
  const channelUrl = await permalinkOf(app, channelId, tableTs);
  const tableIds = rows.map(({ record }) => record.incident.id);
  const table = { channelId, channelName, channelUrl, threadTs: tableTs, tableChannelId: channelId, tableTs, tableIds };
  const records = rows.map(({ record }) => ({ ...record, ...table }));
  await putNewAlerts(
    app,
    rows.flatMap(({ record, alerts }) => alerts.map((alert) => ({ alert, incidentId: record.incident.id }))),
  );
  await putNewRecords(app, records);
  await listIncidents(
    app.slack,
    records.map(({ incident }) => incident),
    channelId,
  );
  await inviteUsers(app, channelId, users);
  return records;
}

function rowOf(app: App, inputs: Inputs, { channelId, channelName }: MeetingPlace): TableRow {
  const packed = alertOf(inputs);
  // Where several share a delivery an alert's own title may be cut; it is the triage's.
  const alert = packed && { ...packed, title: inputs.title };
  const record = {
    ...newRecord(incidentOf(app, inputs)),
    channelId,
    channelName,
    alertIds: alert ? [alert.id] : [],
    windowClosesAt: fromIso(inputs.window_closes_at) ?? 0,
    reopenedFrom: inputs.reopened_from ?? "",
    sequence: Number(inputs.sequence) || 0,
  };
  return { record, alerts: alert ? [alert] : [] };
}

/** One look-up a person, however many services page the same one. */
async function pagedUsers(app: App, rows: readonly TableRow[]): Promise<string[]> {
  const people = rows.flatMap(({ alerts }) => alerts.flatMap(({ paged }) => paged));
  const emails = new Set(people.map(({ email }) => email));
  const users = await Promise.all([...emails].map((email) => userIdByEmail(app.slack, email)));
  return [...new Set(users.filter((user) => user !== undefined))];
}

/** The message that an earlier run posted for exactly these, and did not live to note. */
async function postedTable(app: App, rows: readonly TableRow[], channel: string): Promise<string | undefined> {
  const messages = await lastMessages(app.slack, { channel }, LOOK_BACK);
  const posted = messages.find((message) =>
    rows.every(({ record }) => hasBlock(message, rowBlockId(record.incident.id))),
  );
  return posted && textOf(posted["ts"]);
}

async function post(app: App, rows: readonly TableRow[], channel: string, users: readonly string[]): Promise<string> {
  const posted = await mustCall(app.slack, "chat.postMessage", {
    channel,
    text: [...users.map(mention), TABLE_TEXT].join(" "),
    blocks: tableBlocks(rows, app.settings.links, users),
    unfurl_links: false,
    unfurl_media: false,
  });
  return textOf(posted["ts"]);
}
