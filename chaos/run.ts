/** One run: the real companion between stand-ins, trouble as planned, quiet at the end, and the verdict. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { MINUTE, SECOND } from "../core/time.ts";
import { freePort } from "../sandbox/server.ts";
import {
  SANDBOX_COMPANION_SECRET,
  SANDBOX_PAGERDUTY_FROM,
  SANDBOX_PAGERDUTY_TOKEN,
  SANDBOX_WEBHOOK_SECRET,
} from "../sandbox/seed.ts";
import { createChance } from "../simulation/chance.ts";
import { type CompanionProcess, createCompanionProcess } from "./companion_process.ts";
import type { ChaosDatabase } from "./database.ts";
import { createEvidence, type Evidence } from "./evidence.ts";
import { createFastClock } from "./fast_clock.ts";
import type { Fault } from "./inside/planted.ts";
import { createKiller } from "./killer.ts";
import { judge } from "./oracle.ts";
import { createPagerdutySide } from "./pagerduty_side.ts";
import { createPeople } from "./people.ts";
import { planOf } from "./plan.ts";
import { createSlackAppCalls } from "./slack_app_calls.ts";
import { createSlackSide, SIGNAL_PATH, TRIAGE_PATH } from "./slack_side.ts";
import { createSlackWorkflows, type SlackRecords } from "./slack_workflows.ts";
import { type Tally, tallyOf } from "./tally.ts";
import { createDatabaseTrouble } from "./trouble.ts";
import { createWeather } from "./weather.ts";
import { createWebhooks } from "./webhooks.ts";
import type { World } from "./world.ts";

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

const START = Date.parse("2026-03-02T02:00:00.000Z");
const SPEED = { trouble: 6, settling: 12 };
/** Longer than anything that was promised waits: a delivery that nobody confirmed comes again after three minutes. */
const QUIET_MS = 4 * MINUTE;
const SETTLED_WITHIN_MS = 5 * 60 * SECOND;
/** What comes by itself for as long as something is undecided, and says nothing about what is under way. */
const NO_ACTIVITY = new Set(["sync", "reminder_due", "archive_due", "storm"]);

