/** A simulated day: the real companion and the real functions in a world that goes wrong, and the verdict on it. */
import { readConfiguration } from "../companion/configuration.ts";
import { openSqliteStore } from "../companion/store/sqlite.ts";
import { HOUR, MINUTE } from "../core/time.ts";
import { ALL_SERVICES } from "../sandbox/pagerduty/directory.ts";
import { loadApp } from "../sandbox/slack/app_bundle.ts";
import type { AppDefinition } from "../sandbox/slack/app_definition.ts";
import {
  SANDBOX_COMPANION_SECRET,
  SANDBOX_PAGERDUTY_FROM,
  SANDBOX_PAGERDUTY_TOKEN,
  SANDBOX_WEBHOOK_SECRET,
} from "../sandbox/seed.ts";
import { fileURLToPath } from "node:url";
import { createAccount } from "./account.ts";
import { createChance } from "./chance.ts";
import { createCompanionHost, type CompanionHost } from "./companion_host.ts";
import type { Handlers } from "./function_host.ts";
import { createNetwork, TRIGGERS_URL } from "./network.ts";
import { createObserved, type Observed } from "./observed.ts";
import { judge } from "./oracle.ts";
import { createPagerdutyWorld, PAGERDUTY_API_URL } from "./pagerduty_world.ts";
import { startPeople } from "./people.ts";
import { type Fault, plantOf } from "./planted.ts";
import { sealed } from "./sealed.ts";
import { createSlackWorld, type SlackWorld } from "./slack_world.ts";
import { createTrouble } from "./trouble.ts";
import { createVirtualTime } from "./virtual_time.ts";

export interface SimulationRequest {
  readonly seed: number;
  readonly hours: number;
  readonly fault?: Fault | undefined;
  /** So many services fail once in the first minute, instead of a few now and then; nothing else goes wrong. */
  readonly storm?: number | undefined;
  /** Whether every call is told. */
  readonly isDetailed?: boolean | undefined;
}

