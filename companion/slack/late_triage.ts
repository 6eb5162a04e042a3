import { MINUTE, SECOND } from "../../core/time.ts";
import type { Clock } from "../clock.ts";
import type { OutboxRow } from "../jobs.ts";
import type { Pagerduty } from "../pagerduty/client.ts";
import type { Store } from "../store/store.ts";
import { backlogKey, listInFeed } from "../triage/feed.ts";
import { endReminders } from "../triage/reminders.ts";
import { COMPANION_ACTOR, record, type Unit } from "../triage/unit.ts";
import type { Finish } from "../work/lane.ts";
import { within } from "../work/patience.ts";
import type { Deliveries } from "./deliveries.ts";

/** A first delivery that waited longer than this may be about something that is over. */
const STILL_FRESH_MS = 2 * MINUTE;
const PATIENCE_MS = 5 * SECOND;

export interface LateTriageDeps {
  readonly store: Store;
  readonly pagerduty: Pagerduty;
  readonly now: Clock["now"];
}

/**
 * Asks PagerDuty before a triage leaves that Slack could not be given for some minutes: what came and went meanwhile gets
 * no channel. Where an earlier attempt may have reached Slack, it alone knows whether there is one already. Without an
 * answer of PagerDuty the triage leaves as it is.
 */
export function createLateTriage(deps: LateTriageDeps, deliver: Deliveries["perform"]) {
  return async (row: OutboxRow): Promise<Finish> => {
    const { job, createdAt } = row;
    const isLate = job.kind === "slack_triage" && deps.now() - createdAt > STILL_FRESH_MS;
    if (!isLate || !(await isOver(deps, row.subject, job.alertId))) return deliver(row);
    if (mayBeKnown(row)) return deliver(row, true);
    return async (unit) => {
      await withdraw(unit, row.subject, job.alertId);
      return { end: "done", outcome: "withdrawn" };
    };
  };
}

/** Whether not every attempt before this one is known to have failed: one whose end nobody saw may have arrived. */
function mayBeKnown({ sends, attempts, failures }: OutboxRow): boolean {
  return sends > 0 || attempts - 1 > failures;
}

async function isOver(deps: LateTriageDeps, incidentId: string, alertId: string): Promise<boolean> {
  const { isTriage, others } = await deps.store.transaction(async (tx) => ({
    isTriage: (await tx.incident(incidentId))?.incident.status === "triage",
    others: (await tx.alertsOf(incidentId)).filter(({ facts }) => facts.id !== alertId),
  }));
  if (!isTriage || others.some(({ facts }) => facts.status !== "resolved")) return false;
  const answer = await within(PATIENCE_MS, deps.pagerduty.incident(alertId));
  // What PagerDuty merged into another incident goes on there.
  return answer?.ok === true && answer.value.status === "resolved" && answer.value.mergedInto === undefined;
}

/**
 * Nobody saw this incident, so nobody has to decide it: its window is free again, its alerts go to a line of the feed, and
 * what was to be told of it has nothing to tell. It stays on record, for Slack may know it after all.
 */
async function withdraw(unit: Unit, incidentId: string, alertId: string): Promise<void> {
  const row = await unit.tx.incident(incidentId);
  if (!row) return;
  await unit.tx.closeWindows(incidentId, unit.now);
  await endReminders(unit, incidentId);
  for (const { id } of await unit.tx.openJobs(incidentId, ["slack_signal"])) {
    await unit.tx.updateJob(id, { state: "done", outcome: "withdrawn", finishedAt: unit.now });
  }
  await unit.tx.saveIncident({ ...row, withdrawnAt: unit.now });
  const alerts = [];
  for (const { facts, ...times } of await unit.tx.alertsOf(incidentId)) {
    await unit.tx.unrelate(incidentId, facts.id);
    const { relation: _former, ...row } = { ...times, facts: { ...facts, status: "resolved" as const } };
    if (facts.status !== "resolved") await unit.tx.saveAlert({ ...row, statusAt: Math.max(row.statusAt, unit.now) });
    alerts.push(row.facts);
  }
  await listInFeed(unit, await backlogKey(unit, "withdrawn"), { kind: "withdrawn" }, alerts);
  await record(unit, incidentId, "incident.withdrawn", "over_before_slack", COMPANION_ACTOR, { alertId });
}
