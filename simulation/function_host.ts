/** Where Slack runs functions: each call is a process of its own, which may die between any two calls that it makes. */
import type { CallOutcome } from "../sandbox/slack/deno_host.ts";
import type { Platform } from "../sandbox/slack/platform.ts";
import type { RateLimits } from "../sandbox/slack/rate_limits.ts";
import type { Runs } from "../sandbox/slack/runs.ts";
import type { Values } from "../sandbox/slack/state.ts";
import { answerCall } from "../sandbox/slack/web_api.ts";
import { SANDBOX_BOT_TOKEN, TEAM } from "../sandbox/seed.ts";
import { watchAnswer } from "./api_witness.ts";
import { COMPANION_URL, incidentOf, stepOf, type WorldDeps } from "./world_deps.ts";

/** What a handler module exports, in the SDK's shape. */
type Handler = ((context: object) => Promise<unknown>) & {
  readonly blockActions: (context: object) => Promise<unknown>;
  readonly blockSuggestion: (context: object) => Promise<unknown>;
  readonly viewSubmission: (context: object) => Promise<unknown>;
  readonly viewClosed: (context: object) => Promise<unknown>;
};
export type Handlers = ReadonlyMap<string, Handler>;

export interface FunctionHost {
  /** Begins a step. */
  main(execution: string, body: Values): Promise<CallOutcome>;
  /** Hands a click, a typed text or a form to the step that it belongs to. */
  click(execution: string, body: Values): Promise<CallOutcome>;
  /** A request that a running function makes to the companion. */
  fromFunction<Outcome>(callId: string, request: () => Promise<Outcome>): Promise<Outcome>;
}

interface Parts {
  readonly platform: Platform;
  readonly runs: Runs;
  readonly limits: RateLimits;
  readonly handlers: Handlers;
  readonly variables: Readonly<Record<string, string>>;
  readonly mainMs: number;
  readonly clickMs: number;
}

/** One call of a function, from its start to its end. */
interface Call {
  readonly id: string;
  readonly name: string;
  readonly incidentId: string;
  isDead: boolean;
  /** How many more calls it makes before it dies; undefined for one that lives. */
  callsLeft: number | undefined;
  readonly died: Promise<CallOutcome>;
  readonly die: () => void;
}

const NEVER = new Promise<never>(() => undefined);

