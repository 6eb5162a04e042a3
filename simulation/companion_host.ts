/** Where the companion runs: one process after the other over the same store. Each may die around any transaction. */
import { createCompanion, type Companion } from "../companion/companion.ts";
import type { Configuration } from "../companion/configuration.ts";
import type { Log } from "../companion/log.ts";
import type { PagerdutyTransport } from "../companion/pagerduty/client.ts";
import type { Store, Transaction } from "../companion/store/store.ts";
import { SECOND } from "../core/time.ts";
import type { WorldDeps } from "./world_deps.ts";

export interface CompanionHost {
  start(): void;
  isUp(): boolean;
  /** A request to its HTTP side; rejects where the process dies over it. */
  request(path: string, init: RequestInit): Promise<Response>;
  /** Something that this process waits for; a process that died meanwhile never hears of it. */
  whileAlive<Outcome>(act: () => Promise<Outcome>): Promise<Outcome>;
}

const NEVER = new Promise<never>(() => undefined);
/** The workers are woken by what happens; this is for what only time brings. */
const POLL_MS = 60 * SECOND;

interface HostDeps extends WorldDeps {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly transport: PagerdutyTransport;
  readonly id: (prefix: string) => string;
}

export function createCompanionHost(deps: HostDeps): CompanionHost {
  const { time, chance, trouble, account, observed, plant } = deps;
  let generation = 0;
  let companion: Companion | undefined;
  /** Those who wait for an answer of the present process. */
  const waiting = new Set<(problem: Error) => void>();

  function start(): void {
    generation += 1;
    companion = createCompanion({
      configuration: deps.configuration,
      store: mortal(generation),
      clock: { now: time.now, elapsed: time.now },
      log: logOf(deps),
      id: deps.id,
      random: chance.next,
      triggerIntervalMs: 1 * SECOND,
      pagerdutyTransport: (request) => whileAlive(() => deps.transport(request)),
      pollMs: POLL_MS,
    });
    void companion.start();
  }

  function die(): void {
    account.tell("the companion dies");
    observed.deaths.push(time.now());
    generation += 1;
    companion = undefined;
    for (const refuse of waiting) refuse(new TypeError("The connection was closed."));
    waiting.clear();
    time.after(chance.waitFor(60 * SECOND), () => {
      account.tell("the companion starts again");
      start();
    });
  }

  /** The store as this process sees it: once the process is dead, nothing of what it does reaches the store. */
  function mortal(own: number): Store {
    async function transaction<Outcome>(work: (tx: Transaction) => Promise<Outcome>): Promise<Outcome> {
      if (own !== generation) return NEVER;
      const dies = trouble.strikes("companion_dies");
      if (dies && chance.happens(0.5)) {
        die();
        return NEVER;
      }
      const outcome = await deps.store.transaction((tx) => work(plant.transaction(tx)));
      if (own !== generation) return NEVER;
      if (!dies) return outcome;
      // It is on the disk, and nobody will hear so.
      die();
      return NEVER;
    }
    return { ...deps.store, transaction, aside: transaction };
  }

  async function whileAlive<Outcome>(act: () => Promise<Outcome>): Promise<Outcome> {
    const own = generation;
    try {
      const outcome = await act();
      return own === generation ? outcome : await NEVER;
    } catch (thrown) {
      if (own !== generation) return NEVER;
      throw thrown;
    }
  }

  return {
    start,
    isUp: () => companion !== undefined,
    whileAlive,
    async request(path, init) {
      if (!companion) throw new TypeError("The connection was refused.");
      const { method = "GET", headers = {}, body } = init;
      let refuse: (problem: Error) => void = () => undefined;
      const died = new Promise<never>((_, reject) => (refuse = reject));
      waiting.add(refuse);
      const answered = companion.app.request(path, { method, headers, ...(body ? { body } : {}) });
      try {
        return await Promise.race([answered, died]);
      } finally {
        waiting.delete(refuse);
      }
    },
  };
}

function logOf({ account, observed }: WorldDeps): Log {
  const silent = (): void => undefined;
  const log = {
    debug: silent,
    info: silent,
    warn: silent,
    error(facts: Record<string, unknown>, name: string) {
      account.note(`${name} ${JSON.stringify(facts)}`);
      if (name === "job.broken" || name === "event.failed" || name === "worker.failed" || name === "request.failed") {
        observed.errors.push(`${name} ${JSON.stringify(facts)}`);
      }
    },
  };
  return log as unknown as Log;
}
