/** The door of the Web API: token, method, scopes, arguments and limits, in this order, before a method acts. */
import type { Context, Hono } from "hono";
import { callerOf, type Caller } from "./credentials.ts";
import type { Answer, Method } from "./method.ts";
import { BLOCKS_METHODS } from "./methods/blocks_validate.ts";
import { seenChannel } from "./methods/channel_access.ts";
import { CHANNEL_EXTRAS } from "./methods/channel_extras.ts";
import { CHAT_METHODS } from "./methods/chat.ts";
import { CONVERSATION_READS } from "./methods/conversation_reads.ts";
import { CONVERSATION_METHODS } from "./methods/conversations.ts";
import { DATASTORE_METHODS } from "./methods/datastores.ts";
import { FUNCTION_METHODS } from "./methods/functions.ts";
import { TRIGGER_METHODS } from "./methods/triggers.ts";
import { USER_METHODS } from "./methods/users.ts";
import { VIEW_METHODS } from "./methods/views.ts";
import { addLog, findExecution, isOpen, type Platform } from "./platform.ts";
import type { RateLimits } from "./rate_limits.ts";
import type { Runs } from "./runs.ts";

const METHODS: Readonly<Record<string, Method>> = {
  ...BLOCKS_METHODS,
  ...CHANNEL_EXTRAS,
  ...CHAT_METHODS,
  ...CONVERSATION_METHODS,
  ...CONVERSATION_READS,
  ...DATASTORE_METHODS,
  ...FUNCTION_METHODS,
  ...TRIGGER_METHODS,
  ...USER_METHODS,
  ...VIEW_METHODS,
};

/** A call as it arrived, whatever carried it. */
interface Parsed {
  readonly token: string;
  readonly args: Readonly<Record<string, unknown>>;
}

async function readArguments(c: Context): Promise<Readonly<Record<string, unknown>> | undefined> {
  const query = c.req.query();
  if (c.req.method === "GET") return query;
  const type = c.req.header("content-type") ?? "";
  if (type.includes("application/json")) {
    const body: unknown = await c.req.json().catch(() => undefined);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...query, ...body } : undefined;
  }
  return { ...query, ...(await c.req.parseBody()) };
}

async function parseRequest(c: Context): Promise<Parsed | undefined> {
  const args = await readArguments(c);
  if (!args) return undefined;
  const bearer = /^Bearer\s+(.*)$/i.exec(c.req.header("authorization") ?? "")?.[1]?.trim();
  const inBody = args["token"];
  return { token: bearer || (typeof inBody === "string" ? inBody : ""), args };
}

export interface WebApiDeps {
  readonly platform: Platform;
  readonly runs: Runs;
  readonly limits: RateLimits;
}

/** A step that is over refuses its second completion by name, although its token is dead as well. */
function endedCompletion({ platform }: WebApiDeps, name: string, token: string, args: Parsed["args"]): boolean {
  if (!name.startsWith("functions.complete")) return false;
  const execution = platform.state.tokens[token]?.execution;
  return (
    execution !== undefined &&
    execution === args["function_execution_id"] &&
    !isOpen(findExecution(platform, execution))
  );
}

/** In a private channel only the scopes for those help; one that the bot is not in does not exist for it. */
function missingScope(platform: Platform, method: Method, args: Parsed["args"]): Answer | undefined {
  const provided = platform.app.manifest.oauth_config.scopes.bot;
  const isPrivate = seenChannel(platform, String(args["channel"]))?.isPrivate === true;
  const scopes = isPrivate ? method.scopes.filter((scope) => !scope.startsWith("channels:")) : method.scopes;
  if (scopes.length === 0 || scopes.some((scope) => provided.includes(scope))) return undefined;
  return { error: "missing_scope", needed: scopes.join(","), provided: provided.join(",") };
}

type Verdict = { readonly answer: Answer; readonly caller?: Caller } | { readonly retryAfter: number };

/** Answers a call of the Web API: token, method, scopes, arguments and limits, in this order, before a method acts. */
export function answerCall(deps: WebApiDeps, name: string, { token, args }: Parsed): Verdict {
  const { platform, limits } = deps;
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!method) return { answer: { error: "unknown_method", req_method: name } };
  const caller = callerOf(platform, token);
  if (typeof caller === "string") {
    return { answer: { error: endedCompletion(deps, name, token, args) ? "execution_not_in_running_state" : caller } };
  }
  if (platform.settings.rateLimits) {
    const key = method.tier === "post" ? `${name}:${String(args["channel"])}` : name;
    const retryAfter = limits.take(key, method.tier);
    if (retryAfter !== undefined) return { retryAfter };
  }
  const failure = platform.settings.errors[name];
  if (failure !== undefined) return { answer: { error: failure }, caller };
  const scope = missingScope(platform, method, args);
  if (scope) return { answer: scope, caller };
  const result = method.run(args, { ...deps, caller });
  if (!isProblems(result)) return { answer: result, caller };
  return { answer: { error: "invalid_arguments", response_metadata: { messages: result } }, caller };
}

function isProblems(result: Answer | readonly string[]): result is readonly string[] {
  return Array.isArray(result);
}

/** Mounts /slack/api/METHOD for forms, JSON and GET. Slack's errors are HTTP 200 with ok: false; only limits are 429. */
export function mountWebApi(routes: Hono, deps: WebApiDeps): void {
  routes.on(["GET", "POST"], "/slack/api/:method", async (c) => {
    const name = c.req.param("method");
    const parsed = await parseRequest(c);
    if (!parsed) return c.json({ ok: false, error: "invalid_json" });
    const execution = deps.platform.state.tokens[parsed.token]?.execution;
    const verdict = answerCall(deps, name, parsed);
    if ("retryAfter" in verdict) {
      addLog(deps.platform, execution, `${name} → ratelimited`);
      return c.json({ ok: false, error: "ratelimited" }, 429, { "retry-after": String(verdict.retryAfter) });
    }
    const { error, ...rest } = verdict.answer;
    addLog(deps.platform, execution, `${name} → ${error ?? "ok"}`);
    return c.json(error === undefined ? { ok: true, ...rest } : { ok: false, error, ...rest });
  });
}
