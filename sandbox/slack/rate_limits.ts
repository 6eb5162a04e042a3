/** Slack's tiers: so many calls a minute for each method, about a message a second for each channel and trigger. */
import type { SandboxClock } from "../clock.ts";
import { MINUTE, SECOND } from "../../core/time.ts";
import { TRIGGER_INTERVAL_MS } from "./strictness.ts";
import type { Tier } from "./method.ts";

const CALLS: Readonly<Record<Tier | "trigger", { readonly calls: number; readonly windowMs: number }>> = {
  1: { calls: 1, windowMs: MINUTE },
  2: { calls: 20, windowMs: MINUTE },
  3: { calls: 50, windowMs: MINUTE },
  4: { calls: 100, windowMs: MINUTE },
  // Short bursts pass: five messages in five seconds.
  post: { calls: 5, windowMs: 5 * SECOND },
  trigger: { calls: 5, windowMs: 5 * TRIGGER_INTERVAL_MS },
};

export interface RateLimits {
  /** Counts a call. Answers the seconds to wait where it is one too many, as Retry-After has it. */
  take(key: string, tier: Tier | "trigger"): number | undefined;
}

export function createRateLimits(clock: SandboxClock): RateLimits {
  const taken = new Map<string, number[]>();
  // Whoever is told to wait waits in real time, also where the sandbox's clock stands still.
  const elapsed = () => clock.now() + (clock.manual ? performance.now() : 0);
  return {
    take(key, tier) {
      const { calls, windowMs } = CALLS[tier];
      const now = elapsed();
      const recent = (taken.get(key) ?? []).filter((at) => now - at < windowMs);
      const oldest = recent[0];
      taken.set(key, recent);
      if (recent.length < calls || oldest === undefined) {
        recent.push(now);
        return undefined;
      }
      return Math.max(1, Math.ceil((oldest + windowMs - now) / SECOND));
    },
  };
}
