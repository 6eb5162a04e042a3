import type { Alert } from "../../core/alert.ts";
import { unpackAlert } from "../../core/alert_packing.ts";
import { isOpen, isPerson } from "../../core/incident.ts";
import type { CompanionRequests, Decision } from "../../core/protocol.ts";
import { inviteUser, sayUninvited } from "../shared/invite.ts";
import { readAlert, readAlerts, writeAlert } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { applyStanding } from "../shared/apply_decision.ts";
import { backToTriage } from "../shared/back_to_triage.ts";
import {
  idsIn,
  type IncidentRecord,
  parseReason,
  readIncident,
  saveRecord,
  sharesChannel,
  whereOf,
} from "../shared/incidents.ts";
import { section } from "../shared/card.ts";
import { channelLink, escapeText, link } from "../shared/mrkdwn.ts";
import { isPosted } from "../shared/posted.ts";
import { decorate, undecorated } from "../shared/decoration.ts";
import { lastHumanMessageAt } from "./last_message.ts";
import { parseDecider, safeJson, userIdByEmail } from "../shared/people.ts";
import { publish } from "../shared/publish.ts";
import { mayCall, numberOf, recordOf, SlackProblem, textOf } from "../shared/slack.ts";

export interface SignalOutcome {
  readonly outcome: CompanionRequests["confirm"]["outcome"];
  readonly notBefore?: number;
  /** People are to be asked about these later alerts; the delivery is confirmed when they were. */
  readonly offer?: { readonly alertIds: readonly string[]; readonly upTo: number };
  /** The question is to be asked anew. */
  readonly askIncidentId?: string;
  /** The incident is active and has no controls. */
  readonly activeIncidentId?: string;
  /** Whether something of the channel's dressing is still undone, where that was looked at. */
  readonly undecorated?: boolean;
}

/** News of an alert: details found, acknowledged, reassigned, resolved, an answer to a resolve. */
export async function takeAlertNews(app: App, record: IncidentRecord, data: string): Promise<SignalOutcome> {
  const fields = recordOf(safeJson(data));
  const alert = alertOf(fields);
  const before = await readAlert(app.slack, alert.id);
  const written = await writeAlert(app, before, alert, record.incident.id);
  const isListed = record.alertIds.includes(alert.id);
  const isSnoozeOver = record.snoozedUntil > 0 && record.snoozedUntil === numberOf(fields["snoozeEnded"]);
  const patch = {
    ...(isListed ? {} : { alertIds: withId(record, alert.id) }),
    ...(isSnoozeOver ? { snoozedUntil: 0 } : {}),
  };
  const after = isListed && !isSnoozeOver ? record : await saveRecord(app, record, patch);
  await publish(app, after, { known: [written] });
  if (isOpen(record.incident) && written.incidentId === record.incident.id && alert.relation === "attached")
    await inviteNewlyPaged(app, record, alert, before?.alert);
  return { outcome: "applied" };
}

/** PagerDuty merged an alert into one of another incident, and it went there: this card says so, and so does a message. */
export async function takeMovedAlert(app: App, record: IncidentRecord, data: string): Promise<SignalOutcome> {
  const fields = recordOf(safeJson(data));
  const alert = alertOf(fields);
  const target = await readIncident(app.slack, textOf(fields["movedTo"]));
  const written = await writeAlert(app, await readAlert(app.slack, alert.id), alert, textOf(fields["movedTo"]));
  const marker = `moved:${alert.id}`;
  if (isOpen(record.incident) && !(await isPosted(app, record, marker))) {
    const where = target
      ? `#${escapeText(target.incident.number, 20)} in ${channelLink(target.channelId)}`
      : "another incident";
    const next = record.incident.status === "triage" ? " If this is the same failure, press *Part of another*." : "";
    const text = `PagerDuty merged alert ${link(alert.url, alert.title, 150)} into one of ${where}, and it went there.${next}`;
    const message = {
      text: "An alert was merged away in PagerDuty.",
      blocks: [section(`:twisted_rightwards_arrows: ${text}`, marker)],
    };
    await mayCall(app.slack, "chat.postMessage", {
      ...whereOf(record),
      ...message,
      unfurl_links: false,
      unfurl_media: false,
    });
  }
  await publish(app, record, { known: [written] });
  return { outcome: "applied" };
}

export async function applyDecisionAgain(app: App, data: string): Promise<SignalOutcome> {
  const decision = decisionOf(recordOf(recordOf(safeJson(data))["decision"]));
  const after = await applyStanding(app, decision);
  return { outcome: "applied", ...(after?.incident.status === "active" ? followUp(after) : {}) };
}

/** What an open incident is to have next that only a further step can post: its question, or its controls. */
export function followUp({
  incident,
  controlsTs,
}: IncidentRecord): Pick<SignalOutcome, "askIncidentId" | "activeIncidentId"> {
  if (incident.status === "triage") return { askIncidentId: incident.id };
  return incident.status === "active" && controlsTs === "" ? { activeIncidentId: incident.id } : {};
}

