/** Scheduled triggers, started by the sandbox's clock. */
import { HOUR, type Instant } from "../../core/time.ts";
import type { Schedule } from "./app_definition.ts";
import { addActivity, type Platform } from "./platform.ts";
import type { Runs } from "./runs.ts";
import { allTriggers, fireTrigger } from "./triggers.ts";

/** How often a running clock is looked at. */
const LOOK_MS = 1_000;

/**
 * Starts what is due each time that the clock is stepped, or as time passes. A step over several occurrences starts one
 * run: all of them would begin at the same moment.
 */
export function startSchedules(platform: Platform, runs: Runs): { stop(): void } {
  const { clock } = platform.deps;
  let lookedAt = clock.now();

  function look(): void {
    const [from, to] = [lookedAt, clock.now()];
    lookedAt = to;
    for (const [name, definition] of allTriggers(platform)) {
      if (definition.type !== "scheduled" || !definition.schedule) continue;
      if (!isDue(definition.schedule, from, to)) continue;
      const run = fireTrigger(platform, runs, { name, definition, data: {} });
      if (typeof run === "string") addActivity(platform, `Scheduled trigger ${name} started nothing: ${run}`);
    }
  }

  const stopListening = clock.onAdvance(look);
  const timer = clock.manual ? undefined : setInterval(look, LOOK_MS).unref();
  return {
    stop() {
      stopListening();
      clearInterval(timer);
    },
  };
}

/** Whether it occurs after `from`, up to and with `to`. */
export function isDue({ start_time, frequency }: Schedule, from: Instant, to: Instant): boolean {
  const start = Date.parse(start_time);
  if (frequency.type === "once") return from < start && start <= to;
  const every = frequency.repeats_every * (frequency.type === "hourly" ? HOUR : 24 * HOUR);
  const last = start + Math.floor((to - start) / every) * every;
  return last >= start && last > from;
}
