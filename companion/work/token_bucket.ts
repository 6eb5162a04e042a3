/** Lets calls through at a steady rate after a first burst, in the order in which they asked. */
export interface TokenBucket {
  /**
   * Resolves when the next call may be made.
   * @param isWanted asked when its turn comes: a call that is not wanted any more passes without counting
   */
  take(isWanted?: () => boolean): Promise<void>;
}

/**
 * @param elapsed milliseconds since some moment, in real time: the other side counts by its own clock
 */
export function createTokenBucket(deps: {
  readonly burst: number;
  readonly intervalMs: number;
  readonly elapsed: () => number;
}): TokenBucket {
  const { burst, intervalMs, elapsed } = deps;
  // The moment from which on the bucket would be full: each token taken puts it one interval off.
  let fullAt = 0;
  let last: Promise<void> = Promise.resolve();

  async function turn(isWanted: () => boolean): Promise<void> {
    const now = elapsed();
    const wait = isWanted() ? Math.max(fullAt, now) + intervalMs - now - burst * intervalMs : 0;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (isWanted()) fullAt = Math.max(fullAt, now) + intervalMs;
  }

  return {
    take(isWanted = () => true) {
      last = last.then(() => turn(isWanted));
      return last;
    },
  };
}
