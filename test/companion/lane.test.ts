import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLog } from "../../companion/log.ts";
import { createMetrics } from "../../companion/metrics.ts";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import type { Store } from "../../companion/store/store.ts";
import { DEFAULT_STORM } from "../../core/storm.ts";
import { createLane } from "../../companion/work/lane.ts";
import type { Worker } from "../../companion/work/worker.ts";
import { START } from "./world.ts";

const SECONDS = 10;
const SETTINGS = {
  debounceWindowMs: 0,
  archiveGraceMs: 0,
  reconcileMs: 0,
  storm: DEFAULT_STORM,
};

let store: Store;
let isFull: boolean;
let looks: number;
let performed: string[];
let lane: Worker;

beforeEach(async () => {
  store = await openSqliteStore(":memory:");
  const job = { kind: "slack_signal", signal: "sync" } as const;
  for (const id of ["J1", "J2"]) {
    const row = { id, job, subject: "", sequence: 0, createdAt: START, notBefore: START };
    await store.transaction((tx) => tx.enqueue(row));
  }
  [isFull, looks, performed] = [true, 0, []];
  // It can be read, and takes nothing.
  const full: Store = {
    ...store,
    transaction: (work) => (isFull ? Promise.reject(new Error("database or disk is full")) : store.transaction(work)),
  };
  const now = () => START;
  lane = createLane({
    name: "signals",
    store: full,
    log: createLog("silent", []),
    metrics: createMetrics({ store, now }),
    now,
    random: () => 0.5,
    unitOf: (tx, cause) => ({ tx, cause, now: START, settings: SETTINGS, id: String }),
    concurrency: 1,
    due(tx, at, limit) {
      looks += 1;
      return tx.dueJobs(["slack_signal"], at, limit);
    },
    perform({ id }) {
      performed.push(id);
      return Promise.resolve(() => Promise.resolve({ end: "done", outcome: "sent" }));
    },
    ended: () => lane.wake(),
  });
  vi.useFakeTimers();
});
afterEach(async () => {
  vi.useRealTimers();
  await lane.stop();
  await store.close();
});

describe("a lane whose store lets it look and refuses every claim", () => {
  it("waits a second between its attempts, however often it is woken, and says that it is unwell", async () => {
    lane.start();
    for (let second = 0; second < SECONDS; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      for (let wake = 0; wake < 20; wake += 1) lane.wake();
    }
    expect(looks).toBeGreaterThan(2);
    expect(looks).toBeLessThanOrEqual(SECONDS + 1);
    expect(lane.isHealthy()).toBe(false);
  });

  it("comes to an end for whoever waits for it, and counts nothing as done", async () => {
    await lane.settle();
    expect(lane.done()).toBe(0);
    expect(performed).toEqual([]);
  });

  it("goes on by itself once the store takes claims again", async () => {
    lane.start();
    await vi.advanceTimersByTimeAsync(5_000);
    isFull = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(performed).toEqual(["J1", "J2"]);
    expect(lane.isHealthy()).toBe(true);
  });
});
