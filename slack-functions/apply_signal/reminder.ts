import type { Alert } from "../../core/alert.ts";
import { STALE_READ_MS } from "../../core/assumptions.ts";
import { ACTIVITY_MS } from "../../core/reminders.ts";
import { describeDuration } from "../../core/time.ts";
import { readAlerts } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { type Block, context, section } from "../shared/card.ts";
import { type IncidentRecord, saveRecord, settleRecord, whereOf } from "../shared/incidents.ts";
import { channelLink, escapeText, mention } from "../shared/mrkdwn.ts";
import { pagingLine } from "../shared/paging_text.ts";
import { safeJson, userIdByEmail } from "../shared/people.ts";
import { isPosted } from "../shared/posted.ts";
import { publish } from "../shared/publish.ts";
import { lookUntil } from "../shared/settling.ts";
import { mayCall, numberOf, recordOf, SlackProblem } from "../shared/slack.ts";
import { lastHumanMessageAt } from "./last_message.ts";
import type { SignalOutcome } from "./signals.ts";
import { snoozeButton } from "../shared/workflow_buttons.ts";

/**
 * Nobody has decided for a while: reminds where the triage lives, and has the question asked anew. Whether it is snoozed is
 * the companion's to know: the record here may be read as it was before the snooze ended.
 */
export async function takeReminder(app: App, record: IncidentRecord, data: string): Promise<SignalOutcome> {
  const fields = recordOf(safeJson(data));
  if (record.incident.status !== "triage") return { outcome: "already_applied" };
  // Nobody can be told anything there, so nothing follows from this reminder either.
  if (await isArchived(app, record)) return { outcome: "stale" };
  const last = await lastHumanMessageAt(app, record, app.now - ACTIVITY_MS);
  // Where Slack does not tell, one reminder too many is better than none.
  if (last.known && last.at !== undefined && app.now < last.at + ACTIVITY_MS) {
    return { outcome: "postponed", notBefore: last.at + ACTIVITY_MS };
  }
  const number = numberOf(fields["number"]);
  const marker = `reminder:${number}`;
  if (!(await isPosted(app, record, marker))) {
    // Looked up before, so that little time passes between the last look and the post.
    const alerts = await attachedAlerts(app, record);
    const users = await onCallUsers(app, alerts);
    if (!(await takeOn(app, record, number))) return afterTheOther(app, record, marker);
    if (!(await isPosted(app, record, marker))) {
      const view = { alerts, users, escalates: fields["escalates"] === true, marker };
      if (!(await post(app, record, view, fields["direct"] === true))) return { outcome: "stale" };
    }
  }
  if (record.snoozedUntil > 0) await publish(app, await saveRecord(app, record, { snoozedUntil: 0 }));
  return { outcome: "applied", askIncidentId: record.incident.id };
}

async function isArchived(app: App, record: IncidentRecord): Promise<boolean> {
  if (record.archivedAt > 0 || record.channelId === "") return true;
  const answer = await mayCall(app.slack, "conversations.info", { channel: record.channelId });
  return recordOf(answer["channel"])["is_archived"] === true;
}

/**
 * Slack may start two runs of the same reminder at the same instant, and its storage has no conditional write: each run
 * leaves its name there, waits until no read is older than that, and goes on where it is its own name that stands. Where
 * each saw its own, the later one finds the other's message. What stays open: a run that is held up between its look at the
 * messages and its post, for as long as the other one waits, posts a second time, since Slack posts whatever it is given
 * and knows no key for a message.
 */
async function takeOn(app: App, record: IncidentRecord, number: number): Promise<boolean> {
  const reminding = `${number} ${app.newId()}`;
  const written = await saveRecord(app, record, { reminding });
  await app.pause(STALE_READ_MS);
  return (await settleRecord(app, written)).reminding === reminding;
}

/** Another run took the reminder on, and asks anew: what it does not live to post comes again. */
async function afterTheOther(app: App, record: IncidentRecord, marker: string): Promise<SignalOutcome> {
  const isThere = await lookUntil(app, () => isPosted(app, record, marker), Boolean);
  if (!isThere) throw new SlackProblem("Another run took this reminder on and has not posted it.");
  return { outcome: "applied" };
}

interface ReminderView {
  readonly alerts: readonly Alert[];
  readonly users: readonly string[];
  readonly escalates: boolean;
  readonly marker: string;
}

async function post(app: App, record: IncidentRecord, view: ReminderView, direct: boolean): Promise<boolean> {
  const answer = await mayCall(app.slack, "chat.postMessage", {
    ...whereOf(record),
    text: `Nobody has decided yet: ${escapeText(record.incident.serviceName, 80)}: ${escapeText(record.incident.title, 300)}`,
    blocks: reminderBlocks(app, record, view),
  });
  if (!answer.ok) return false;
  for (const user of direct ? view.users : []) await tellDirectly(app, record, user);
  return true;
}

async function attachedAlerts(app: App, record: IncidentRecord): Promise<Alert[]> {
  const stored = await readAlerts(app.slack, record.alertIds);
  return stored.map(({ alert }) => alert).filter(({ relation }) => relation === "attached");
}

function reminderBlocks(app: App, { incident }: IncidentRecord, view: ReminderView): Block[] {
  const people = view.users.map(mention).join(" ");
  const since = describeDuration(app.now - incident.openedAt);
  const head = `:alarm_clock: ${people ? `${people} ` : ""}Nobody has decided for ${since} whether this is an incident.`;
  const next = view.escalates ? " PagerDuty is asked to page the next level." : "";
  const button = snoozeButton(app.settings.links, incident.id);
  return [
    section(`${head} ${pagingLine(view.alerts)}.${next}`, view.marker),
    ...(button ? [{ type: "actions", block_id: `${view.marker}:buttons`, elements: [button] }] : []),
    context("The question stands once more below."),
  ];
}

/** Whom PagerDuty has assigned, whether they acknowledged or not: an acknowledgement decides nothing. */
async function onCallUsers(app: App, alerts: readonly Alert[]): Promise<string[]> {
  const emails = new Set(alerts.flatMap(({ paged }) => paged.map(({ email }) => email)));
  const users = await Promise.all([...emails].map((email) => userIdByEmail(app.slack, email)));
  return [...new Set(users.filter((user) => user !== undefined))];
}

async function tellDirectly(app: App, record: IncidentRecord, user: string): Promise<void> {
  const { incident, channelId } = record;
  const what = `*${escapeText(incident.serviceName, 80)}: ${escapeText(incident.title, 200)}*`;
  await mayCall(app.slack, "chat.postMessage", {
    channel: user,
    text: `Nobody has decided yet whether ${what} is an incident. Please decide in ${channelLink(channelId)}.`,
  });
}
