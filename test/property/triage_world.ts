import { createCalls, type Calls } from "../../companion/endpoints/calls.ts";
import type { Pagerduty } from "../../companion/pagerduty/client.ts";
import type { Job } from "../../companion/jobs.ts";
import type { Log } from "../../companion/log.ts";
import { createMetrics } from "../../companion/metrics.ts";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import type {
  AlertRow,
  ClaimedWindow,
  IncidentRow,
  Relation,
  Store,
  Transaction,
} from "../../companion/store/store.ts";
import type { TimelineEntry } from "../../companion/timeline.ts";
import { createProcessor } from "../../companion/triage/processor.ts";
import type { Unit } from "../../companion/triage/unit.ts";
import { isOpen } from "../../core/incident.ts";
import { DEFAULT_STORM } from "../../core/storm.ts";
import { MINUTE } from "../../core/time.ts";

/** Everything that the companion has on record at a moment. */
export interface Recorded {
  readonly incidents: ReadonlyMap<string, IncidentRow>;
  readonly alerts: ReadonlyMap<string, AlertRow & { readonly relations: readonly Relation[] }>;
  readonly windows: ReadonlyMap<string, ClaimedWindow>;
}

/** The triage rules of the companion over its real store, without anything outside: no Slack, no PagerDuty, no time. */
export interface TriageWorld {
  now: number;
  readonly store: Store;
  readonly calls: Calls;
  /** What was put into the outbox, oldest first. */
  readonly jobs: readonly { readonly id: string; readonly subject: string; readonly job: Job }[];
  /** The account of all incidents, in its order. */
  readonly timeline: readonly TimelineEntry[];
  /** Errors that the companion would have logged; none is expected. */
  readonly errors: readonly string[];
  /** Stores a webhook as the intake does, and has it processed. */
  webhook(body: string, webhookId: string, eventId: string): Promise<void>;
  recorded(): Promise<Recorded>;
  close(): Promise<void>;
}

export const SERVICES = ["PSVC0", "PSVC1", "PSVC2"];
export const WINDOW_MS = 30 * MINUTE;

export async function createTriageWorld(start: number): Promise<TriageWorld> {
  const seen: Seen = { incidentIds: new Set(), alertIds: new Set(), jobs: [], timeline: [] };
  const inner = await openSqliteStore(":memory:");
  const store = watched(inner, seen);
  const errors: string[] = [];
  let made = 0;
  const silent = (): void => undefined;
  const log = {
    debug: silent,
    info: silent,
    warn: silent,
    error: (facts: unknown, text?: unknown) => errors.push(`${String(text)} ${JSON.stringify(facts)}`),
  } as unknown as Log;
  const now = (): number => world.now;
  const unitOf = (tx: Transaction, cause: string): Unit => ({
    tx,
    now: now(),
    settings: { debounceWindowMs: WINDOW_MS, archiveGraceMs: 10 * MINUTE, reconcileMs: 0, storm: DEFAULT_STORM },
    id: (prefix) => `${prefix}_${(made += 1)}`,
    cause,
  });
  const metrics = createMetrics({ store, now });
  const processor = createProcessor({ store, log, metrics, now, unitOf, sentryHosts: [], queued: silent });
  const world: TriageWorld = {
    now: start,
    store,
    calls: createCalls({ store, userMap: new Map(), log, now, pagerduty: NO_PAGERDUTY, unitOf }),
    ...seen,
    errors,
    async webhook(body, webhookId, eventId) {
      const keys = [`webhook:${webhookId}`, `event:${eventId}`];
      await store.transaction((tx) => tx.addEvent({ keys, eventId, receivedAt: now(), body }));
      while (await processor.step());
    },
    recorded: () => inner.transaction((tx) => recordedOf(tx, seen)),
    close: () => inner.close(),
  };
  return world;
}

/** Whoever is asked for a service that never failed has nothing to say. */
const NO_PAGERDUTY = {
  services: () => Promise.resolve({ ok: true as const, value: [] }),
} as unknown as Pagerduty;

interface Seen {
  readonly incidentIds: Set<string>;
  readonly alertIds: Set<string>;
  readonly jobs: { id: string; subject: string; job: Job }[];
  readonly timeline: TimelineEntry[];
}

/** The store, with a note of what each committed transaction added. */
function watched(store: Store, seen: Seen): Store {
  return {
    ...store,
    async transaction(work) {
      const notes: (() => void)[] = [];
      const outcome = await store.transaction((tx) => {
        notes.length = 0;
        return work(noting(tx, seen, notes));
      });
      for (const note of notes) note();
      return outcome;
    },
  };
}

function noting(tx: Transaction, seen: Seen, notes: (() => void)[]): Transaction {
  return {
    ...tx,
    addIncident(row) {
      notes.push(() => seen.incidentIds.add(row.incident.id));
      return tx.addIncident(row);
    },
    saveAlert(row) {
      notes.push(() => seen.alertIds.add(row.facts.id));
      return tx.saveAlert(row);
    },
    enqueue(job) {
      notes.push(() => seen.jobs.push({ id: job.id, subject: job.subject, job: job.job }));
      return tx.enqueue(job);
    },
    record(entry) {
      notes.push(() => seen.timeline.push(entry));
      return tx.record(entry);
    },
  };
}

async function recordedOf(tx: Transaction, seen: Seen): Promise<Recorded> {
  const incidents = new Map<string, IncidentRow>();
  const alerts = new Map<string, AlertRow & { relations: readonly Relation[] }>();
  const windows = new Map<string, ClaimedWindow>();
  for (const id of seen.incidentIds) {
    const row = await tx.incident(id);
    if (row) incidents.set(id, row);
  }
  for (const id of seen.alertIds) {
    const row = await tx.alert(id);
    if (row) alerts.set(id, { ...row, relations: await tx.relations(id) });
  }
  for (const service of SERVICES) {
    const window = await tx.window(service);
    if (window) windows.set(service, window);
  }
  return { incidents, alerts, windows };
}

/** The open incident that an alert of this incident would go to: itself, or what it was merged into. */
export function openHolder(recorded: Recorded, incidentId: string): string | undefined {
  let id: string | undefined = incidentId;
  for (let steps = 0; id !== undefined && steps <= recorded.incidents.size; steps += 1) {
    const incident: IncidentRow["incident"] | undefined = recorded.incidents.get(id)?.incident;
    if (!incident) return undefined;
    if (isOpen(incident)) return id;
    id = incident.status === "merged" ? incident.mergedInto : undefined;
  }
  return undefined;
}