export async function run(request: RunRequest, database: ChaosDatabase): Promise<RunResult> {
  const { seed, kills, tell = () => undefined } = request;
  const speed = request.speed ?? SPEED;
  const plan = planOf({ seed, kills, store: database.kind });
  const evidence = createEvidence();
  const clock = createFastClock(START, speed.trouble);
  const timers = new Set<NodeJS.Timeout>();
  const began = performance.now();
  let isOver = false;
  const isStopped = (): boolean => isOver || request.signal?.aborted === true;
  const world: World = {
    seed,
    clock,
    evidence,
    weather: createWeather(
      plan,
      () => performance.now() - began,
      (target) => createChance(seed, `weather of ${target}`),
    ),
    generation: () => companion.generation(),
    happens: (moment) => killer.happens(moment),
    later(ms, act) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        act();
      }, ms);
      timers.add(timer);
    },
  };
  const companionPort = await freePort();
  const companionUrl = `http://127.0.0.1:${companionPort}`;
  const app = new Hono();
  const listener = getRequestListener((incoming, env) => app.fetch(incoming, env));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  const baseUrl = await new Promise<string>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
  const companion = createCompanionProcess({
    environment: () => ({
      ...environmentOf(baseUrl, companionPort),
      ...database.environment,
      CHAOS_CLOCK: clock.text(),
      ...(request.fault === undefined ? {} : { CHAOS_FAULT: request.fault }),
    }),
    wrote: request.wrote ?? (() => undefined),
    endedByItself: (how) => noteBadEnd(evidence, how),
  });
  const killer = createKiller(plan.kills, companion, (at) => evidence.kills.push(at), isStopped);
  const calls = createSlackAppCalls(world, companionUrl);
  const people = createPeople(world, calls, () => records, isStopped);
  const records: SlackRecords = createSlackWorkflows({ world, calls, asked: people.asked, apply: people.apply });
  const slack = createSlackSide(world, records);
  const webhooks = createWebhooks(world, companionUrl);
  const pagerduty = createPagerdutySide(world, baseUrl);
  for (const routes of [slack.routes, webhooks.routes, pagerduty.routes]) app.route("/", routes);
  app.notFound((c) => {
    evidence.surprises.push(`nobody expected ${c.req.method} ${c.req.path}`);
    return c.text("no", 404);
  });
  const trouble = createDatabaseTrouble(plan.database, database, evidence, world.later);

  async function close(): Promise<void> {
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
    await trouble.end();
    await companion.end();
    await pagerduty.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  try {
    companion.keepRunning();
    await untilUp(companion, request.signal);
    tell(`the companion listens at ${companionUrl}`);
    pagerduty.fail(plan.failures, isStopped);
    const watch = setInterval(
      () => tell(`${evidence.kills.length} of ${kills} kills, ${evidence.webhooks.size} webhooks`),
      15_000,
    );
    await killer.run().finally(() => clearInterval(watch));
    isOver = true;
    tell("the trouble is over");
    world.weather.clear();
    webhooks.calm();
    slack.calm();
    await trouble.end();
    clock.setSpeed(speed.settling);
    // The next one knows the new speed.
    await companion.kill();
    const isQuiet = (): boolean =>
      webhooks.waiting() + calls.pending() === 0 && clock.now() - lastActivity(evidence) > QUIET_MS;
    const endOfTrouble = clock.now();
    const deadline = performance.now() + (request.settledWithinMs ?? SETTLED_WITHIN_MS);
    while (!(isQuiet() && clock.now() - endOfTrouble > QUIET_MS) && performance.now() < deadline) {
      if (request.signal?.aborted) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (!isQuiet()) evidence.surprises.push("it did not come to rest");
    evidence.incidents = pagerduty.incidents();
    evidence.pending = calls.pending() + webhooks.waiting();
    const seconds = (performance.now() - began) / SECOND;
    const problems = judge(evidence);
    return {
      problems,
      tally: tallyOf({ evidence, problems, killer, weather: world.weather, trouble, webhooks, slack, seconds }),
    };
  } finally {
    await close();
  }
}

function environmentOf(baseUrl: string, port: number): Record<string, string> {
  return {
    PORT: String(port),
    PAGERDUTY_WEBHOOK_SECRETS: SANDBOX_WEBHOOK_SECRET,
    PAGERDUTY_API_TOKEN: SANDBOX_PAGERDUTY_TOKEN,
    PAGERDUTY_API_URL: `${baseUrl}/pagerduty`,
    PAGERDUTY_FROM: SANDBOX_PAGERDUTY_FROM,
    SLACK_TRIAGE_TRIGGER_URL: baseUrl + TRIAGE_PATH,
    SLACK_SIGNAL_TRIGGER_URL: baseUrl + SIGNAL_PATH,
    COMPANION_SECRETS: SANDBOX_COMPANION_SECRET,
    DEBOUNCE_WINDOW_MINUTES: "5",
    // Only more triages than Slack has channels for make a storm; the rest of the time each has a channel of its own.
    STORM_SERVICES: "20",
    // It would find what was lost, and nobody would notice that it was.
    RECONCILE_MINUTES: "0",
    LOG_LEVEL: "info",
  };
}

/** A companion that cannot use its database says so and ends; that is what its supervisor is for. */
function noteBadEnd({ databaseTrouble, surprises }: Evidence, how: string): void {
  const now = Date.now();
  const isExcused = databaseTrouble.some(({ from, to }) => from <= now && now <= to + 3 * SECOND);
  if (!isExcused) surprises.push(`a companion ended by itself (${how})`);
}

async function untilUp(companion: CompanionProcess, signal: AbortSignal | undefined): Promise<void> {
  while (!companion.isUp() && !signal?.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
}

function lastActivity({ deliveries, effects }: Evidence): number {
  const delivery = deliveries.findLast(({ values }) => !("kind" in values && NO_ACTIVITY.has(values.kind)));
  return Math.max(delivery?.at ?? 0, effects.at(-1)?.at ?? 0);
}
