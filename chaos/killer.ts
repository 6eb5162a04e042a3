/** Kills the companion as planned, one process after the other. */
import type { CompanionProcess } from "./companion_process.ts";
import type { KillMoment, PlannedKill } from "./plan.ts";

export interface Killer {
  /** Something is going on just now; the process may not survive it. */
  happens(moment: KillMoment): void;
  /** Carries all kills out. */
  run(): Promise<void>;
  readonly counts: ReadonlyMap<KillMoment, number>;
}

/** A moment that does not come is waited for no longer than this after the process was started. */
const LONGEST_LIFE_MS = 3_600;

export function createKiller(
  plan: readonly PlannedKill[],
  companion: CompanionProcess,
  killed: (at: number) => void,
  isStopped: () => boolean,
): Killer {
  const counts = new Map<KillMoment, number>();
  let waitingFor: { readonly kill: PlannedKill; readonly come: () => void } | undefined;

  function wait(kill: PlannedKill): Promise<void> {
    return new Promise((resolve) => {
      const life = kill.moment === "at any time" ? kill.afterMs : LONGEST_LIFE_MS;
      const come = (): void => {
        clearTimeout(timer);
        waitingFor = undefined;
        resolve();
      };
      const timer = setTimeout(come, Math.max(0, life - companion.age()));
      waitingFor = { kill, come };
    });
  }

  async function untilStarted(after: number): Promise<void> {
    while (companion.generation() === after) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  return {
    counts,
    happens(moment) {
      if (waitingFor?.kill.moment !== moment || companion.age() < waitingFor.kill.afterMs) return;
      // At once: what is going on goes on without whoever asked for it.
      void companion.kill();
      waitingFor.come();
    },
    async run() {
      for (const kill of plan) {
        if (isStopped()) return;
        const generation = companion.generation();
        await wait(kill);
        await companion.kill();
        killed(Date.now());
        counts.set(kill.moment, (counts.get(kill.moment) ?? 0) + 1);
        await untilStarted(generation);
      }
    },
  };
}
