/** Lets calls through at a steady rate after a first burst, in the order in which they asked. */
export interface TokenBucket {
  /**
   * Resolves when the next call may be made.
   * @param isWanted asked when its turn comes: a call that is not wanted any more passes without counting
   * @returns whether it counted
   */
  take(isWanted?: () => boolean | Promise<boolean>): Promise<boolean>;
  /** One that counted was not made after all. */
  giveBack(): void;
}

/**
 * @param elapsed milliseconds since some moment, in real time: the other side counts by its own clock
 */
export function createTokenBucket(deps: {
  readonly burst: number;
  /** How far apart calls are; asked each time, since it may change. */
  readonly intervalMs: () => number;
  readonly elapsed: () => number;
}): TokenBucket {
  const { burst, elapsed } = deps;
  // The moment from which on the bucket would be full: each token taken puts it one interval off.
  let fullAt = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function turn(isWanted: () => boolean | Promise<boolean>): Promise<boolean> {
    if (!(await isWanted())) return false;
    const now = elapsed();
    const intervalMs = deps.intervalMs();
    const wait = Math.max(fullAt, now) + intervalMs - now - burst * intervalMs;
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (!(await isWanted())) return false;
    }
    fullAt = Math.max(fullAt, now) + intervalMs;
    return true;
  }

  return {
    take(isWanted = () => true) {
      const mine = last.then(() => turn(isWanted));
      last = mine.catch(() => undefined);
      return mine;
    },
    giveBack() {
      fullAt -= deps.intervalMs();
    },
  };
}
