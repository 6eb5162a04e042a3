import type { Instant } from "../../core/time.ts";
import type { Log } from "../log.ts";
import { problemIn } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { readEvent } from "../intake/webhook_event.ts";
import type { Store, StoredEvent, Transaction } from "../store/store.ts";
import { takeEvent } from "./events.ts";
import type { Unit } from "./unit.ts";

export interface ProcessorDeps {
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => Instant;
  readonly unitOf: (tx: Transaction, cause: string) => Unit;
  readonly sentryHosts: readonly string[];
  /** Told when something was put into the outbox. */
  readonly queued: () => void;
}

/** An event that breaks our own code this often is set aside, so that it holds up no other. */
const ATTEMPTS = 3;

/**
 * Takes the stored events in, one after the other. What an event changes, what it puts into the outbox and that it is done
 * is one transaction: after a crash it happened or it did not.
 */
export function createProcessor(deps: ProcessorDeps): { step(): Promise<boolean> } {
  let failing = { seq: -1, failures: 0 };

  return {
    async step() {
      if (!(await deps.store.aside((tx) => tx.nextEvent()))) return false;
      let current: StoredEvent | undefined;
      try {
        const outcome = await deps.store.transaction(async (tx) => {
          current = await tx.nextEvent();
          if (!current) return undefined;
          const event = readEvent(current.body);
          if (!event) throw new Error("A stored event cannot be read.");
          const taken = await takeEvent(deps.unitOf(tx, event.id), event, current.receivedAt, deps.sentryHosts);
          await tx.finishEvent(current.seq, "done");
          return { taken, type: event.type, eventId: event.id };
        });
        if (!outcome) return false;
        const { taken, type, eventId } = outcome;
        deps.log.info({ eventId, type, ...taken }, "event.processed");
        if (taken.action !== "ignored") deps.queued();
        return true;
      } catch (thrown) {
        if (!current) throw thrown;
        return setAside(current, thrown);
      }
    },
  };

  async function setAside(event: StoredEvent, thrown: unknown): Promise<boolean> {
    // While the store is out of order nothing is the event's fault: this throws, and it stays where it is.
    await deps.store.aside((tx) => tx.probe(deps.now()));
    const failures = failing.seq === event.seq ? failing.failures + 1 : 1;
    failing = { seq: event.seq, failures };
    if (failures < ATTEMPTS) throw thrown;
    await deps.store.transaction((tx) => tx.finishEvent(event.seq, "failed"));
    deps.metrics.eventFailed();
    deps.log.error({ eventId: event.eventId, ...problemIn(thrown) }, "event.failed");
    return true;
  }
}
