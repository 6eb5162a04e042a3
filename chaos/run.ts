/** One run: trouble as planned, quiet at the end, and the verdict. */
import { MINUTE, SECOND } from "../core/time.ts";
import type { CompanionProcess } from "./companion_process.ts";
import type { ChaosDatabase } from "./database.ts";
import type { Evidence } from "./evidence.ts";
import type { Fault } from "./inside/planted.ts";
import { judge } from "./oracle.ts";
import { planOf } from "./plan.ts";
import { setStage, type Stage } from "./stage.ts";
import { type Tally, tallyOf } from "./tally.ts";

export interface RunRequest {
  readonly seed: number;
  readonly kills: number;
  readonly fault?: Fault | undefined;
  /** How many times as fast as the wall clock the patience of everybody passes, under trouble and after it. */
  readonly speed?: { readonly trouble: number; readonly settling: number };
  /** How long everything may take to come to rest, by the wall clock. */
  readonly settledWithinMs?: number;
  /** A line of the companion's log. */
  readonly wrote?: (line: string) => void;
  /** How the run goes, for whoever watches. */
  readonly tell?: (sentence: string) => void;
  /** Ends the run early; it is judged by nobody then. */
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** What was wrong, in sentences. */
  readonly problems: readonly string[];
  readonly tally: Tally;
}

const SPEED = { trouble: 6, settling: 12 };
/** Longer than anything that was promised waits: a delivery that nobody confirmed comes again after three minutes. */
const QUIET_MS = 4 * MINUTE;
const SETTLED_WITHIN_MS = 5 * 60 * SECOND;
/** What comes by itself for as long as something is undecided, and says nothing about what is under way. */
const NO_ACTIVITY = new Set(["sync", "reminder_due", "archive_due", "storm", "storm_reminder"]);
const TELL_EVERY_MS = 15 * SECOND;

export async function run(request: RunRequest, database: ChaosDatabase): Promise<RunResult> {
  const { seed, kills, fault, tell = () => undefined, wrote = () => undefined } = request;
  const speed = request.speed ?? SPEED;
  const began = performance.now();
  let isOver = false;
  const isStopped = (): boolean => isOver || request.signal?.aborted === true;
  const plan = planOf({ seed, kills, store: database.kind });
  const stage = await setStage({ seed, plan, speed: speed.trouble, fault, database, wrote, isStopped });
  const { evidence } = stage.world;
  try {
    stage.companion.keepRunning();
    await untilUp(stage.companion, request.signal);
    tell(`the companion listens at ${stage.companionUrl}`);
    stage.pagerduty.fail(plan.failures, isStopped);
    const watch = setInterval(() => {
      tell(`${evidence.kills.length} of ${kills} kills, ${evidence.webhooks.size} webhooks`);
    }, TELL_EVERY_MS);
    await stage.killer.run().finally(() => clearInterval(watch));
    isOver = true;
    tell("the trouble is over");
    await endTrouble(stage, speed.settling);
    await settle(stage, request);
    evidence.incidents = stage.pagerduty.incidents();
    evidence.pending = stage.calls.pending() + stage.webhooks.waiting();
    const seconds = (performance.now() - began) / SECOND;
    const problems = judge(evidence);
    return { problems, tally: tallyOf(stage, problems, seconds) };
  } finally {
    isOver = true;
    await stage.close();
  }
}

async function untilUp(companion: CompanionProcess, signal: AbortSignal | undefined): Promise<void> {
  while (!companion.isUp() && !signal?.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** From now on nothing goes wrong any more. */
async function endTrouble({ world, webhooks, slack, trouble, companion }: Stage, speed: number): Promise<void> {
  world.weather.clear();
  webhooks.calm();
  slack.calm();
  await trouble.end();
  world.clock.setSpeed(speed);
  // The next one knows the new speed.
  await companion.kill();
}

/** Waits until nothing has happened for so long that nothing will. */
async function settle(
  { world: { clock, evidence }, webhooks, calls }: Stage,
  { signal, settledWithinMs = SETTLED_WITHIN_MS }: RunRequest,
): Promise<void> {
  const endOfTrouble = clock.now();
  const deadline = performance.now() + settledWithinMs;
  const isQuiet = (): boolean =>
    webhooks.waiting() + calls.pending() === 0 &&
    clock.now() - Math.max(endOfTrouble, lastActivity(evidence)) > QUIET_MS;
  while (!isQuiet() && !signal?.aborted) {
    if (performance.now() > deadline) return void evidence.surprises.push("it did not come to rest");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function lastActivity({ deliveries, effects }: Evidence): number {
  const delivery = deliveries.findLast(({ values }) => !("kind" in values && NO_ACTIVITY.has(values.kind)));
  return Math.max(delivery?.at ?? 0, effects.at(-1)?.at ?? 0);
}
