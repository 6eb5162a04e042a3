import type { Alert } from "../../core/alert.ts";
import { currentResolution } from "../../core/alert_resolution.ts";
import { DISMISS_REASONS, type Incident, isOpen } from "../../core/incident.ts";
import { severityText } from "../../core/severity.ts";
import { cutCharacters, oneLine } from "../../core/text.ts";
import { describeDuration, type Instant, MINUTE } from "../../core/time.ts";
import type { StoredAlert } from "./alerts.ts";
import { attachmentBlocks } from "./attachments.ts";
import type { IncidentRecord } from "./incidents.ts";
import { type LatestUpdate, updateBlocks, updateLine } from "./latest_update.ts";
import { channelLink, deciderText, escapeText, link, mention, time } from "./mrkdwn.ts";
import { closingLine, pagingLine, resolutionText } from "./paging_text.ts";
import type { Settings } from "./settings.ts";
import { cardButtons, feedButtons } from "./workflow_buttons.ts";

export type Block = Readonly<Record<string, unknown>>;

/** All that the card, its twin in the feed and the announcement are drawn from. */
export interface CardView {
  readonly record: IncidentRecord;
  /** Oldest first; attached ones, offers and those set aside. */
  readonly alerts: readonly StoredAlert[];
  readonly links: Settings["links"];
  /** Something about this incident could not be handed to the companion yet. */
  readonly unsent: boolean;
  /** The incident that took this one in. */
  readonly mergedInto?: IncidentReference;
  /** The closed incident whose alert PagerDuty reopened. */
  readonly reopenedFrom?: IncidentReference;
}

export interface IncidentReference {
  readonly number: string;
  readonly channelId: string;
}

/** Cards stay readable: what is beyond this is counted in words. */
const MAX_ALERTS = 6;
const MAX_ATTACHMENTS = 4;
/** Slack takes 50 blocks; this leaves room for what stands above and below the alerts. */
const MAX_ALERT_BLOCKS = 38;

/** A message's blocks carry their incident in an id, by which a repeated step finds the card that it posted. */
export function cardBlockId(incidentId: string): string {
  return `card:${incidentId}`;
}

export function cardBlocks(view: CardView): Block[] {
  const { incident } = view.record;
  return [
    {
      type: "header",
      block_id: cardBlockId(incident.id),
      text: { type: "plain_text", text: cutCharacters(oneLine(`${incident.serviceName}: ${incident.title}`), 150) },
    },
    section(statusLine(view)),
    ...(view.reopenedFrom
      ? [context(`:repeat: PagerDuty reopened the alert of ${referenceText(view.reopenedFrom)}.`)]
      : []),
    ...updates(view).map((update) => section(updateLine(update))),
    ...(view.record.description ? [section(`>${escapeText(view.record.description, 500)}`)] : []),
    { type: "section", fields: factsOf(view).map((text) => ({ type: "mrkdwn", text })) },
    ...alertsPart(view),
    ...leftOpenBlocks(view),
    ...snoozeLine(view),
    ...(view.unsent
      ? [
          context(
            ":warning: PagerDuty has not been told yet: the companion cannot be reached. It will be told when it is back.",
          ),
        ]
      : []),
    ...cardButtons(view),
  ];
}

function snoozeLine({ record }: CardView): Block[] {
  const { incident, snoozedUntil, snoozedBy } = record;
  if (incident.status !== "triage" || snoozedUntil === 0) return [];
  return [context(`:zzz: Reminders snoozed until ${time(snoozedUntil)} by ${mention(snoozedBy)}`)];
}

/** "In triage", "Active", …: one chip and one sentence that says by whom and after how long. */
export function statusLine(view: CardView): string {
  const { incident } = view.record;
  const severity = view.record.severity ? ` · *${severityText(view.record.severity)}*` : "";
  const reference = `*#${escapeText(incident.number, 20)}*${severity}`;
  switch (incident.status) {
    case "triage":
      return `:red_circle: *In triage* · ${reference}${overText(view)} · nobody has decided yet`;
    case "active":
      return `:large_orange_circle: *Active incident* · ${reference} · created by ${mention(incident.decidedBy.slackUserId)} ${after(view)}`;
    case "merged":
      return `:white_circle: *Merged* · ${reference} is part of ${mergedTarget(view)} · by ${mention(incident.decidedBy.slackUserId)} ${after(view)}`;
    case "dismissed": {
      const note = incident.note ? `: ${escapeText(incident.note, 200)}` : "";
      return `:white_circle: *Not an incident* · ${reference} · ${DISMISS_REASONS[incident.reason]}${note} · by ${deciderText(incident.decidedBy)} ${after(view)}`;
    }
    case "resolved":
      return `:large_green_circle: *Resolved* · ${reference} · by ${mention(incident.resolvedBy.slackUserId)}, ${describeDuration(incident.resolvedAt - beganAt(view))} after it began`;
  }
}

