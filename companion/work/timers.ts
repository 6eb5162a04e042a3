import { CONFIRMATION_ATTEMPTS, WEBHOOK_MEMORY_MS } from "../../core/assumptions.ts";
import { HOUR, type Instant, MINUTE } from "../../core/time.ts";
import type { OutboxRow, TimerKind } from "../jobs.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Store, Transaction } from "../store/store.ts";
import { archiveDue } from "../triage/archive.ts";
import { carryOn } from "../triage/carry_on.ts";
import { remind } from "../triage/reminders.ts";
import { watchSlack } from "../triage/slack_watch.ts";
import { checkStorm } from "../triage/storm.ts";
import { deliveryLost, retryTriage } from "../triage/undelivered.ts";
import { COMPANION_ACTOR, queue, record, tellLaterAlerts, type Unit } from "../triage/unit.ts";

export interface TimerDeps {
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => Instant;
  readonly unitOf: (tx: Transaction, cause: string) => Unit;
  /** Told when something was put into the outbox. */
  readonly queued: () => void;
}

const AT_A_TIME = 50;
const SYNC_INTERVAL_MS = 1 * MINUTE;
/** Slack may have had something for us while we were gone for a moment and nothing was on its way there. */
const SLOW_SYNC_INTERVAL_MS = 5 * MINUTE;
const HOUSEKEEPING_INTERVAL_MS = 1 * HOUR;
/** Nonces are refused for longer than a signature is valid, on either side of our clock. */
const NONCE_MEMORY_MS = 10 * MINUTE;
const FAILURE_MEMORY_MS = 30 * 24 * HOUR;

/** What every start of the companion begins with: Slack hands over what it kept meanwhile. */
export async function armAtStart(unit: Unit): Promise<void> {
  await queueSync(unit);
  await unit.tx.setTimer("slow_sync", "", unit.now + SLOW_SYNC_INTERVAL_MS);
  if (await unit.tx.isFirst("first_start", unit.now)) await queue(unit, "", { kind: "list_open" });
  await unit.tx.setTimerOnce("reconcile", "", unit.now + unit.settings.reconcileMs);
  await unit.tx.setTimerOnce("housekeeping", "", unit.now + HOUSEKEEPING_INTERVAL_MS);
}

/** One look at what is due: timers, and deliveries that nobody confirmed in time. */
export function createTimers(deps: TimerDeps): { step(): Promise<boolean> } {
  return {
    async step() {
      const now = deps.now();
      const isDue = await deps.store.aside(async (tx) => {
        // A delivery may stay unconfirmed because Slack could not reach us; then it has more to hand over.
        if ((await tx.sentCount()) > 0) await tx.setTimerOnce("sync", "", now + SYNC_INTERVAL_MS);
        return (await tx.unconfirmedDeliveries(now)).length > 0 || (await tx.dueTimers(now, 1)).length > 0;
      });
      if (!isDue) return false;
      const worked = await deps.store.transaction(async (tx) => {
        const unit = deps.unitOf(tx, "timer");
        const overdue = await tx.unconfirmedDeliveries(now);
        for (const row of overdue) await notConfirmed(deps, unit, row);
        const due = await tx.dueTimers(now, AT_A_TIME);
        for (const { kind, subject } of due) {
          await tx.clearTimer(kind, subject);
          await fire(unit, kind, subject);
        }
        for (const { kind, subject } of due) deps.log.info({ timer: kind, incidentId: subject }, "timer.fired");
        return overdue.length + due.length > 0;
      });
      if (worked) deps.queued();
      return worked;
    },
  };
}

/** One that waits will do. */
async function queueSync(unit: Unit): Promise<void> {
  const waiting = await unit.tx.openJobs("", ["slack_signal"]);
  if (waiting.length === 0) await queue(unit, "", { kind: "slack_signal", signal: "sync" });
}

/** One process does it at a time: the job is one row. */
async function queueReconcile(unit: Unit): Promise<void> {
  const { reconcileMs } = unit.settings;
  if (reconcileMs === 0) return;
  const open = await unit.tx.openJobs("", ["reconcile"]);
  if (open.length === 0) await queue(unit, "", { kind: "reconcile" });
  return unit.tx.setTimer("reconcile", "", unit.now + reconcileMs);
}

async function fire(unit: Unit, kind: TimerKind, subject: string): Promise<void> {
  switch (kind) {
    case "archive":
      return archiveDue(unit, subject);
    case "remind":
      return remind(unit, subject);
    case "later_alerts":
      return tellLaterAlerts(unit, subject, "");
    case "decorate":
      await queue(unit, subject, { kind: "slack_signal", signal: "decorate" });
      return;
    case "storm_check":
      return checkStorm(unit, subject);
    case "reapply_decision": {
      const row = await unit.tx.incident(subject);
      if (!row?.decision || row.appliedAt !== undefined) return;
      await queue(unit, subject, { kind: "slack_signal", signal: "apply_decision" });
      return record(unit, subject, "decision.sent_again", "not_applied_in_time", COMPANION_ACTOR);
    }
    case "carry_on":
      return carryOn(unit, subject);
    case "retry_triage":
      return retryTriage(unit, subject);
    case "reconcile":
      return queueReconcile(unit);
    case "slack_watch":
      return watchSlack(unit);
    case "sync":
      if ((await unit.tx.sentCount()) > 0) await queueSync(unit);
      return;
    case "slow_sync":
      await queueSync(unit);
      return unit.tx.setTimer("slow_sync", "", unit.now + SLOW_SYNC_INTERVAL_MS);
    case "housekeeping":
      await unit.tx.forget({
        nonces: unit.now - NONCE_MEMORY_MS,
        done: unit.now - WEBHOOK_MEMORY_MS,
        failed: unit.now - FAILURE_MEMORY_MS,
      });
      await unit.tx.forgetDismissals(unit.now - WEBHOOK_MEMORY_MS);
      return unit.tx.setTimer("housekeeping", "", unit.now + HOUSEKEEPING_INTERVAL_MS);
  }
}

/** Sent again, or given up: then it counts as delivered, and what waits behind it leaves. */
async function notConfirmed(deps: TimerDeps, unit: Unit, row: OutboxRow): Promise<void> {
  const ids = { job: row.id, kind: row.job.kind, incidentId: row.subject, sends: row.sends };
  if (row.sends <= CONFIRMATION_ATTEMPTS) {
    await unit.tx.updateJob(row.id, { state: "ready", notBefore: unit.now });
    deps.log.warn(ids, "delivery.not_confirmed");
    return;
  }
  await unit.tx.updateJob(row.id, { state: "done", outcome: "unconfirmed", finishedAt: unit.now });
  await record(unit, row.subject, "delivery.unconfirmed", "unconfirmed", COMPANION_ACTOR, { deliveryId: row.id });
  await deliveryLost(unit, row, "unconfirmed");
  deps.metrics.job(row.job.kind, "unconfirmed");
  deps.log.error(ids, "delivery.given_up");
}
