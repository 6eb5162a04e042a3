/**
 * How many refusals a stranger gets before the answer is "later". Only what carries no valid signature is ever counted or
 * limited: PagerDuty in a storm, and Slack's functions, are never refused however much they send.
 */
export interface Strangers {
  /** Whether this address may still be told what was wrong; counts one refusal. */
  refuse(address: string): boolean;
}

interface Allowance {
  readonly burst: number;
  readonly everyMs: number;
}

/** So much that a mistake in somebody's settings is told in full, and guessing is hopeless. */
const EACH: Allowance = { burst: 20, everyMs: 3_000 };
/** However many addresses they come from. */
const ALL: Allowance = { burst: 200, everyMs: 100 };
/** A flood from ever new addresses takes this much memory and no more. */
const ADDRESSES_KEPT = 5_000;

/** @param elapsed milliseconds since some moment, which no change of the clock moves */
export function createStrangers(elapsed: () => number): Strangers {
  // For each the moment from which on its allowance is full again: every refusal puts it one interval off.
  const fullAt = new Map<string, number>();
  let allFullAt = 0;
  return {
    refuse(address) {
      const now = elapsed();
      const [mine, all] = [taken(EACH, fullAt.get(address), now), taken(ALL, allFullAt, now)];
      if (mine === undefined || all === undefined) return false;
      allFullAt = all;
      // The one that was refused longest ago makes room.
      fullAt.delete(address);
      const oldest = fullAt.size >= ADDRESSES_KEPT ? fullAt.keys().next().value : undefined;
      if (oldest !== undefined) fullAt.delete(oldest);
      fullAt.set(address, mine);
      return true;
    },
  };
}

function taken({ burst, everyMs }: Allowance, fullAt: number | undefined, now: number): number | undefined {
  const next = Math.max(fullAt ?? now, now) + everyMs;
  return next - now > burst * everyMs ? undefined : next;
}
