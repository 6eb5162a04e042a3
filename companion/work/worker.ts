import { type Log, problemIn } from "../log.ts";

/** Something that works through what lies in the store, whenever it is woken and now and then by itself. */
export interface Worker {
  start(): void;
  /** There may be something new. */
  wake(): void;
  /** Looks once more; resolves when it finds nothing to do and everything in hand is finished. */
  settle(): Promise<void>;
  /** How many pieces of work it has done since it was made; the same twice means that nothing happened between. */
  done(): number;
  /** Takes nothing new in hand and resolves when what is in hand is finished. */
  stop(): Promise<void>;
  /** Whether its last look at the store succeeded. */
  isHealthy(): boolean;
}

export interface WorkerDeps {
  readonly name: string;
  readonly log: Log;
  /** Does a piece of work, or begins it; false when there was nothing to do. */
  readonly step: () => Promise<boolean>;
  /** Resolves when everything that a step began is finished. */
  readonly inHand?: () => Promise<void>;
  /** How often it looks by itself, in real time: another process, a timer or a lease may have given it work. */
  readonly pollMs?: number | undefined;
}

const POLL_MS = 250;
/** After a look that failed: the store is probably out of order, and looking faster will not mend it. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

export function createWorker(deps: WorkerDeps): Worker {
  const pollMs = deps.pollMs ?? POLL_MS;
  let isRunning = false;
  let isStopped = false;
  let isWoken = false;
  let isHealthy = true;
  let timer: NodeJS.Timeout | undefined;
  let waiting: (() => void)[] = [];
  let done = 0;

  /** Works until nothing is left. Never two at a time: whoever comes meanwhile is told at the end of another round. */
  async function round(): Promise<void> {
    if (isRunning || isStopped) return;
    isRunning = true;
    clearTimeout(timer);
    do await look();
    while ((isWoken || waiting.length > 0) && isHealthy && !isStopped);
    isRunning = false;
    if (!isStopped) timer = setTimeout(() => void round(), isHealthy ? pollMs : PAUSE_AFTER_FAILURE_MS);
  }

  async function look(): Promise<void> {
    isWoken = false;
    const told = waiting;
    waiting = [];
    try {
      while (!isStopped && (await deps.step())) done += 1;
      if (told.length > 0) await deps.inHand?.();
      isHealthy = true;
    } catch (thrown) {
      isHealthy = false;
      deps.log.error({ worker: deps.name, ...problemIn(thrown) }, "worker.failed");
    }
    for (const tell of told) tell();
  }

  return {
    start: () => void round(),
    wake() {
      isWoken = true;
      // After a failure the pause is kept, whoever comes.
      if (isHealthy) void round();
    },
    settle() {
      if (isStopped) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push(resolve);
        isWoken = true;
        void round();
      });
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      while (isRunning) await new Promise((resolve) => setTimeout(resolve, 5));
      await deps.inHand?.();
      for (const tell of waiting) tell();
    },
    done: () => done,
    isHealthy: () => isHealthy,
  };
}