/** An update tells how it stands; once the incident is closed, the summary does. */
function updates({ record }: CardView): readonly LatestUpdate[] {
  return record.update && record.incident.status === "active" ? [record.update] : [];
}

function mergedTarget(view: CardView): string {
  return view.mergedInto ? referenceText(view.mergedInto) : "another incident";
}

function referenceText({ number, channelId }: IncidentReference): string {
  return `#${escapeText(number, 20)} in ${channelLink(channelId)}`;
}

/** Whether it is over in PagerDuty before anybody decided, and by whom: nobody looked, or somebody did. */
function overText({ alerts }: CardView): string {
  const attached = alerts.map(({ alert }) => alert).filter(({ relation }) => relation === "attached");
  const last = attached
    .map(currentResolution)
    .filter((resolution) => resolution !== undefined)
    .toSorted((a, b) => b.at - a.at)[0];
  if (!last || attached.some(({ status }) => status !== "resolved")) return "";
  return ` · ${resolutionText(last)}`;
}

/** How long the triage took. */
function after(view: CardView): string {
  const { incident } = view.record;
  if (incident.status === "triage") return "";
  const ms = incident.decidedAt - incident.openedAt;
  return ms < MINUTE ? "within a minute" : `after ${describeDuration(ms)}`;
}

/** Since when it fails: a triage may be opened long after its alert, from the feed or for one that was kept separate. */
function beganAt({ record, alerts }: CardView): Instant {
  const attached = alerts.filter(
    ({ alert, incidentId }) => alert.relation === "attached" && incidentId === record.incident.id,
  );
  return Math.min(record.incident.openedAt, ...attached.map(({ alert }) => alert.since));
}

/** At most six fields; the rest stands in the attachments. */
function factsOf(view: CardView): string[] {
  const { record, alerts } = view;
  const { incident } = record;
  const attached = alerts.filter((stored) => stored.alert.relation === "attached");
  const urgency = attached.some((stored) => stored.alert.urgency === "high") ? "High" : "Low";
  const priority = attached.map((stored) => stored.alert.priority).find((name) => name !== undefined);
  const facts = [
    `*Service*\n${escapeText(incident.serviceName, 80)}`,
    `*Since*\n${time(beganAt(view))}`,
    ...(attached.length > 0
      ? [`*Urgency*\n${urgency}${priority ? ` · ${escapeText(priority, 40)}` : ""}`]
      : [`*Started by*\n${record.startedBy ? mention(record.startedBy.slackUserId) : "hand"}`]),
    `*Page*\n${incident.status === "merged" ? `Its alerts are followed in ${mergedTarget(view)}` : pageLine(alerts)}`,
  ];
  if (record.lead) facts.push(`*Lead*\n${mention(record.lead)}`);
  if (incident.status === "resolved" || incident.status === "merged" || incident.status === "dismissed") return facts;
  facts.push(`*Later alerts*\n${laterLine(view)}`);
  return facts;
}

/** Nobody may read "stopped" here while an alert that nobody answered, or that was left open, goes on paging. */
function pageLine(alerts: readonly StoredAlert[]): string {
  const of = (relation: string) => alerts.map(({ alert }) => alert).filter((alert) => alert.relation === relation);
  const offered = of("offered").filter((alert) => alert.status === "triggered");
  const aside = of("set_aside").filter((alert) => alert.status !== "resolved");
  const lines = [pagingLine(of("attached"))];
  if (offered.length > 0) lines.push(`Later alerts: ${pagingLine(offered)}`);
  if (aside.length > 0) lines.push(`Left open: ${pagingLine(aside)}`);
  return lines.join("\n");
}

function laterLine({ record }: CardView): string {
  const { windowClosesAt, incident, laterCount, unansweredCount, bySettingCount } = record;
  // A triage without a window of its own has one that was over when it began.
  const until = windowClosesAt > incident.openedAt ? ` · gathered here until ${time(windowClosesAt)}` : "";
  if (laterCount === 0) return until ? `None yet${until}` : "None";
  const open =
    unansweredCount > 0
      ? ` · ${unansweredCount} ${unansweredCount === 1 ? "waits" : "wait"} for an answer in the thread`
      : "";
  const bySetting = bySettingCount > 0 ? ` · ${bySettingCount} attached by the service's setting` : "";
  return `${laterCount}${open}${bySetting}${until}`;
}

