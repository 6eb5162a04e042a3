/** Slack for the simulation: the sandbox's platform with its strictness, and the real handlers run in this process. */
import type { AppDefinition } from "../sandbox/slack/app_definition.ts";
import { beginBuiltIn } from "../sandbox/slack/built_ins.ts";
import type { Platform } from "../sandbox/slack/platform.ts";
import { createRateLimits } from "../sandbox/slack/rate_limits.ts";
import { createRuns, type Runs } from "../sandbox/slack/runs.ts";
import { seedState, type Values } from "../sandbox/slack/state.ts";
import { INTERACTION_LIMIT_MS, MAIN_HANDLER_LIMIT_MS, TRIGGER_REFUSAL_STATUS } from "../sandbox/slack/strictness.ts";
import { fireTrigger, linkPath, triggerNamed, webhookProblem } from "../sandbox/slack/triggers.ts";
import { CHANNELS, SANDBOX_COMPANION_SECRET } from "../sandbox/seed.ts";
import { LINK_VARIABLES } from "../sandbox/stand_ins.ts";
import { createFunctionHost, type FunctionHost, type Handlers } from "./function_host.ts";
import { incidentOf, type WorldDeps } from "./world_deps.ts";

export interface SlackWorld {
  readonly platform: Platform;
  readonly runs: Runs;
  readonly functions: FunctionHost;
  /** What pressing, typing and submitting need. */
  readonly interactivity: { readonly platform: Platform; readonly execute: FunctionHost["click"] };
  /** A POST to a webhook trigger. */
  callTrigger(name: string, raw: string): Response;
  linkUrl(name: string): string;
  /** Slack gives one open step up. */
  expireOne(): void;
}

const BASE_URL = "https://slack.example";

export function createSlackWorld(
  deps: WorldDeps,
  app: AppDefinition,
  handlers: Handlers,
  id: (prefix: string) => string,
): SlackWorld {
  const { time, chance, trouble, account } = deps;
  const clock = { manual: false, now: time.now, advance: () => undefined, onAdvance: () => () => undefined };
  const platform: Platform = {
    deps: { clock, changed: () => undefined, id },
    app,
    baseUrl: BASE_URL,
    settings: {
      get staleReadsMs() {
        return trouble.staleness();
      },
      rateLimits: true,
      errors: {},
    },
    state: seedState(time.now()),
  };
  const limits = createRateLimits(clock);
  const linkUrl = (name: string): string => `${BASE_URL}${linkPath(name)}`;
  const variables = variablesOf(app, linkUrl);
  const runs: Runs = createRuns({
    platform,
    execute: (execution, body) => functions.main(execution, body),
    beginBuiltIn: (name, step, all) => beginBuiltIn(platform, name, step, all),
  });
  const functions = createFunctionHost(deps, { platform, runs, limits, handlers, variables, ...LIMITS });

  function fire(name: string, body: Values): string | undefined {
    const definition = triggerNamed(platform, name)?.definition;
    if (definition?.type !== "webhook") return "there is no such trigger";
    const outcome = fireTrigger(platform, runs, { name, definition, data: body });
    return typeof outcome === "string" ? outcome : undefined;
  }

  return {
    platform,
    runs,
    functions,
    interactivity: { platform, execute: functions.click },
    linkUrl,
    callTrigger(name, raw) {
      const retryAfter = limits.take(`trigger:${name}`, "trigger");
      if (retryAfter !== undefined) {
        return answer({ ok: false, error: "ratelimited" }, 429, { "retry-after": String(retryAfter) });
      }
      const body = JSON.parse(raw) as Values;
      const what = `${name} ${JSON.stringify([body["kind"], body["incident_id"]])}`;
      if (trouble.strikes("run_dropped")) {
        account.tell(`Slack accepts ${what} and runs nothing`);
        return answer({ ok: true });
      }
      const problem = webhookProblem(raw, body) ?? fire(name, body);
      if (problem !== undefined) {
        deps.observed.errors.push(`Slack refused ${what}: ${problem}`);
        return answer({ ok: false, error: "parameter_validation_failed" }, TRIGGER_REFUSAL_STATUS);
      }
      if (trouble.strikes("doubled")) {
        account.tell(`Slack runs ${what} twice`);
        // Two runs at the same moment could not be told apart by anything in Slack: the second one comes a while later.
        time.after(chance.between(60_000, 170_000), () => fire(name, body));
      }
      return answer({ ok: true });
    },
    expireOne() {
      const open = platform.state.runs.flatMap(({ steps }) => steps.filter(({ status }) => status === "waiting"));
      if (open.length === 0) return;
      const step = chance.pick(open);
      account.tell(`Slack ends the open step "${step.title}" of ${incidentOf(step.inputs)}`);
      runs.expire((one) => one === step);
    },
  };
}

const LIMITS = { mainMs: MAIN_HANDLER_LIMIT_MS, clickMs: INTERACTION_LIMIT_MS };

function variablesOf(app: AppDefinition, linkUrl: (name: string) => string): Record<string, string> {
  const variables: Record<string, string> = {
    COMPANION_SECRET: SANDBOX_COMPANION_SECRET,
    TRIAGE_CHANNEL_ID: CHANNELS.feed.id,
    ANNOUNCE_CHANNEL_ID: CHANNELS.announce.id,
  };
  for (const [variable, trigger] of Object.entries(LINK_VARIABLES)) {
    if (app.triggers.has(trigger)) variables[variable] = linkUrl(trigger);
  }
  return variables;
}

function answer(body: object, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}
