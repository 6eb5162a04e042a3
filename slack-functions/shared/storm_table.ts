import type { Alert } from "../../core/alert.ts";
import { readAlerts, type StoredAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { type Block, section, statusLine } from "./card.ts";
import { type IncidentRecord, readIncidents } from "./incidents.ts";
import { escapeText, link, mention } from "./mrkdwn.ts";
import { pagingLine } from "./paging_text.ts";
import { mayCall } from "./slack.ts";
import type { Settings } from "./settings.ts";
import { workflowButton } from "./workflow_buttons.ts";

/** A line of a table: one triage of a storm that shares its message with others. */
export interface TableRow {
  readonly record: IncidentRecord;
  readonly alerts: readonly Alert[];
}

export function rowBlockId(incidentId: string): string {
  return `row:${incidentId}`;
}

export const TABLE_TEXT = "More services fail. Decide each one with its button.";

/**
 * One section a triage, with a workflow button that asks about it in a thread of its own.
 * @param users Slack ids of the people whom PagerDuty pages; they are mentioned when the message is posted
 */
export function tableBlocks(
  rows: readonly TableRow[],
  links: Settings["links"],
  users: readonly string[] = [],
): Block[] {
  return [section([...users.map(mention), `*${TABLE_TEXT}*`].join(" ")), ...rows.map((row) => rowBlock(row, links))];
}

function rowBlock({ record, alerts }: TableRow, links: Settings["links"]): Block {
  const { incident } = record;
  const attached = alerts.filter((alert) => alert.relation === "attached");
  const title = attached[0]?.url ? link(attached[0].url, incident.title, 200) : escapeText(incident.title, 200);
  const head = `*#${escapeText(incident.number, 20)} ${escapeText(incident.serviceName, 80)}*: ${title}`;
  const urgency = attached.some((alert) => alert.urgency === "high") ? "High urgency" : "Low urgency";
  const state =
    incident.status === "triage"
      ? `${urgency} · ${pagingLine(attached)}`
      : statusLine({ record, alerts: [], links, unsent: false });
  const where = incident.status === "triage" ? "decide in its thread" : "its thread";
  const thread = record.cardTs === "" ? "" : ` · ${link(record.channelUrl, where)}`;
  const isOpen = incident.status === "triage" && record.cardTs === "" && links.askAgain !== undefined;
  return {
    ...section(`${head}\n${state}${thread}`, rowBlockId(incident.id)),
    ...(isOpen && links.askAgain
      ? { accessory: workflowButton("Decide", "ask_again", links.askAgain, incident.id) }
      : {}),
  };
}

/** Draws the message that an incident shares with others anew, from what is on record of all of them. */
export async function publishTable(app: App, record: IncidentRecord): Promise<void> {
  if (record.tableTs === "") return;
  const stored = await readIncidents(app.slack, record.tableIds);
  const records = record.tableIds
    .map((id) => (id === record.incident.id ? record : stored.find(({ incident }) => incident.id === id)))
    .filter((one) => one !== undefined);
  const alerts = await readAlerts(app.slack, [...new Set(records.flatMap((one) => one.alertIds))].slice(0, 100));
  const rows = records.map((one) => ({ record: one, alerts: alertsOf(one, alerts) }));
  await mayCall(app.slack, "chat.update", {
    channel: record.tableChannelId,
    ts: record.tableTs,
    text: TABLE_TEXT,
    blocks: tableBlocks(rows, app.settings.links),
  });
}

function alertsOf(record: IncidentRecord, alerts: readonly StoredAlert[]): Alert[] {
  return alerts.filter(({ alert }) => record.alertIds.includes(alert.id)).map(({ alert }) => alert);
}
