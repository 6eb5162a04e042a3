import type { Place, StormNews, StormShare } from "../../core/protocol.ts";
import { GATHER_MS, isCrowded, judgeStorm, STORM_QUIET_MS, stormEndsAt } from "../../core/storm.ts";
import { type Instant, MINUTE } from "../../core/time.ts";
import type { Job } from "../jobs.ts";
import type { StormRow, Transaction } from "../store/store.ts";
import { COMPANION_ACTOR, queue, record, STORM_SUBJECT, type Unit } from "./unit.ts";

/** What news of a storm is about, among the subjects of the outbox. */
export function stormSubject(stormId: string): string {
  return `${STORM_SUBJECT}${stormId}`;
}

/**
 * Counts a triage that was just opened. Where it makes a storm, or one is on, it belongs to that and gets no channel of its
 * own; those before it keep theirs.
 * @returns when it may leave for Slack: where many come, it waits a moment for others to share its delivery
 */
export async function joinStorm(unit: Unit, incidentId: string, serviceId: string): Promise<Instant> {
  const { tx, now, settings } = unit;
  const on = await tx.stormOn();
  const opening = { incidentId, serviceId, at: now, hasOwnChannel: true };
  const lookBackMs = Math.max(settings.storm.withinMs, MINUTE);
  const openings = on ? [] : [...(await tx.openings(now - lookBackMs)), opening];
  const verdict = judgeStorm(openings, now, settings.storm, on !== undefined);
  if (verdict.verdict === "calm") {
    await tx.addOpening(incidentId, serviceId, now, "");
    return now;
  }
  const storm = on ?? (await declare(unit, verdict.verdict === "declare" ? verdict.since : now, verdict.why));
  await tx.addOpening(incidentId, serviceId, now, storm.id);
  await record(unit, incidentId, "incident.in_storm", verdict.why, COMPANION_ACTOR, { storm: storm.number });
  await announceStorm(unit, storm.id);
  return isCrowded(0, await tx.openingsCount(now - MINUTE + 1)) ? now + GATHER_MS : now;
}

async function declare(unit: Unit, since: number, why: "many_services" | "slack_limits_near" | "storm_goes_on") {
  const storm: StormRow = {
    id: unit.id("storm"),
    number: await unit.tx.count("storm"),
    since,
    declaredAt: unit.now,
    channelId: "",
    channelName: "",
  };
  await unit.tx.saveStorm(storm);
  await unit.tx.setTimer("storm_check", storm.id, unit.now + STORM_QUIET_MS);
  await record(unit, "", "storm.declared", why, COMPANION_ACTOR, { storm: storm.number, since });
  return storm;
}

/** How the storm stands goes to Slack; one message that waits will say it, since it is read when it leaves. */
async function announceStorm(unit: Unit, stormId: string): Promise<void> {
  const open = await unit.tx.openJobs(stormSubject(stormId), ["slack_signal"]);
  const isNews = (job: Job) => job.kind === "slack_signal" && job.signal === "storm";
  if (open.some(({ job, state, attempts }) => isNews(job) && state === "ready" && attempts === 0)) return;
  await queue(unit, stormSubject(stormId), { kind: "slack_signal", signal: "storm", stormId });
}

/** Ends the storm if it was quiet for long enough and everything of it reached Slack; else looks again when that may be. */
export async function checkStorm(unit: Unit, stormId: string): Promise<void> {
  const storm = await unit.tx.storm(stormId);
  if (!storm || storm.endedAt !== undefined) return;
  const endsAt = stormEndsAt(await unit.tx.openings(unit.now - STORM_QUIET_MS), unit.now, unit.settings.storm);
  if (endsAt > unit.now || (await unit.tx.openTriagesOf(stormId)) > 0) {
    return unit.tx.setTimer("storm_check", stormId, Math.max(endsAt, unit.now + MINUTE));
  }
  await unit.tx.saveStorm({ ...storm, endedAt: unit.now });
  await record(unit, "", "storm.ended", "storm_quiet", COMPANION_ACTOR, { storm: storm.number });
  await announceStorm(unit, stormId);
}

/** Slack opened a triage of a storm and told where: there everything else of that storm goes. */
export async function rememberUmbrella(unit: Unit, incidentId: string, place: Place): Promise<void> {
  const storm = await unit.tx.stormOf(incidentId);
  if (!storm || storm.channelId === place.channelId) return;
  await unit.tx.saveStorm({ ...storm, channelId: place.channelId, channelName: place.channelName });
}

/** The storm as a delivery names it. */
export async function shareOf(tx: Transaction, storm: StormRow): Promise<Omit<StormShare, "asLine" | "also">> {
  const { id, number, since, endedAt, channelId, channelName } = storm;
  const services = await tx.failedServices(since, endedAt);
  return { id, number: String(number), since, services, channelId, channelName };
}

/** How the storm stands now. */
export async function newsOf(tx: Transaction, stormId: string, now: number): Promise<StormNews | undefined> {
  const storm = await tx.storm(stormId);
  if (!storm) return undefined;
  const openings = (await tx.openings(storm.since)).filter(({ at }) => at <= (storm.endedAt ?? now));
  const news = { ...(await shareOf(tx, storm)), incidents: openings.length };
  if (storm.endedAt === undefined) return news;
  let decided = 0;
  let longestMs = 0;
  for (const { incidentId } of openings) {
    const incident = (await tx.incident(incidentId))?.incident;
    if (!incident) continue;
    if (incident.status !== "triage") decided += 1;
    longestMs = Math.max(longestMs, (incident.status === "triage" ? now : incident.decidedAt) - incident.openedAt);
  }
  const undecided = openings.length - decided;
  return { ...news, ended: { at: storm.endedAt, decided, undecided, longestMs } };
}
