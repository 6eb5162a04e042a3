import type { Instant } from "../core/time.ts";

/** The sandbox's one source of time; with --manual-clock it stands still until somebody advances it. */
export interface SandboxClock {
  readonly manual: boolean;
  now(): Instant;
  /** Steps a manual clock and tells the listeners; throws on a running clock or a negative step. */
  advance(ms: number): void;
  /** Called after each step. Returns the function that takes the listener off again. */
  onAdvance(listener: (now: Instant) => void): () => void;
}

export function createClock(manual: boolean, start: Instant): SandboxClock {
  let stepped = start;
  const listeners = new Set<(now: Instant) => void>();
  return {
    manual,
    now: () => (manual ? stepped : Date.now()),
    advance(ms) {
      if (!manual) throw new Error("The clock runs by itself; start the sandbox with --manual-clock to step it.");
      if (!Number.isFinite(ms) || ms < 0) throw new Error("advance_ms must be a number of milliseconds, zero or more.");
      stepped += ms;
      for (const listener of listeners) listener(stepped);
    },
    onAdvance(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