/** What became of the alert of a merged incident stands where that one went. */
function alertBlocks({ alert }: StoredAlert, { title, serviceId, status }: Incident): Block[] {
  const label = alert.title === title ? numberText(alert) : `${numberText(alert)}: ${alert.title}`;
  const state = status === "merged" ? "" : ` · ${closingLine(alert)}`;
  return [
    section(`*PagerDuty*  ${link(alert.url, label, 200)}${state}${serviceText(alert, serviceId)}`),
    ...attachmentBlocks(alert.attachments, MAX_ATTACHMENTS, title),
  ];
}

function numberText({ number }: Alert): string {
  return number > 0 ? `Alert #${number}` : "Alert";
}

/** Alerts that a person left open go on in PagerDuty, and whoever reads the card should know. */
function leftOpenBlocks({ alerts }: CardView): Block[] {
  const open = alerts
    .map(({ alert }) => alert)
    .filter(({ relation, status }) => relation === "set_aside" && status !== "resolved");
  if (open.length === 0) return [];
  const named = open
    .slice(0, MAX_ALERTS)
    .map((alert) => `${link(alert.url, `${numberText(alert)}: ${alert.title}`, 120)}`);
  const more = open.length > named.length ? [`and ${open.length - named.length} more`] : [];
  return [context(`Left open in PagerDuty: ${[...named, ...more].join(" · ")}`)];
}

/** PagerDuty may move an alert to another service; it stays where people are at work on it. */
function serviceText(alert: Alert, serviceId: string): string {
  return alert.serviceId === serviceId ? "" : ` · service ${escapeText(alert.serviceName, 80)}`;
}

/** As many attached alerts as there is room for, whole ones only, and in words how many more there are. */
function alertsPart(view: CardView): Block[] {
  const attached = view.alerts.filter((stored) => stored.alert.relation === "attached");
  const blocks: Block[] = [];
  let shown = 0;
  for (const stored of attached.slice(0, MAX_ALERTS)) {
    const next = alertBlocks(stored, view.record.incident);
    if (blocks.length + next.length > MAX_ALERT_BLOCKS) break;
    blocks.push(...next);
    shown += 1;
  }
  const left = Math.max(attached.length, view.record.attachedCount) - shown;
  return left > 0 ? [...blocks, context(`and ${left} more attached ${left === 1 ? "alert" : "alerts"}`)] : blocks;
}

export function section(text: string, blockId?: string): Block {
  return { type: "section", text: { type: "mrkdwn", text }, ...(blockId ? { block_id: blockId } : {}) };
}

export function context(text: string): Block {
  return { type: "context", elements: [{ type: "mrkdwn", text }] };
}

/** The sentence that notifications show; makes sense alone. */
export function cardText(record: IncidentRecord): string {
  const { incident } = record;
  const state = {
    triage: "In triage",
    active: "Active",
    merged: "Merged",
    dismissed: "Not an incident",
    resolved: "Resolved",
  }[incident.status];
  return `${state}: ${escapeText(incident.serviceName, 80)}: ${escapeText(incident.title, 300)} (#${escapeText(incident.number, 20)})`;
}

/** One line for the triage feed. */
export function feedBlocks(view: CardView): Block[] {
  const { incident, channelId } = view.record;
  const title = `*${escapeText(incident.serviceName, 80)}*: ${escapeText(incident.title, 200)}`;
  const where = channelId ? ` · ${channelLink(channelId)}` : "";
  return [section(`${statusLine(view)}\n${title}${where}`), ...feedButtons(view)];
}

/** The one post in the announcement channel, edited through the incident's life. */
export function announcementBlocks(view: CardView): Block[] {
  const { record } = view;
  const { incident } = record;
  const lines = [
    statusLine(view),
    `*${escapeText(incident.serviceName, 80)}*: ${escapeText(incident.title, 200)}`,
    `${isOpen(incident) ? "Follow it" : "It was handled"} in ${channelLink(record.channelId)}${record.lead ? ` · lead ${mention(record.lead)}` : ""}`,
  ];
  if (incident.status === "resolved" && incident.summary) lines.push(`>${escapeText(incident.summary, 600)}`);
  return [section(lines.join("\n")), ...updates(view).flatMap((update) => updateBlocks(update, "Latest update"))];
}

/** The channel's topic; written by us and never read back. */
export function topicOf(record: IncidentRecord): string {
  const { incident } = record;
  const state = {
    triage: "In triage",
    active: "Active",
    merged: "Merged",
    dismissed: "Not an incident",
    resolved: "Resolved",
  };
  const severity = record.severity ? `${record.severity} · ` : "";
  return cutCharacters(
    oneLine(`${state[incident.status]} · ${severity}${incident.serviceName} · ${incident.title}`),
    250,
  );
}
