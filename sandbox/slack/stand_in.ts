/** The stand-in of Slack's platform: workspace, Web API, workflows, and the functions in a real Deno. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { toIso } from "../../core/time.ts";
import type { SandboxDeps, StandIn } from "../parts.ts";
import { APP, SANDBOX_BOT_TOKEN, TEAM } from "../seed.ts";
import { bundleFunctions, loadApp } from "./app_bundle.ts";
import { beginBuiltIn } from "./built_ins.ts";
import { startDenoHost, type DenoHost } from "./deno_host.ts";
import { mountPage } from "./page_routes.ts";
import { addActivity, addLog, touch, type Platform, type Settings } from "./platform.ts";
import { createRateLimits, type RateLimits } from "./rate_limits.ts";
import { createRuns, type Runs } from "./runs.ts";
import { seedState, type SlackState, type Values } from "./state.ts";
import { INTERACTION_LIMIT_MS, MAIN_HANDLER_LIMIT_MS, TRIGGER_REFUSAL_STATUS } from "./strictness.ts";
import { startSchedules } from "./schedules.ts";
import { fireTrigger, linkPath, triggerNamed, webhookProblem } from "./triggers.ts";
import { mountWebApi } from "./web_api.ts";

export interface SlackStandInOptions {
  /** The folder of manifest.ts. */
  readonly appRoot: string;
  /** Where the routes are reachable from this machine: http://127.0.0.1:PORT */
  readonly baseUrl: string;
  /**
   * The environment of manifest.ts, asked once while the stand-in is made, and of the functions, asked at each call.
   * SLACK_API_URL, and SANDBOX_NOW with a manual clock, are added.
   */
  readonly variables: () => Readonly<Record<string, string>>;
  readonly denoPackage?: "deno" | "deno-1";
  /** Milliseconds of the wall clock; Slack's own limits unless a test shortens them. */
  readonly limits?: { readonly mainMs: number; readonly interactionMs: number };
  readonly settings?: Partial<Settings>;
}

export interface SlackStandIn extends StandIn {
  /** The address of a link trigger by its file's name; undefined where the app has none of that name. */
  linkUrl(triggerName: string): string | undefined;
  /** The address of a webhook trigger by its file's name. */
  webhookUrl(triggerName: string): string;
  /** The process of Deno, for tests that end it. */
  denoPid(): number | undefined;
}

function mountTriggers(routes: Hono, platform: Platform, runs: Runs, limits: RateLimits): void {
  routes.post("/slack/triggers/:name", async (c) => {
    const name = c.req.param("name");
    const definition = triggerNamed(platform, name)?.definition;
    if (definition?.type !== "webhook") return c.json({ ok: false, error: "trigger_not_found" }, 404);
    const retryAfter = platform.settings.rateLimits ? limits.take(`trigger:${name}`, "trigger") : undefined;
    if (retryAfter !== undefined) {
      return c.json({ ok: false, error: "ratelimited" }, 429, { "retry-after": String(retryAfter) });
    }
    const raw = await c.req.text();
    const body = parseJson(raw);
    const problem =
      webhookProblem(raw, body) ?? fireTrigger(platform, runs, { name, definition, data: body as Values });
    if (typeof problem !== "string") return c.json({ ok: true });
    addActivity(platform, `Webhook trigger ${name} was refused: ${problem}`);
    return c.json({ ok: false, error: "parameter_validation_failed" }, TRIGGER_REFUSAL_STATUS);
  });
  routes.get("/slack/shortcuts/:id/:secret", (c) =>
    c.text("This link starts a workflow. Open it from the workspace page of the sandbox."),
  );
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

/** How bodies reach the functions: Slack's envelope, with the variables as they are at this moment. */
function createExecutor(platform: Platform, options: SlackStandInOptions, host: () => DenoHost) {
  const limits = options.limits ?? { mainMs: MAIN_HANDLER_LIMIT_MS, interactionMs: INTERACTION_LIMIT_MS };
  const { clock } = platform.deps;
  const call = (limitMs: number) => async (execution: string, body: Values) => {
    const variables = {
      ...options.variables(),
      SLACK_API_URL: `${platform.baseUrl}/slack/api/`,
      ...(clock.manual ? { SANDBOX_NOW: toIso(clock.now()) } : {}),
    };
    const context = { bot_access_token: SANDBOX_BOT_TOKEN, app_id: APP.id, team_id: TEAM.id, variables };
    return host().call(execution, { body, context }, limitMs);
  };
  return { main: call(limits.mainMs), interaction: call(limits.interactionMs) };
}

async function startHost(platform: Platform, options: SlackStandInOptions, folder: string): Promise<DenoHost> {
  const bundles = join(folder, "functions");
  await bundleFunctions(options.appRoot, platform.app.manifest, bundles);
  return startDenoHost({
    bundles,
    cache: join(folder, "deno"),
    reachable: [new URL(options.baseUrl).host, ...platform.app.manifest.outgoing_domains],
    denoPackage: options.denoPackage ?? "deno",
    onLog: ({ call, level, text }) => {
      if (call !== undefined) addLog(platform, call, level === "log" ? text : `${level}: ${text}`);
      else addActivity(platform, text);
      touch(platform);
    },
    onTrouble: (text) => addActivity(platform, text),
  });
}

function settingsOf(options: SlackStandInOptions): Settings {
  return { staleReadsMs: 0, rateLimits: false, errors: {}, ...options.settings };
}

/**
 * Builds the app, starts Deno and waits until functions can run.
 * @throws Error with one sentence when the app cannot be built or Deno cannot be started
 */
export async function createSlackStandIn(deps: SandboxDeps, options: SlackStandInOptions): Promise<SlackStandIn> {
  const platform: Platform = {
    deps,
    app: await loadApp(options.appRoot, options.variables()),
    baseUrl: options.baseUrl.replace(/\/$/, ""),
    settings: settingsOf(options),
    state: seedState(deps.clock.now()),
  };
  const folder = await mkdtemp(join(tmpdir(), "slack-stand-in-"));
  const host = await startHost(platform, options, folder).catch(async (problem: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw problem;
  });
  const execute = createExecutor(platform, options, () => host);
  const runs = createRuns({
    platform,
    execute: execute.main,
    beginBuiltIn: (name, step, all) => beginBuiltIn(platform, name, step, all),
  });
  const stopListening = deps.clock.onAdvance(() => runs.expireOld());
  const schedules = startSchedules(platform, runs);

  const routes = new Hono();
  const limits = createRateLimits(deps.clock);
  mountWebApi(routes, { platform, runs, limits });
  mountTriggers(routes, platform, runs, limits);
  mountPage(routes, { platform, runs, execute: execute.interaction });

  return {
    routes,
    snapshot: () => structuredClone(platform.state),
    restore(snapshot) {
      platform.state = structuredClone(snapshot) as SlackState;
      runs.endInterrupted();
      touch(platform);
    },
    reset() {
      const { version } = platform.state;
      platform.state = { ...seedState(deps.clock.now()), version };
      Object.assign(platform.settings, settingsOf(options));
      touch(platform);
    },
    async close() {
      stopListening();
      schedules.stop();
      await host.close();
      await rm(folder, { recursive: true, force: true });
    },
    linkUrl: (name) =>
      platform.app.triggers.get(name)?.type === "shortcut" ? `${platform.baseUrl}${linkPath(name)}` : undefined,
    webhookUrl: (name) => `${platform.baseUrl}/slack/triggers/${name}`,
    denoPid: () => host.pid(),
  };
}
