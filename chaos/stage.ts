/** Puts a run together: the companion's process between Slack, PagerDuty and the people who work with them. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { SECOND } from "../core/time.ts";
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
import { createKiller, type Killer } from "./killer.ts";
import { createPagerdutySide, type PagerdutySide } from "./pagerduty_side.ts";
import { createPeople } from "./people.ts";
import type { Plan } from "./plan.ts";
import { createSlackAppCalls, type SlackAppCalls } from "./slack_app_calls.ts";
import { createSlackSide, NEWS_PATH, SIGNAL_PATH, type SlackSide, TRIAGE_PATH } from "./slack_side.ts";
import { createSlackWorkflows, type SlackRecords } from "./slack_workflows.ts";
import { createDatabaseTrouble, type DatabaseTrouble } from "./trouble.ts";
import { createWeather } from "./weather.ts";
import { createWebhooks, type Webhooks } from "./webhooks.ts";
import type { World } from "./world.ts";

export interface StageDeps {
  readonly seed: number;
  readonly plan: Plan;
  readonly speed: number;
  readonly fault: Fault | undefined;
  readonly database: ChaosDatabase;
  readonly wrote: (line: string) => void;
  /** Whether nothing new is to begin: people stop pressing, and kills end. */
  readonly isStopped: () => boolean;
}

export interface Stage {
  readonly world: World;
  readonly companion: CompanionProcess;
  readonly companionUrl: string;
  readonly killer: Killer;
  readonly calls: SlackAppCalls;
  readonly slack: SlackSide;
  readonly webhooks: Webhooks;
  readonly pagerduty: PagerdutySide;
  readonly trouble: DatabaseTrouble;
  /** Ends everything that was begun here. */
  close(): Promise<void>;
}

const START = Date.parse("2026-03-02T02:00:00.000Z");

export async function setStage(deps: StageDeps): Promise<Stage> {
  const { seed, plan, database, isStopped } = deps;
  const evidence = createEvidence();
  const clock = createFastClock(START, deps.speed);
  const began = performance.now();
  const timers = new Set<NodeJS.Timeout>();
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
  const [server, companionPort] = [await listen(evidence), await freePort()];
  const companionUrl = `http://127.0.0.1:${companionPort}`;
  const companion = createCompanionProcess({
    environment: () => ({
      ...environmentOf(server.url, companionPort),
      ...database.environment,
      CHAOS_CLOCK: clock.text(),
      ...(deps.fault === undefined ? {} : { CHAOS_FAULT: deps.fault }),
    }),
    wrote: deps.wrote,
    endedByItself: (how) => noteBadEnd(evidence, how),
  });
  const killer = createKiller(plan.kills, companion, (at) => evidence.kills.push(at), isStopped);
  const calls = createSlackAppCalls(world, companionUrl);
  const people = createPeople(world, calls, () => records, isStopped);
  const records: SlackRecords = createSlackWorkflows({ world, calls, asked: people.asked, apply: people.apply });
  const slack = createSlackSide(world, records);
  const webhooks = createWebhooks(world, companionUrl);
  const pagerduty = createPagerdutySide(world, server.url);
  for (const { routes } of [slack, webhooks, pagerduty]) server.app.route("/", routes);
  const trouble = createDatabaseTrouble(plan.database, database, evidence, world.later);
  return {
    ...{ world, companion, companionUrl, killer, calls, slack, webhooks, pagerduty, trouble },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await trouble.end();
      await companion.end();
      await pagerduty.close();
      await server.close();
    },
  };
}

/** One server for everything that the companion calls, and for PagerDuty's webhooks on their way. */
async function listen(evidence: Evidence) {
  const app = new Hono();
  app.notFound((c) => {
    evidence.surprises.push(`nobody expected ${c.req.method} ${c.req.path}`);
    return c.text("no", 404);
  });
  const listener = getRequestListener((incoming, env) => app.fetch(incoming, env));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    app,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
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
    SLACK_NEWS_TRIGGER_URL: baseUrl + NEWS_PATH,
    COMPANION_SECRETS: SANDBOX_COMPANION_SECRET,
    DEBOUNCE_WINDOW_MINUTES: "8",
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
