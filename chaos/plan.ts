/** What is going to happen in a run, drawn from its seed before it begins. */
import { SECOND } from "../core/time.ts";
import { ALL_SERVICES } from "../sandbox/pagerduty/directory.ts";
import { type Chance, createChance } from "../simulation/chance.ts";

/** What is going on when the process is killed: nothing in particular, or something that it is waited for. */
export const KILL_MOMENTS = [
  "at any time",
  "at a 202",
  "at a request to Slack",
  "before an effect in PagerDuty",
  "after an effect in PagerDuty",
] as const;
export type KillMoment = (typeof KILL_MOMENTS)[number];

export interface PlannedKill {
  readonly moment: KillMoment;
  /** Not before so many milliseconds after the process was started; at any time, exactly then. */
  readonly afterMs: number;
}

/** How a stand-in treats a request; those with "after" carry it out and spoil the answer. */
export const REQUEST_FAULTS = [
  "slow",
  "no answer",
  "5xx",
  "5xx after",
  "429",
  "garbage",
  "garbage after",
  "cut",
  "cut after",
  "half an answer",
] as const;
export type RequestFault = (typeof REQUEST_FAULTS)[number];
export type Target = "slack" | "pagerduty";

/** A time in which most requests to one side go wrong in one way. */
export interface Spell {
  readonly target: Target;
  readonly fault: RequestFault;
  /** Milliseconds of the wall clock since the beginning of the run. */
  readonly from: number;
  readonly to: number;
}

/** What can happen to each database: no room, somebody who holds it, connections that end. */
const DATABASE_FAULTS = { sqlite: ["full", "held"], postgres: ["full", "held", "cut"] } as const;
export type StoreKind = keyof typeof DATABASE_FAULTS;
export const STORES = Object.keys(DATABASE_FAULTS) as readonly StoreKind[];
export type DatabaseFault = (typeof DATABASE_FAULTS)[StoreKind][number];

export interface DatabaseSpell {
  readonly fault: DatabaseFault;
  readonly from: number;
  readonly to: number;
}

/** A service fails. */
export interface PlannedFailure {
  readonly at: number;
  readonly serviceId: string;
  /** How many alerts it raises, one after the other. */
  readonly alerts: number;
}

export interface Plan {
  readonly kills: readonly PlannedKill[];
  readonly spells: readonly Spell[];
  readonly database: readonly DatabaseSpell[];
  readonly failures: readonly PlannedFailure[];
}

export interface PlanRequest {
  readonly seed: number;
  readonly kills: number;
  readonly store: StoreKind;
}

/** What one kill and the start after it take on average. */
const CYCLE_MS = 2.5 * SECOND;
const SPELL_EVERY_MS = 4 * SECOND;
const DATABASE_EVERY_MS = 9 * SECOND;
const FAILURE_EVERY_MS = 1.3 * SECOND;
/** More services than make a storm, at once. */
const BIG_FAILURE = 17;

/** The same request gives the same plan. */
export function planOf({ seed, kills, store }: PlanRequest): Plan {
  const chance = (purpose: string): Chance => createChance(seed, purpose);
  // Longer than the kills can take: what comes after them is not played.
  const length = kills * CYCLE_MS * 3 + 10 * SECOND;
  return {
    kills: draw(kills, chance("kills"), killOf),
    spells: spread(length, SPELL_EVERY_MS, chance("spells"), (from, c) => ({
      target: c.pick(["slack", "pagerduty"] as const),
      fault: c.pick(REQUEST_FAULTS),
      from,
      to: from + c.between(1_000, 5_000),
    })),
    database: spread(length, DATABASE_EVERY_MS, chance("database"), (from, c) => {
      const fault = c.pick<DatabaseFault>(DATABASE_FAULTS[store]);
      return { fault, from, to: from + (fault === "full" ? c.between(1_000, 4_000) : c.between(300, 1_500)) };
    }),
    failures: failuresOf(length, kills * CYCLE_MS * 0.4, chance("failures")),
  };
}

function killOf(chance: Chance): PlannedKill {
  if (chance.happens(0.45)) return { moment: "at any time", afterMs: chance.between(200, 3_600) };
  return { moment: chance.pick(KILL_MOMENTS.slice(1)), afterMs: chance.between(900, 2_600) };
}

function failuresOf(length: number, bigAt: number, chance: Chance): readonly PlannedFailure[] {
  const single = spread(length, FAILURE_EVERY_MS, chance, (at, c) => ({
    at,
    serviceId: c.pick(ALL_SERVICES).id,
    alerts: c.happens(0.6) ? 1 : c.between(2, 4),
  }));
  const big = ALL_SERVICES.slice(0, BIG_FAILURE).map(({ id }, index) => ({
    at: bigAt + index * 20,
    serviceId: id,
    alerts: 1,
  }));
  return [...single, ...big].toSorted((one, other) => one.at - other.at);
}

function draw<Item>(count: number, chance: Chance, item: (chance: Chance) => Item): readonly Item[] {
  return Array.from({ length: count }, () => item(chance));
}

function spread<Item>(
  length: number,
  everyMs: number,
  chance: Chance,
  item: (at: number, chance: Chance) => Item,
): readonly Item[] {
  const all: Item[] = [];
  for (let at = chance.waitFor(everyMs); at < length; at += chance.waitFor(everyMs)) all.push(item(at, chance));
  return all;
}
