import { MINUTE, SECOND, type Instant } from "../../core/time.ts";
import type { OutboxRow } from "../jobs.ts";
import type { Log } from "../log.ts";
import { problemIn } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Aside, Store, Transaction } from "../store/store.ts";
import type { Unit } from "../triage/unit.ts";
import { createWorker, type Worker } from "./worker.ts";

/** How an attempt at a job ended. */
export type Ending =
  | { readonly end: "done"; readonly outcome: string }
  /** It went through and its confirmation is awaited until `confirmBy`; with a doubt, it only may have. */
  | { readonly end: "sent"; readonly confirmBy: Instant; readonly doubt?: string }
  /** Worth another attempt, after a back-off or exactly then. */
  | { readonly end: "again"; readonly problem: string; readonly retryAfterMs?: number; readonly exactlyMs?: number }
  | { readonly end: "failed"; readonly problem: string };

/** What is written down about an attempt, in the transaction that also ends it. */
export type Finish = (unit: Unit) => Promise<Ending>;

export interface LaneDeps {
  readonly name: string;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => Instant;
  readonly random: () => number;
  readonly unitOf: (tx: Transaction, cause: string) => Unit;
  /** How many jobs are in hand at a time. */
  readonly concurrency: number;
  /** Jobs that could be taken now, in their order. */
  readonly due: (tx: Aside, now: Instant, limit: number) => Promise<readonly OutboxRow[]>;
  /**
   * Awaited before the job is claimed: what is read for it is read after this.
   * @returns what to do where somebody else has claimed it meanwhile
   */
  readonly before?: (row: OutboxRow) => Promise<() => void>;
  /** Reads what is needed and acts outside. */
  readonly perform: (row: OutboxRow) => Promise<Finish>;
  /** Told when an attempt is over and written down. */
  readonly ended: (row: OutboxRow) => void;
  /** See WorkerDeps. */
  readonly pollMs?: number | undefined;
}

/** Longer than any attempt may take; a job of a process that died is taken again after it. */
export const LEASE_MS = 2 * MINUTE;
const FIRST_BACK_OFF_MS = 1 * SECOND;
const LONGEST_BACK_OFF_MS = 60 * SECOND;

/** 1, 2, 4 … 60 s, each anything from half to one and a half of that, so that many do not come back at once. */
export function backOff(failures: number, random: () => number): number {
  const base = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(failures, 10));
  return Math.round(base * (0.5 + random()));
}

/** Writes down how an attempt at a job ended. */
export async function endJob(
  tx: Transaction,
  row: OutboxRow,
  ending: Ending,
  now: Instant,
  random: () => number,
): Promise<void> {
  const current = await tx.job(row.id);
  // Slack may have confirmed before its trigger answered: what is over stays over. And what another companion has taken in
  // hand, because this one was silent for too long, is that one's.
  if (current?.state !== "ready" || current.attempts !== row.attempts) return;
  switch (ending.end) {
    case "done":
      return tx.updateJob(row.id, { state: "done", outcome: ending.outcome, finishedAt: now });
    case "sent":
      return tx.updateJob(row.id, {
        state: "sent",
        notBefore: ending.confirmBy,
        // What only may have gone through uses none of its attempts up.
        sends: row.sends + (ending.doubt === undefined ? 1 : 0),
        failures: 0,
        lastError: ending.doubt ?? "",
      });
    case "failed":
      return tx.updateJob(row.id, { state: "failed", lastError: ending.problem, finishedAt: now });
    case "again": {
      const wait = ending.exactlyMs ?? Math.max(backOff(row.failures, random), ending.retryAfterMs ?? 0);
      return tx.updateJob(row.id, { notBefore: now + wait, failures: row.failures + 1, lastError: ending.problem });
    }
  }
}

const FIRST_SLOW_BACK_OFF_MS = 1 * MINUTE;
const LONGEST_SLOW_BACK_OFF_MS = 30 * MINUTE;

/** 1, 2, 4 … 30 minutes, for refusals that it takes a person to mend. */
export function slowBackOff(failures: number): number {
  return Math.min(LONGEST_SLOW_BACK_OFF_MS, FIRST_SLOW_BACK_OFF_MS * 2 ** Math.min(failures, 10));
}

/** Works through one kind of jobs. What fails waits; the others go on. */
export function createLane(deps: LaneDeps): Worker {
  const { store, log, metrics } = deps;
  const inHand = new Map<string, Promise<void>>();
  let done = 0;
  /** What the store said to an attempt that it did not take. */
  let refusal: { readonly problem: unknown } | undefined;

  async function step(): Promise<boolean> {
    if (refusal) {
      // Such a store may still let us look: unless this counted as a failed look, the same job would be begun at once again.
      const { problem } = refusal;
      refusal = undefined;
      throw problem;
    }
    const free = deps.concurrency - inHand.size;
    if (free <= 0) return false;
    const rows = await store.aside((tx) => deps.due(tx, deps.now(), deps.concurrency + inHand.size));
    const fresh = rows.filter(({ id }) => !inHand.has(id)).slice(0, free);
    for (const row of fresh) {
      const work = attempt(row).finally(() => {
        inHand.delete(row.id);
        worker.wake();
      });
      inHand.set(row.id, work);
    }
    return fresh.length > 0;
  }

  /** Never rejects: a job that cannot even be written down is taken again when its lease is over. */
  async function attempt(row: OutboxRow): Promise<void> {
    try {
      const missed = await deps.before?.(row);
      const claimed = await store.transaction((tx) => tx.claimJob(row.id, deps.now(), deps.now() + LEASE_MS));
      if (!claimed) return missed?.();
      const finish = await deps.perform(claimed).catch((thrown: unknown): Finish => {
        log.error({ job: row.id, kind: row.job.kind, ...problemIn(thrown) }, "job.broken");
        return () => Promise.resolve({ end: "again", problem: "An error of the companion itself; its log has it." });
      });
      const ending = await store.transaction(async (tx) => {
        const end = await finish(deps.unitOf(tx, row.id));
        await endJob(tx, claimed, end, deps.now(), deps.random);
        return end;
      });
      done += 1;
      report(claimed, ending);
    } catch (thrown) {
      refusal = { problem: thrown };
      log.error({ job: row.id, kind: row.job.kind, ...problemIn(thrown) }, "job.not_written_down");
    } finally {
      deps.ended(row);
    }
  }

  function report(row: OutboxRow, ending: Ending): void {
    const ids = { job: row.id, kind: row.job.kind, incidentId: row.subject, attempt: row.attempts };
    const alertId = "alertId" in row.job ? { alertId: row.job.alertId } : {};
    metrics.job(row.job.kind, ending.end === "sent" ? "accepted" : ending.end);
    if (ending.end === "done") log.info({ ...ids, ...alertId, outcome: ending.outcome }, "job.done");
    if (ending.end === "sent") {
      const { doubt } = ending;
      log.info({ ...ids, ...alertId, sequence: row.sequence, ...(doubt ? { doubt } : {}) }, "delivery.sent");
    }
    if (ending.end === "again") log.warn({ ...ids, ...alertId, problem: ending.problem }, "job.postponed");
    if (ending.end === "failed") log.error({ ...ids, ...alertId, problem: ending.problem }, "job.failed");
  }

  const worker = createWorker({
    name: deps.name,
    log,
    pollMs: deps.pollMs,
    step,
    async inHand() {
      while (inHand.size > 0) await Promise.all(inHand.values());
    },
  });
  // What was begun and not written down is not done: whoever waits for an end of the work would wait for ever.
  return { ...worker, done: () => done };
}
