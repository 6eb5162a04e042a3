import type { Hono } from "hono";
import type { Clock } from "./clock.ts";
import type { Configuration } from "./configuration.ts";
import { createApp } from "./endpoints/app.ts";
import { createCalls } from "./endpoints/calls.ts";
import { createIntake } from "./intake/intake.ts";
import { DELIVERY_KINDS, type JobKind, type OutboxRow } from "./jobs.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { createAddresses } from "./pagerduty/addresses.ts";
import { createPagerduty, type PagerdutyTransport } from "./pagerduty/client.ts";
import { createDetails } from "./pagerduty/details.ts";
import { createEffects } from "./pagerduty/effects.ts";
import { createFirstStart } from "./pagerduty/first_start.ts";
import { createHeldAlerts } from "./pagerduty/held_alerts.ts";
import { createReconcile } from "./pagerduty/reconcile.ts";
import { createSentry } from "./sentry/client.ts";
import { createDeliveries } from "./slack/deliveries.ts";
import { createLateTriage } from "./slack/late_triage.ts";
import type { Store, Transaction } from "./store/store.ts";
import { createProcessor } from "./triage/processor.ts";
import type { Unit } from "./triage/unit.ts";
import { createDetailsWatch } from "./work/details_watch.ts";
import { createLane, type LaneDeps } from "./work/lane.ts";
import { armAtStart, createTimers } from "./work/timers.ts";
import { createWorker } from "./work/worker.ts";

export interface CompanionDeps {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** A new identifier with this prefix, which nobody can guess. */
  readonly id: (prefix: string) => string;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Milliseconds between two calls of one trigger after the first burst; what Slack is assumed to bear. */
  readonly triggerIntervalMs: number;
  /** How requests reach PagerDuty; its own client unless told. */
  readonly pagerdutyTransport?: PagerdutyTransport;
  /** How often the workers look by themselves, in real time; a few times a second unless told. */
  readonly pollMs?: number;
}

export interface Companion {
  readonly app: Hono;
  /**
   * Begins to work through what lies in the store. Rejects where the store does not take what every start begins with; then
   * nothing has begun, and it may be tried again.
   */
  start(): Promise<void>;
  /** Resolves when there is nothing left that can be done at this time. For clocks that are stepped. */
  settle(): Promise<void>;
  /** Takes nothing new in hand and resolves when what is in hand is finished. The store is the caller's. */
  stop(): Promise<void>;
}

const PAGERDUTY_EFFECTS = [
  "pagerduty_acknowledge",
  "pagerduty_resolve",
  "pagerduty_resolve_again",
  "pagerduty_reopen",
  "pagerduty_escalate",
  "pagerduty_note",
] as const satisfies readonly JobKind[];

