import { currentResolution } from "../../core/alert_resolution.ts";
import { isOpen } from "../../core/incident.ts";
import type { Instant } from "../../core/time.ts";
import type { PagerdutyEvent } from "../intake/webhook_event.ts";
import type { AlertFacts, AlertRow, Relation } from "../store/store.ts";
import { homeOf } from "./home.ts";
import { addLaterAlert } from "./later.ts";
import { followToOpen, openApart, openForAlert, openWithNewWindow } from "./open.ts";
import { announceAlert, COMPANION_ACTOR, queue, record, type Unit } from "./unit.ts";

/** What an event changed about an alert that was known before. */
export interface AlertChange {
  readonly before: AlertRow;
  readonly after: AlertRow;
  readonly event: PagerdutyEvent;
  readonly at: Instant;
}

/** Whether somebody asked for the alert to be resolved after this moment, so that a reopening then does not undo it. */
export async function isWishNewer(unit: Unit, home: Relation | undefined, at: Instant): Promise<boolean> {
  const wishes = home ? await resolveJobs(unit, home) : [];
  return wishes.some(({ job }) => job.kind === "pagerduty_resolve" && job.at > at);
}

/**
 * What news of PagerDuty does to the alert's place: reopened after its incident was closed it gets a triage of its own,
 * merged in PagerDuty it follows its target.
 * @returns undefined where it stays where it is
 */
export async function moveAlert(
  unit: Unit,
  change: AlertChange,
  home: Relation,
): Promise<{ readonly action: "opened" | "changed"; readonly incidentId: string; readonly why: string } | undefined> {
  const { before, after } = change;
  const row = await unit.tx.incident(home.incidentId);
  if (before.facts.serviceId !== after.facts.serviceId) await noteServiceChange(unit, change, home);
  if (isReopened(change)) {
    await dropWishes(unit, home, change.at, "reopened_in_pagerduty");
    const opened = await leaveHome(unit, home, after.facts);
    if (opened) return opened;
  }
  const resolution = currentResolution(after.facts);
  if (resolution?.by !== "merge" || currentResolution(before.facts)?.by === "merge") return undefined;
  await dropWishes(unit, home, change.at, "merged_in_pagerduty");
  if (!row || !isOpen(row.incident)) return undefined;
  return followMerge(unit, home, after.facts.id, resolution.into);
}

/**
 * An alert that is open again goes where people look for it.
 * @returns undefined where it belongs to an open incident and stays there
 */
async function leaveHome(unit: Unit, home: Relation, alert: AlertFacts) {
  const row = await unit.tx.incident(home.incidentId);
  if (!row || !isOpen(row.incident)) return openAgain(unit, home, alert);
  if (home.relation !== "set_aside") return undefined;
  // A person said that it is none of this incident's; now that it is back, it goes its own way.
  const why = "set_aside_before" as const;
  const homes = await openApart(unit, [alert], why);
  return { action: "opened", incidentId: homes.get(alert.id) ?? "", why } as const;
}

/**
 * PagerDuty's answer to us tells that an alert is open again, so that its event will be no news: it may have left its
 * incident while it was over, or that was closed.
 */
export async function takeBackIn(unit: Unit, alert: AlertFacts): Promise<void> {
  const relations = await unit.tx.relations(alert.id);
  // What never had an incident stands in the feed; what is to be resolved is on its way there.
  if (relations.length === 0 || alert.closing.state === "wanted") return;
  const home = homeOf(relations);
  if (home) await leaveHome(unit, home, alert);
  else await openApart(unit, [alert], "kept_separate_before");
}

/** Whether it is open again by the newest that is known of it; old news bring nothing back. */
function isReopened({ before, after, event, at }: AlertChange): boolean {
  if (after.facts.status === "resolved") return false;
  return before.facts.status === "resolved" || (event.type === "incident.reopened" && at > before.statusAt);
}

