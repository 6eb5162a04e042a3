/** What goes wrong with a request: mostly what the plan has for the moment, and now and then anything at all. */
import type { Chance } from "../simulation/chance.ts";
import { type Plan, REQUEST_FAULTS, type RequestFault, type Target } from "./plan.ts";

export interface Weather {
  faultFor(target: Target): RequestFault | undefined;
  /** How many requests each fault has hit, "slack: slow". */
  readonly counts: ReadonlyMap<string, number>;
  /** From now on nothing goes wrong. */
  clear(): void;
}

/** How many of the requests a spell hits, and how many go wrong outside of any. */
const IN_SPELL = 0.6;
const ANY_TIME = 0.04;

/** @param elapsed milliseconds of the wall clock since the run began */
export function createWeather(plan: Plan, elapsed: () => number, chanceOf: (target: Target) => Chance): Weather {
  const counts = new Map<string, number>();
  const chances = { slack: chanceOf("slack"), pagerduty: chanceOf("pagerduty") };
  let isClear = false;

  function draw(target: Target): RequestFault | undefined {
    const at = elapsed();
    const spell = plan.spells.find((one) => one.target === target && one.from <= at && at < one.to);
    const [dice, any] = [chances[target].next(), chances[target].pick(REQUEST_FAULTS)];
    if (spell && dice < IN_SPELL) return spell.fault;
    return dice > 1 - ANY_TIME ? any : undefined;
  }

  return {
    counts,
    faultFor(target) {
      const fault = isClear ? undefined : draw(target);
      if (fault) counts.set(`${target}: ${fault}`, (counts.get(`${target}: ${fault}`) ?? 0) + 1);
      return fault;
    },
    clear() {
      isClear = true;
    },
  };
}
