/** What all sides of a run share. */
import type { Evidence } from "./evidence.ts";
import type { FastClock } from "./fast_clock.ts";
import type { KillMoment } from "./plan.ts";
import type { Weather } from "./weather.ts";

export interface World {
  readonly seed: number;
  readonly clock: FastClock;
  readonly weather: Weather;
  readonly evidence: Evidence;
  /** The how manieth companion process this is. */
  generation(): number;
  /** Something is going on; the companion may be killed over it. */
  happens(moment: KillMoment): void;
  /** Does something after so many milliseconds of the wall clock, unless the run is over by then. */
  later(ms: number, act: () => void): void;
}