async function resolveJobs(unit: Unit, { incidentId, alertId }: Relation) {
  const open = await unit.tx.openJobs(incidentId, ["pagerduty_resolve"]);
  return open.filter(({ job }) => job.kind === "pagerduty_resolve" && job.alertId === alertId);
}

/** What was asked for before this moment is asked for no more: carried out now, it would end what nobody ticked. */
async function dropWishes(unit: Unit, home: Relation, at: Instant, outcome: string): Promise<void> {
  for (const { id, job } of await resolveJobs(unit, home)) {
    if (job.kind !== "pagerduty_resolve" || job.at > at) continue;
    await unit.tx.dropJob(id, unit.now, outcome);
  }
}

/** An alert never joins a closed incident: this is a new one that names the old one. It takes the window only if it is free. */
async function openAgain(unit: Unit, home: Relation, alert: AlertFacts) {
  await unit.tx.unrelate(home.incidentId, alert.id);
  const id = unit.id("inc");
  const why = "reopened_in_pagerduty" as const;
  const hint = { expectsAlerts: false };
  const opening = { id, alert, at: unit.now, why, hint, reopenedFrom: home.incidentId };
  const window = await unit.tx.window(alert.serviceId);
  const isHeld = window && unit.now < window.closesAt && (await followToOpen(unit, window.incidentId));
  if (isHeld) await openForAlert(unit, { ...opening, windowClosesAt: unit.now });
  else await openWithNewWindow(unit, opening);
  return { action: "opened", incidentId: id, why } as const;
}

/** Whoever is at work on the target is at work on this one now. Where the target is not known, it stays, and its card says so. */
async function followMerge(unit: Unit, home: Relation, alertId: string, into: string) {
  const target = into === "" ? undefined : homeOf(await unit.tx.relations(into));
  const targetRow = target && (await unit.tx.incident(target.incidentId));
  if (!target || !targetRow || target.relation === "set_aside" || !isOpen(targetRow.incident)) return undefined;
  const why = "pagerduty_merge" as const;
  if (target.incidentId === home.incidentId) {
    if (target.relation === "attached" && home.relation === "offered") {
      await unit.tx.relate(home.incidentId, alertId, "attached", unit.now);
      await record(unit, home.incidentId, "alert.attached", why, COMPANION_ACTOR, { alertId, mergedInto: into });
    }
    return undefined;
  }
  await unit.tx.unrelate(home.incidentId, alertId);
  const moved = target.relation === "offered" ? await unit.tx.alert(alertId) : undefined;
  if (moved) {
    const hint = { expectsAlerts: false };
    await addLaterAlert(unit, target.incidentId, { alert: moved.facts, action: "offer", why, hint });
  } else {
    await unit.tx.relate(target.incidentId, alertId, "attached", unit.now);
    await announceAlert(unit, target.incidentId, alertId);
  }
  const to = target.incidentId;
  await queue(unit, home.incidentId, { kind: "slack_signal", signal: "alert_moved", alertId, to });
  const data = { alertId, from: home.incidentId, to, relation: target.relation, mergedInto: into };
  for (const incidentId of [home.incidentId, to]) {
    await record(unit, incidentId, "alert.moved", why, COMPANION_ACTOR, data);
  }
  return { action: "changed", incidentId: to, why } as const;
}

/** The alert stays where people are at work on it and takes no window; what is open at its new service is told. */
async function noteServiceChange(unit: Unit, { before, after, at }: AlertChange, home: Relation): Promise<void> {
  const { id: alertId, serviceId: to, serviceName } = after.facts;
  const window = await unit.tx.window(to);
  const there = window && at < window.closesAt ? await followToOpen(unit, window.incidentId) : undefined;
  const isElsewhere = there !== undefined && there.incident.id !== home.incidentId;
  await record(unit, home.incidentId, "alert.service_changed", "service_changed", COMPANION_ACTOR, {
    alertId,
    from: before.facts.serviceId,
    to,
    serviceName,
    ...(isElsewhere ? { openThere: there.incident.id } : {}),
  });
}
