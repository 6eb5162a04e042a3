/** What happens to an alert that Slack could not be told of: no triage is lost, and none swallows the alerts after it. */
import type { Person } from "../../core/incident.ts";
import { HOUR, MINUTE } from "../../core/time.ts";
import type { OutboxRow } from "../jobs.ts";
import { backlogKey, listInFeed, openedFromFeed, UNDELIVERED_KEY } from "./feed.ts";
import { newsLost } from "./lost_news.ts";
import { giveNewHome, type NewHomeReason } from "./open.ts";
import { actorOf, COMPANION_ACTOR, COMPANION_PERSON, queue, record, tellLaterAlerts, type Unit } from "./unit.ts";

const RETRY_EVERY_MS = 15 * MINUTE;
const RETRY_FOR_MS = 24 * HOUR;
/** A refusal that passes within this is told to nobody. */
const REFUSAL_PATIENCE_MS = 2 * MINUTE;

const NOTE =
  "Slack could not be told of this alert, so there may be no triage channel for it. It is tried again every few minutes as long as this is open.";

/** Slack goes on refusing the triage: the page itself says so, and the alerts after it get triages of their own. */
export async function triageRefused(unit: Unit, row: OutboxRow): Promise<void> {
  if (row.job.kind === "slack_triage" && unit.now - row.createdAt >= REFUSAL_PATIENCE_MS) await standAlone(unit, row);
}

/** A delivery that is tried no more, because Slack refused it for good or nobody ever confirmed it. */
export async function deliveryLost(unit: Unit, row: OutboxRow, end: "failed" | "unconfirmed"): Promise<void> {
  const { job, subject } = row;
  if (job.kind === "slack_signal" && job.signal === "later_alert") return routeAnew(unit, row, "undelivered");
  if (job.kind !== "slack_triage") return newsLost(unit, row);
  await standAlone(unit, row);
  await listLost(unit, subject, job.alertId);
  await unit.tx.setTimer("retry_triage", row.id, unit.now + RETRY_EVERY_MS);
  // Where nobody confirmed, Slack may know the incident all the same, and what waits for it leaves.
  if (end === "failed") await emptyOut(unit, subject);
}

/** Tries a lost triage once more, under the same id: should Slack know it after all, nothing happens twice. */
export async function retryTriage(unit: Unit, deliveryId: string): Promise<void> {
  const row = await unit.tx.job(deliveryId);
  if (row?.job.kind !== "slack_triage" || (row.state !== "failed" && row.state !== "done")) return;
  const known = await unit.tx.incident(row.subject);
  if (known?.incident.status !== "triage" || known.place) return;
  const alert = await unit.tx.alert(row.job.alertId);
  const isOver = alert?.facts.status !== "triggered" && alert?.facts.status !== "acknowledged";
  if (isOver || unit.now - row.createdAt > RETRY_FOR_MS) return;
  await sendAgain(unit, row, COMPANION_ACTOR);
}

/** The later alerts were meant for an incident that Slack does not know as open: they get a triage of their own. */
export async function routeAnew(unit: Unit, { job, subject }: OutboxRow, why: NewHomeReason): Promise<void> {
  if (job.kind !== "slack_signal" || job.signal !== "later_alert") return;
  // What Slack may have written of them all the same is put right, once: what went elsewhere is not this incident's.
  if (await rehouseOffers(unit, subject, why)) await tellLaterAlerts(unit, subject, "");
}

/** @returns whether there were any */
async function rehouseOffers(unit: Unit, incidentId: string, why: NewHomeReason): Promise<boolean> {
  const offered = (await unit.tx.alertsOf(incidentId)).filter(({ relation }) => relation === "offered");
  const facts = offered.map((one) => one.facts);
  await giveNewHome(unit, incidentId, facts, why);
  return facts.length > 0;
}

/** Says so in PagerDuty and ends the window: no alert may be offered to an incident that Slack never knew. */
async function standAlone(unit: Unit, row: OutboxRow): Promise<void> {
  await unit.tx.closeWindows(row.subject, unit.now);
  if (!(await sayInPagerduty(unit, row, NOTE))) return;
  await record(unit, row.subject, "delivery.failed", "undelivered", COMPANION_ACTOR, { deliveryId: row.id });
}

/** A note on the page that Slack was not told of; one for each, whatever keeps Slack from it. */
export async function sayInPagerduty(
  unit: Unit,
  { job, subject, id }: OutboxRow,
  text: string,
  whileWaiting?: string,
): Promise<boolean> {
  if (job.kind !== "slack_triage" || (await unit.tx.answered("undelivered", subject)) !== undefined) return false;
  await unit.tx.rememberAnswer("undelivered", subject, id, unit.now);
  const note = { kind: "pagerduty_note", alertId: job.alertId, by: COMPANION_PERSON, text } as const;
  await queue(unit, subject, whileWaiting === undefined ? note : { ...note, whileWaiting });
  return true;
}

/** A line of the feed names it, with Retry, until its channel is there. */
async function listLost(unit: Unit, incidentId: string, alertId: string): Promise<void> {
  const [alert, before] = [await unit.tx.alert(alertId), await unit.tx.feedPlace(alertId)];
  if (!alert || (before?.openedAs === incidentId && before.key.startsWith(UNDELIVERED_KEY))) return;
  await listInFeed(unit, await backlogKey(unit, "undelivered"), { kind: "undelivered" }, [alert.facts]);
  const place = await unit.tx.feedPlace(alertId);
  if (place) await openedFromFeed(unit, place, incidentId, "");
}

/** A person pressed Retry. @returns whether there is something to try again */
export async function retryAsAsked(unit: Unit, incidentId: string, by: Person): Promise<boolean> {
  const deliveryId = await unit.tx.answered("undelivered", incidentId);
  const row = typeof deliveryId === "string" ? await unit.tx.job(deliveryId) : undefined;
  const known = await unit.tx.incident(incidentId);
  if (!row || known?.incident.status !== "triage" || known.place) return false;
  if (row.state === "ready" || row.state === "sent") return true;
  await sendAgain(unit, row, actorOf(by));
  return true;
}

async function sendAgain(unit: Unit, { id, subject }: OutboxRow, actor: string): Promise<void> {
  await unit.tx.updateJob(id, { state: "ready", notBefore: unit.now, sends: 0, failures: 0, outcome: "" });
  await record(unit, subject, "delivery.tried_again", "undelivered", actor, { deliveryId: id });
}

/** Slack has refused the incident for good: what waits for it would never be read, and what was offered to it goes elsewhere. */
async function emptyOut(unit: Unit, incidentId: string): Promise<void> {
  for (const { id } of await unit.tx.openJobs(incidentId, ["slack_signal"])) {
    await unit.tx.updateJob(id, { state: "done", outcome: "unknown_in_slack", finishedAt: unit.now });
  }
  await rehouseOffers(unit, incidentId, "undelivered");
}