export function createFunctionHost(deps: WorldDeps, parts: Parts): FunctionHost {
  const { time, chance, trouble, account } = deps;
  const { platform } = parts;
  const calls = new Map<string, Call>();
  let made = 0;

  function begin(execution: string): Call {
    made += 1;
    const { name, inputs } = stepOf(platform, execution);
    let end: (outcome: CallOutcome) => void = () => undefined;
    const died = new Promise<CallOutcome>((resolve) => (end = resolve));
    const call: Call = {
      id: String(made),
      name,
      incidentId: incidentOf(inputs),
      isDead: false,
      callsLeft: trouble.strikes("function_dies") ? chance.between(0, 25) : undefined,
      died,
      die() {
        if (call.isDead) return;
        call.isDead = true;
        account.tell(`${name} of ${call.incidentId} dies half way`);
        end({ kind: "failed", error: "the process ended" });
      },
    };
    calls.set(call.id, call);
    return call;
  }

  /** Makes one call to the outside; the process may die just before it, or before it hears the answer. */
  async function outside<Outcome>(call: Call, act: () => Promise<Outcome>): Promise<Outcome> {
    if (call.isDead) return NEVER;
    const isLast = call.callsLeft === 0;
    if (call.callsLeft !== undefined) call.callsLeft -= 1;
    const hears = !isLast || chance.happens(0.5);
    if (isLast && hears) {
      call.die();
      return NEVER;
    }
    try {
      const outcome = await act();
      if (isLast) call.die();
      return call.isDead ? await NEVER : outcome;
    } catch (thrown) {
      if (call.isDead) return NEVER;
      throw thrown;
    }
  }

  async function apiCall(call: Call, token: string, method: string, given: object): Promise<unknown> {
    await time.wait(trouble.travel());
    if (trouble.strikes("request_lost")) throw new TypeError("The connection was closed.");
    if (trouble.strikes("rate_limited")) throw rateLimited(chance.between(1, 5));
    // What crosses a wire is a copy.
    const args = JSON.parse(JSON.stringify(given)) as Values;
    const step = stepOf(platform, textOf(args["function_execution_id"]));
    const answer = deps.plant.answers(call.name, method, args, (asked) => answered(token, method, asked));
    account.note(`${call.name}/${call.id} of ${call.incidentId}: ${method} ${answer.error ?? "ok"}${written(args)}`);
    if (answer.ok) watchAnswer(deps.observed, account, time.now(), { method, args, answer, step });
    if (trouble.strikes("answer_lost")) throw new TypeError("The connection was closed.");
    await time.wait(trouble.travel());
    return JSON.parse(JSON.stringify(answer));
  }

  function answered(token: string, method: string, args: Values) {
    const verdict = answerCall(parts, method, { token, args });
    if ("retryAfter" in verdict) throw rateLimited(verdict.retryAfter);
    return { ok: verdict.answer.error === undefined, ...verdict.answer };
  }

  function contextOf(call: Call, body: Values, token: string): object {
    const event = body["event"] as Values | undefined;
    const functionData = body["function_data"] as Values | undefined;
    return {
      body,
      env: { ...parts.variables, COMPANION_URL: `${COMPANION_URL}/call/${call.id}` },
      token,
      inputs: event?.["inputs"] ?? functionData?.["inputs"] ?? {},
      team_id: TEAM.id,
      enterprise_id: "",
      apiCall: (method: string, args: object) => outside(call, () => apiCall(call, token, method, args)),
    };
  }

  async function runMain(call: Call, handler: Handler, body: Values, execution: string): Promise<unknown> {
    const event = body["event"] as Values;
    const token = textOf(event["bot_access_token"]) || SANDBOX_BOT_TOKEN;
    const answer = (await blamed(call, handler({ ...contextOf(call, body, token), event }))) as Values | undefined;
    if (!answer) throw new Error("The function did not return an object.");
    const complete = (method: string, args: object) =>
      outside(call, () => apiCall(call, token, method, { function_execution_id: execution, ...args }));
    if (answer["error"]) {
      account.tell(`${call.name} of ${call.incidentId} fails: ${textOf(answer["error"])}`);
      await complete("functions.completeError", { error: answer["error"] });
    } else if (answer["completed"] !== false) {
      await complete("functions.completeSuccess", { outputs: answer["outputs"] ?? {} });
    }
    return {};
  }

  /** Handlers catch what goes wrong at their edge: one that throws all the same has a fault. */
  async function blamed(call: Call, work: Promise<unknown>): Promise<unknown> {
    try {
      return await work;
    } catch (thrown) {
      deps.observed.errors.push(`${call.name} of ${call.incidentId} threw ${String(thrown)}`);
      throw thrown;
    }
  }

  async function runClick(call: Call, handler: Handler, body: Values): Promise<unknown> {
    const context = contextOf(call, body, textOf(body["bot_access_token"]));
    switch (body["type"]) {
      case "block_actions":
        return handler.blockActions({ ...context, action: (body["actions"] as unknown[])[0] });
      case "block_suggestion":
        return handler.blockSuggestion(context);
      case "view_submission":
        return handler.viewSubmission({ ...context, view: body["view"] });
      default:
        return handler.viewClosed({ ...context, view: body["view"] });
    }
  }

  async function perform(execution: string, body: Values, limitMs: number, isMain: boolean): Promise<CallOutcome> {
    const call = begin(execution);
    const handler = parts.handlers.get(call.name);
    if (!handler) return { kind: "failed", error: `there is no function ${call.name}` };
    await time.wait(trouble.start());
    let tooLate: (outcome: CallOutcome) => void = () => undefined;
    const limit = new Promise<CallOutcome>((resolve) => (tooLate = resolve));
    const appointment = time.after(limitMs, () => tooLate({ kind: "timed_out" }));
    const work = isMain ? runMain(call, handler, body, execution) : blamed(call, runClick(call, handler, body));
    const ended = work.then(
      (answer): CallOutcome => ({ kind: "answered", answer: answer ?? {} }),
      (thrown: unknown): CallOutcome => ({ kind: "failed", error: String(thrown) }),
    );
    const outcome = await Promise.race([ended, call.died, limit]);
    appointment.cancel();
    if (outcome.kind === "timed_out") account.tell(`${call.name} of ${call.incidentId} takes longer than Slack allows`);
    if (outcome.kind !== "timed_out") calls.delete(call.id);
    return outcome;
  }

  return {
    main: (execution, body) => perform(execution, body, parts.mainMs, true),
    click: (execution, body) => perform(execution, body, parts.clickMs, false),
    fromFunction(callId, request) {
      const call = calls.get(callId);
      return call ? outside(call, request) : NEVER;
    },
  };
}

/** What Slack's client throws for a 429. */
function rateLimited(seconds: number) {
  return Object.assign(new Error("429"), { status: 429, headers: new Headers({ "retry-after": String(seconds) }) });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** What a write puts into a datastore, as far as a reader of the account wants to know. */
function written({ datastore, item }: Values): string {
  if (typeof datastore !== "string" || typeof item !== "object") return "";
  return ` ${datastore} ${JSON.stringify(item).slice(0, 700)}`;
}