/** Puts the companion together; nothing runs before it is started. */
export function createCompanion(deps: CompanionDeps): Companion {
  const { configuration, store, clock, log, random } = deps;
  const metrics = createMetrics({ store, now: clock.now });
  const unitOf = (tx: Transaction, cause: string): Unit => ({
    tx,
    now: clock.now(),
    settings: configuration,
    id: deps.id,
    cause,
  });
  const { pagerduty: settings, sentry: sentrySettings } = configuration;
  const pagerduty = createPagerduty({
    url: settings.apiUrl,
    token: settings.apiToken,
    elapsed: clock.elapsed,
    transport: deps.pagerdutyTransport,
  });
  const addresses = createAddresses({ pagerduty, elapsed: clock.elapsed });
  const details = createDetailsWatch();
  const sentryHosts = [sentrySettings.url];

  let isStarted = false;
  const workers = createWorkers();
  const wakeAll = (): void => {
    for (const worker of workers) worker.wake();
  };
  const calls = createCalls({ store, log, now: clock.now, pagerduty, userMap: settings.userMap, unitOf });
  const intake = createIntake({ store, stored: wakeAll });
  const app = createApp({
    store,
    clock,
    log,
    metrics,
    intake,
    calls,
    webhookSecrets: settings.webhookSecrets,
    secrets: configuration.secrets,
    metricsToken: configuration.metricsToken,
    workersAreHealthy: () => isStarted && workers.every((worker) => worker.isHealthy()),
    queued: wakeAll,
  });

  function createWorkers() {
    const processor = createProcessor({
      store,
      log,
      metrics,
      now: clock.now,
      unitOf,
      sentryHosts,
      queued: () => wakeAll(),
    });
    const timers = createTimers({ store, log, metrics, now: clock.now, unitOf, queued: () => wakeAll() });
    const deliveries = createDeliveries({
      store,
      urls: configuration.slack,
      secrets: configuration.secrets,
      archiveGraceMs: configuration.archiveGraceMs,
      now: clock.now,
      random,
      elapsed: clock.elapsed,
      triggerIntervalMs: deps.triggerIntervalMs,
      details,
    });
    const { pollMs } = deps;
    const lane = { store, log, metrics, now: clock.now, random, unitOf, ended, pollMs };
    return [
      createWorker({ name: "events", log, pollMs, step: processor.step }),
      createWorker({ name: "timers", log, pollMs, step: timers.step }),
      // First alerts have a lane of their own, so that no amount of news holds them up.
      ...DELIVERY_KINDS.map((kind) =>
        createLane({
          ...lane,
          name: kind,
          concurrency: 8,
          due: async (tx, now, limit) => (deliveries.mayLeave(kind) ? tx.dueDeliveries(kind, now, limit) : []),
          before: deliveries.before,
          perform: createLateTriage({ store, pagerduty, now: clock.now }, deliveries.perform),
        }),
      ),
      createLane({ ...lane, name: "pagerduty", concurrency: 4, ...dueOf(PAGERDUTY_EFFECTS), ...effects() }),
      createLane({ ...lane, name: "held alerts", concurrency: 4, ...dueOf(["admit_alert"]), ...heldAlerts() }),
      createLane({
        ...lane,
        name: "first start",
        concurrency: 1,
        ...dueOf(["list_open"]),
        ...createFirstStart({ pagerduty }),
      }),
      createLane({
        ...lane,
        name: "reconcile",
        concurrency: 1,
        ...dueOf(["reconcile"]),
        ...createReconcile({ store, log, metrics, pagerduty, sentryHosts, elapsed: clock.elapsed }),
      }),
      createLane({ ...lane, name: "details", concurrency: 4, ...dueOf(["fetch_details"]), ...lookUps() }),
    ];
  }

  function workDone(): number {
    return workers.reduce((sum, worker) => sum + worker.done(), 0);
  }

  function effects(): Pick<LaneDeps, "perform"> {
    const { userMap, from: fallbackFrom } = settings;
    return createEffects({ store, pagerduty, userMap, fallbackFrom, addresses });
  }

  function heldAlerts(): Pick<LaneDeps, "perform"> {
    return createHeldAlerts({ store, pagerduty, sentryHosts });
  }

  function lookUps(): Pick<LaneDeps, "perform"> {
    const { url, org, authToken } = sentrySettings;
    const sentry =
      org && authToken
        ? { sentry: createSentry({ url, org, token: authToken, now: clock.now, elapsed: clock.elapsed }) }
        : {};
    return createDetails({ store, log, pagerduty, addresses, ...sentry, sentryHosts, unitOf });
  }

  function ended({ job }: OutboxRow): void {
    if (job.kind === "fetch_details") details.ended(job.alertId);
    wakeAll();
  }

  return {
    app,
    async start() {
      await store.transaction((tx) => armAtStart(unitOf(tx, "start")));
      isStarted = true;
      for (const worker of workers) worker.start();
    },
    async settle() {
      // What one does may give another something to do, so all look again until a whole round did nothing.
      for (;;) {
        const before = workDone();
        await Promise.all(workers.map((worker) => worker.settle()));
        if (workDone() === before) return;
      }
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

function dueOf(kinds: readonly JobKind[]): Pick<LaneDeps, "due"> {
  return { due: (tx, now, limit) => tx.dueJobs(kinds, now, limit) };
}
