/** Lets calls through at a steady rate after a first burst, in the order in which they asked. */
export interface TokenBucket {
  /** Resolves when the next call may be made. */
  take(): Promise<void>;
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
  return {
    async take() {
      const now = elapsed();
      fullAt = Math.max(fullAt, now) + intervalMs;
      const wait = fullAt - now - burst * intervalMs;
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    },
  };
}