/** Slack applied what the companion cannot: the incident is in triage again, and people are asked anew. */
export async function takeRefusedDecision(app: App, record: IncidentRecord, data: string): Promise<SignalOutcome> {
  const fields = recordOf(safeJson(data));
  const isApplied = record.incident.status !== "triage" && record.decisionId === textOf(fields["decisionId"]);
  if (!isApplied) return { outcome: "already_applied" };
  const after = await backToTriage(app, record);
  const text = `:warning: ${escapeText(textOf(fields["problem"]))} This is in triage again; please decide below.`;
  await mayCall(app.slack, "chat.postMessage", { ...whereOf(after), text });
  await publish(app, after);
  return { outcome: "applied", askIncidentId: after.incident.id };
}

/** What tells that the channel is out of our reach, now and for ever. */
const GONE = ["already_archived", "is_archived", "not_in_channel", "channel_not_found"];

/**
 * Archives a merged or dismissed channel, unless somebody wrote in it within the grace period. What could not be looked at
 * or done is looked at again after another one.
 */
export async function archiveIfQuiet(app: App, record: IncidentRecord, data: string): Promise<SignalOutcome> {
  // A channel that others share goes on for them.
  if (record.archivedAt > 0 || sharesChannel(record)) return { outcome: "applied" };
  const graceMs = numberOf(recordOf(safeJson(data))["graceMs"]);
  const later: SignalOutcome = { outcome: "postponed", notBefore: app.now + graceMs };
  // The companion knows it as closed: this record is older than that, or somebody took it back.
  if (isOpen(record.incident)) return later;
  const last = await lastHumanMessageAt(app, record, app.now - graceMs);
  if (!last.known) return GONE.includes(last.error) ? { outcome: "applied" } : later;
  if (last.at !== undefined && app.now < last.at + graceMs) {
    return { outcome: "postponed", notBefore: last.at + graceMs };
  }
  const archived = await mayCall(app.slack, "conversations.archive", { channel: record.channelId }, GONE);
  if (!archived.ok && !GONE.includes(archived.error ?? "")) return later;
  if (archived.ok) await saveRecord(app, record, { archivedAt: app.now });
  return { outcome: "applied" };
}

/** Does what Slack's limits left undone when the channel was made, or a run that died: that may not have told the feed either. */
export async function decorateAgain(app: App, record: IncidentRecord): Promise<SignalOutcome> {
  const wanted = undecorated(record);
  const [first] = await readAlerts(app.slack, record.alertIds.slice(0, 1));
  const left = await decorate(app, record, first?.alert, wanted);
  const after = await saveRecord(app, record, { undecorated: left });
  if (wanted.length > 0 && record.feedTs === "") await publish(app, after, { post: ["feed_line"] });
  return { outcome: "applied", undecorated: left.length > 0 };
}

/** Whoever is paged now and was not before is brought in and told; being invited without a word helps nobody. */
async function inviteNewlyPaged(
  app: App,
  record: IncidentRecord,
  alert: Alert,
  before: Alert | undefined,
): Promise<void> {
  // Whoever acknowledged it knows.
  if (alert.status === "acknowledged") return;
  const known = new Set(before?.paged.map((person) => person.email));
  for (const person of alert.paged.filter((candidate) => candidate.email && !known.has(candidate.email))) {
    const user = await userIdByEmail(app.slack, person.email);
    if (!user) continue;
    const refused = await inviteUser(app, record.channelId, user);
    if (refused) {
      await sayUninvited(app, record, [refused]);
      continue;
    }
    await mayCall(app.slack, "chat.postMessage", {
      ...whereOf(record),
      text: `<@${user}> PagerDuty has assigned this to you.`,
    });
  }
}

function withId(record: IncidentRecord, id: string): string[] {
  return [...new Set([...record.alertIds, id])];
}

function alertOf(fields: Readonly<Record<string, unknown>>): Alert {
  const alert = unpackAlert(JSON.stringify(fields["alert"] ?? null));
  if (!alert) throw new SlackProblem("The companion's message holds no alert that can be understood.");
  return alert;
}

function decisionOf(fields: Readonly<Record<string, unknown>>): Decision {
  const { decision } = fields;
  const by = parseDecider(JSON.stringify(fields["by"] ?? null));
  const mergeInto = textOf(fields["mergeInto"]);
  const base = {
    id: textOf(fields["id"]),
    incidentId: textOf(fields["incidentId"]),
    at: numberOf(fields["at"]),
    note: textOf(fields["note"]),
    ...(decision === "dismiss" ? { reason: parseReason(fields["reason"]) } : {}),
    ...(Array.isArray(fields["dismissAlertIds"])
      ? { dismissAlertIds: idsIn(JSON.stringify(fields["dismissAlertIds"])) }
      : {}),
    ...(mergeInto ? { mergeInto } : {}),
  };
  const isKnown = decision === "create" || decision === "merge" || decision === "dismiss";
  if (isKnown && by && isPerson(by)) return { ...base, decision, by };
  if (decision === "dismiss" && by && !isPerson(by)) return { ...base, decision, by };
  throw new SlackProblem("The companion's message holds no decision that can be understood.");
}
