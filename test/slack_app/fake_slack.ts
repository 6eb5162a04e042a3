import { Hono } from "hono";
import { closeServer, listen } from "../companion/fake_pagerduty.ts";
import type { FakeApp } from "./fake_app.ts";

/** How a step ended; empty while it has not. */
export interface StepEnd {
  readonly outputs?: Record<string, string>;
  readonly error?: string;
}

export interface FakeSlack {
  /** What a handler's `env` holds so that its client comes here. */
  readonly env: Readonly<Record<string, string>>;
  /** How each attempt to complete a step was answered: "ok" or Slack's error. */
  readonly completions: {
    readonly execution: string;
    readonly outputs: Record<string, string>;
    readonly answer: string;
  }[];
  /** What the last step was ended with, whether Slack took it or not. */
  ended(): StepEnd;
  /** The next completions fail with these errors. */
  failCompletions(...errors: string[]): void;
  close(): Promise<void>;
}

/** A fake app's Slack behind HTTP, for handlers of clicks and forms: a step completes once, and its token dies with it. */
export async function fakeSlack(fake: FakeApp): Promise<FakeSlack> {
  const completions: FakeSlack["completions"][number][] = [];
  const over = new Set<string>();
  const failures: string[] = [];
  let ended: StepEnd = {};
  const complete = (args: Readonly<Record<string, unknown>>): string => {
    const failure = failures.shift();
    if (failure) return failure;
    const execution = String(args["function_execution_id"]);
    if (over.has(execution)) return "execution_not_in_running_state";
    over.add(execution);
    return "ok";
  };
  const app = new Hono();
  app.post("/api/:method", async (c) => {
    const method = c.req.param("method");
    const args = argsOf(await c.req.text());
    // Tokens are named after their executions.
    const token = (c.req.header("authorization") ?? "").replace("Bearer ", "");
    if (method === "functions.completeSuccess") {
      const answer = complete(args);
      const outputs = args["outputs"] as Record<string, string>;
      completions.push({ execution: String(args["function_execution_id"]), outputs, answer });
      ended = { outputs };
      return c.json(answer === "ok" ? { ok: true } : { ok: false, error: answer });
    }
    if (method === "functions.completeError") ended = { error: String(args["error"]) };
    if (over.has(token)) return c.json({ ok: false, error: "token_revoked" });
    return c.json(await fake.app.slack.call(method, args));
  });
  const { server, port } = await listen(app);
  return {
    env: { SLACK_API_URL: `http://127.0.0.1:${port}/api/` },
    completions,
    ended: () => ended,
    failCompletions: (...errors) => void failures.push(...errors),
    close: () => closeServer(server),
  };
}

/** The body of a block action or of a form, as far as our handlers read it. */
export function pressBody(execution: string, user: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    user: { id: user },
    function_data: { execution_id: execution, function: { callback_id: "" }, inputs: {} },
    interactivity: { interactivity_pointer: `pointer-of-${user}`, interactor: { id: user, secret: "" } },
    channel: { id: "C1" },
    message: { ts: "1.2" },
    ...more,
  };
}

function argsOf(text: string): Record<string, unknown> {
  return Object.fromEntries([...new URLSearchParams(text)].map(([key, value]) => [key, parsed(value)]));
}

/** Slack's client sends arrays and objects as JSON. */
function parsed(value: string): unknown {
  return /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value;
}