export interface SimulationResult {
  readonly seed: number;
  /** What was wrong, in sentences; empty for a good day. */
  readonly problems: readonly string[];
  readonly account: readonly string[];
  /** The same for the same seed. */
  readonly digest: string;
  readonly figures: Readonly<Record<string, number>>;
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const START = Date.parse("2026-03-02T00:00:00.000Z");
/** How many services fail now and then. */
const SERVICES = 8;
/** After the troubles end, what is under way has so long to come to its end. */
const SETTLING_MS = 75 * MINUTE;

export interface SimulatedApp {
  readonly definition: AppDefinition;
  readonly handlers: Handlers;
}

/** Builds the Slack app once for any number of days. */
export async function loadSimulatedApp(): Promise<SimulatedApp> {
  const definition = await loadApp(ROOT, { COMPANION_URL: "https://companion.example" });
  const handlers = new Map();
  for (const [name, { source_file }] of Object.entries(definition.manifest.functions)) {
    const module = (await import(/* @vite-ignore */ `${ROOT}${source_file}`)) as { default: unknown };
    handlers.set(name, module.default);
  }
  return { definition, handlers };
}

/** Plays one day. The same request gives the same day, down to the last call. */
export async function simulate(app: SimulatedApp, request: SimulationRequest): Promise<SimulationResult> {
  const { seed, hours } = request;
  const chance = (purpose: string) => createChance(seed, purpose);
  const time = createVirtualTime(START);
  const account = createAccount(time.now, request.isDetailed);
  const observed = createObserved();
  const trouble = createTrouble(chance("trouble"));
  const plant = plantOf(request.fault);
  const deps = { time, trouble, account, observed, plant };
  const services = ALL_SERVICES.slice(0, request.storm ?? SERVICES);
  if (request.storm !== undefined) trouble.end();
  const ids = (start: number) => {
    let count = start;
    return (prefix: string) => prefix + (count += 1).toString(36).toUpperCase().padStart(6, "0");
  };
  const store = await openSqliteStore(":memory:");
  const parts: { slack?: SlackWorld; companion?: CompanionHost } = {};
  const network = createNetwork({
    ...deps,
    chance: chance("network"),
    slack: () => present(parts.slack),
    companion: () => present(parts.companion),
  });
  const turns = chance("turns");
  const ports = {
    time,
    chance: chance("identifiers"),
    fetch: network.fetch,
    said: (text: string) => account.note(text),
    turnMs: () => (turns.happens(0.02) ? turns.between(1_000, 11_000) : turns.between(10, 700)),
  };
  try {
    return await sealed(ports, async () => {
      const slack = createSlackWorld({ ...deps, chance: chance("slack") }, app.definition, app.handlers, ids(0));
      const pagerduty = createPagerdutyWorld({ ...deps, chance: chance("pagerduty") }, services, ids(0));
      const companion = createCompanionHost({
        ...deps,
        chance: chance("companion"),
        configuration: configurationOf(),
        store,
        transport: pagerduty.transport,
        id: countingIds(),
      });
      Object.assign(parts, { slack, companion });
      companion.start();
      if (request.storm !== undefined) pagerduty.storm(MINUTE);
      else {
        pagerduty.begin();
        startPeople({ ...deps, chance: chance("people") }, slack, services);
        startExpiring(slack);
      }
      await time.runUntil(START + hours * HOUR);
      account.tell("the troubles end, and everything under way comes to its end");
      trouble.end();
      await time.runUntil(START + hours * HOUR + SETTLING_MS);
      const problems = judge({ observed, slack, pagerduty: pagerduty.incidents() });
      const figures = {
        alerts: pagerduty.incidents().length,
        incidents: observed.states.size,
        presses: observed.presses.length,
        steps: observed.completions.length,
        orders: observed.orders.length,
        channels: [...observed.channels.values()].reduce((sum, { size }) => sum + size, 0),
        longestUnseenMs: longestUnseen(observed),
      };
      return { seed, problems, account: account.lines, digest: account.digest(), figures };
    });
  } finally {
    await store.close();
  }

  function startExpiring(slack: SlackWorld): void {
    const expiry = chance("expiry");
    const next = (): void => {
      time.after(expiry.waitFor(150 * MINUTE), () => {
        if (trouble.isOver()) return;
        slack.expireOne();
        next();
      });
    };
    next();
  }
}

/** Milliseconds from the 202 for an alert to the first message that showed it, for the alert that waited longest; endless where one never was. */
function longestUnseen({ taken, shown }: Observed): number {
  const waits = taken
    .filter(({ type }) => type === "incident.triggered")
    .map(({ at, alertId }) => Math.min(...(shown.get(alertId)?.values() ?? [])) - at);
  return Math.max(0, ...waits);
}

function present<Part>(part: Part | undefined): Part {
  if (!part) throw new Error("This part of the world is not there yet.");
  return part;
}

function countingIds(): (prefix: string) => string {
  let count = 0;
  return (prefix) => `${prefix}_${(count += 1)}`;
}

function configurationOf() {
  const configuration = readConfiguration({
    DATABASE_URL: "sqlite::memory:",
    PAGERDUTY_WEBHOOK_SECRETS: SANDBOX_WEBHOOK_SECRET,
    PAGERDUTY_API_TOKEN: SANDBOX_PAGERDUTY_TOKEN,
    PAGERDUTY_API_URL,
    PAGERDUTY_FROM: SANDBOX_PAGERDUTY_FROM,
    SLACK_TRIAGE_TRIGGER_URL: `${TRIGGERS_URL}/triage_alert`,
    SLACK_SIGNAL_TRIGGER_URL: `${TRIGGERS_URL}/handle_signal`,
    SLACK_NEWS_TRIGGER_URL: `${TRIGGERS_URL}/handle_news`,
    COMPANION_SECRETS: SANDBOX_COMPANION_SECRET,
  });
  if (!configuration.ok) throw new Error(JSON.stringify(configuration.refusal));
  return configuration.value;
}
