import { STALE_READ_MS } from "../core/assumptions.ts";
import type { Chance } from "./chance.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What may go wrong on the way, each by chance. */
export interface Trouble {
  /** Ends all of it, so that what is under way can come to its end. */
  end(): void;
  isOver(): boolean;
  /** True as often as this kind of trouble happens; never once trouble is over. */
  strikes(kind: Kind): boolean;
  /** Milliseconds on the way; now and then very many. */
  travel(): number;
  /** Until the process that was called begins: Slack's workflows have been seen to take 11 s. */
  start(): number;
  /** How far behind a read of Slack's storage may be this time. */
  staleness(): number;
}

const PROBABILITY = {
  /** A request that never arrives. */
  request_lost: 0.001,
  /** The request took effect, and nobody hears of it. */
  answer_lost: 0.001,
  /** A message that comes a second time, some time later. */
  doubled: 0.03,
  /** A webhook that comes after others that were sent later. */
  webhook_late: 0.03,
  /** Slack accepts the call of a trigger and runs nothing. */
  run_dropped: 0.03,
  /** A call of Slack's API is told to wait although the limit is not reached. */
  rate_limited: 0.003,
  /** A run of a function dies between two calls. */
  function_dies: 0.012,
  /** The companion dies around a transaction. */
  companion_dies: 0.0008,
  /** An alert heals while an acknowledgement of it is on its way. */
  heals_just_then: 0.1,
  /** PagerDuty answers 429 or 500. */
  pagerduty_refuses: 0.02,
} as const;
type Kind = keyof typeof PROBABILITY;

export function createTrouble(chance: Chance): Trouble {
  let over = false;
  return {
    end() {
      over = true;
    },
    isOver: () => over,
    strikes: (kind) => !over && chance.happens(PROBABILITY[kind]),
    travel: () => (!over && chance.happens(0.003) ? chance.between(3_000, 20_000) : chance.between(2, 60)),
    start: () => (!over && chance.happens(0.05) ? chance.between(1_000, 11_000) : chance.between(20, 600)),
    staleness: () => (!over && chance.happens(0.15) ? chance.between(50, STALE_READ_MS) : 0),
  };
}

/** Something that is out of order now and then, for a while. */
export function createOutages(deps: {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly trouble: Trouble;
  readonly everyMs: number;
  readonly forMs: number;
  readonly changed: (isDown: boolean) => void;
}): void {
  const { time, chance, trouble } = deps;
  const next = (): void => {
    time.after(chance.waitFor(deps.everyMs), () => {
      if (trouble.isOver()) return;
      deps.changed(true);
      time.after(chance.waitFor(deps.forMs), () => {
        deps.changed(false);
        next();
      });
    });
  };
  next();
}
