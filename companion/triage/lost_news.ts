/** News of an incident that Slack did not take: its card may be out of date, which a line of the feed says, with Retry. */
import type { Person } from "../../core/incident.ts";
import type { Job, OutboxRow } from "../jobs.ts";
import {
  announceInFeed,
  backlogKey,
  listIncidentInFeed,
  listInFeed,
  openedFromFeed,
  UNDELIVERED_KEY,
  UNHEARD_KEY,
} from "./feed.ts";
import { isLasting, lostNews } from "./news_state.ts";
import { actorOf, isIncident, queue, record, type Unit } from "./unit.ts";

/**
 * A signal that is tried no more. The feed names its incident once, however much of its news is lost: by one alert, or by
 * itself where somebody started it by hand and there is none.
 */
export async function newsLost(unit: Unit, { job, subject }: OutboxRow): Promise<void> {
  const row = isIncident(subject) && isLasting(job) ? await unit.tx.incident(subject) : undefined;
  if (!row) return;
  const keys = await unit.tx.feedKeysOf(subject);
  // Where the triage itself was lost, its own Retry brings all that there is to tell.
  if (keys.some((key) => key.startsWith(UNDELIVERED_KEY))) return;
  if (keys.some((key) => key.startsWith(UNHEARD_KEY))) return announceInFeed(unit, subject);
  const [key, line] = [await backlogKey(unit, "unheard"), { kind: "unheard" } as const];
  const [alert] = await unit.tx.alertsOf(subject);
  if (!alert) return listIncidentInFeed(unit, key, line, row);
  await listInFeed(unit, key, line, [alert.facts]);
  const place = await unit.tx.feedPlace(alert.facts.id);
  if (place) await openedFromFeed(unit, place, subject, "");
}

/** A person pressed Retry: what was lost goes out again, in its order, as it stands now. @returns whether anything was lost */
export async function retryNews(unit: Unit, incidentId: string, by: Person): Promise<boolean> {
  const lost = await lostNews(unit.tx, incidentId);
  for (const { id, job } of lost) {
    await unit.tx.updateJob(id, { state: "done", outcome: "sent_again" });
    await queue(unit, incidentId, job);
    await record(unit, incidentId, "delivery.tried_again", "undelivered", actorOf(by), { deliveryId: id });
  }
  if (lost.length > 0) await announceInFeed(unit, incidentId);
  return lost.length > 0;
}

/** Slack took a signal, so what was lost before of the same matter is out of date; a line that names it says so. */
export async function newsTaken(unit: Unit, { id, job, subject }: OutboxRow): Promise<void> {
  if (!isIncident(subject) || !isLasting(job)) return;
  for (const lost of await lostNews(unit.tx, subject)) {
    if (lost.id !== id && matterOf(lost.job) !== matterOf(job)) continue;
    await unit.tx.updateJob(lost.id, { state: "done", outcome: "overtaken" });
  }
  const keys = await unit.tx.feedKeysOf(subject);
  if (keys.some((key) => key.startsWith(UNHEARD_KEY))) await announceInFeed(unit, subject);
}

function matterOf(job: Job): string {
  return job.kind === "slack_signal" ? `${job.signal} ${"alertId" in job ? job.alertId : ""}` : "";
}
