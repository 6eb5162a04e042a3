/** Runs the stand-in with the tiny app behind a real HTTP server on a free port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { LogLevel, WebClient } from "@slack/web-api";
import { createClock, type SandboxClock } from "../../sandbox/clock.ts";
import type { RunView, StateValues, WorkspaceView } from "../../sandbox/page_api.ts";
import { CHANNELS, SANDBOX_BOT_TOKEN } from "../../sandbox/seed.ts";
import { createSlackStandIn, type SlackStandIn, type SlackStandInOptions } from "../../sandbox/slack/stand_in.ts";

const TINY_APP = fileURLToPath(new URL("../fixtures/tiny_app", import.meta.url));
export const START = Date.parse("2026-11-23T02:00:00Z");
export const FEED = CHANNELS.feed.id;

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface Harness {
  readonly url: string;
  readonly slack: SlackStandIn;
  readonly clock: SandboxClock;
  readonly web: WebClient;
  api(method: string, args?: Record<string, unknown>, token?: string): Promise<Record<string, unknown>>;
  post(path: string, body: unknown): Promise<Answer>;
  ask(inputs?: Record<string, string>): Promise<Answer>;
  workspace(user?: string, channel?: string): Promise<WorkspaceView>;
  runs(): Promise<readonly RunView[]>;
  press(actionId: string, more?: Partial<Press>): Promise<Answer>;
  close(): Promise<void>;
}

interface Press {
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  readonly viewId: string;
  readonly blockId: string;
  readonly payload: Record<string, unknown>;
  readonly state: StateValues;
}

/** Looks until there is something, and fails with what it was waiting for. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited in vain for: ${what}`);
}

export async function startHarness(
  options: Partial<SlackStandInOptions> & { manualClock?: boolean; firstId?: number } = {},
): Promise<Harness> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = createClock(options.manualClock ?? true, START);
  let lastId = options.firstId ?? 0;
  const id = (prefix: string) => `${prefix}${String((lastId += 1)).padStart(10, "0")}`;
  const slack = await createSlackStandIn(
    { clock, changed: () => undefined, id },
    { appRoot: TINY_APP, baseUrl: url, variables: () => ({ TINY: "set" }), ...options },
  );
  const listener = getRequestListener(slack.routes.fetch);
  server.on("request", (request, response) => void listener(request, response));
  const web = new WebClient(SANDBOX_BOT_TOKEN, {
    slackApiUrl: `${url}/slack/api/`,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  const json = async (response: Response) => (await response.json()) as Record<string, unknown>;

  const harness: Harness = {
    url,
    slack,
    clock,
    web,
    async api(method, args = {}, token = SANDBOX_BOT_TOKEN) {
      const response = await fetch(`${url}/slack/api/${method}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(args),
      });
      return json(response);
    },
    async post(path, body) {
      const response = await fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await json(response) };
    },
    ask: (inputs = {}) =>
      harness.post("/slack/triggers/ask", { channel: FEED, question: "Shall we?", mode: "", ...inputs }),
    async workspace(user = "U0DANA", channel = FEED) {
      const response = await fetch(`${url}/sandbox/workspace?user=${user}&channel=${channel}`);
      return (await response.json()) as WorkspaceView;
    },
    async runs() {
      return (await (await fetch(`${url}/sandbox/runs`)).json()) as RunView[];
    },
    async press(actionId, more = {}) {
      const { ts = "", ...rest } = more;
      const place = rest.viewId === undefined ? { channel: FEED, ts } : {};
      const request = { user: "U0DANA", blockId: "answers", payload: {}, state: {}, ...place, ...rest, actionId };
      return harness.post("/sandbox/press", request);
    },
    async close() {
      await slack.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return harness;
}

/** Asks a question and gives its message, once it stands in the channel and the step waits. */
export async function askAndWait(
  harness: Harness,
  inputs: Record<string, string> = {},
): Promise<{ ts: string; run: RunView }> {
  const before = new Set((await harness.runs()).map((run) => run.id));
  await harness.ask(inputs);
  const run = await eventually("the question's step waits", async () =>
    (await harness.runs()).find((one) => !before.has(one.id) && one.steps[0]?.status === "waiting"),
  );
  const { messages } = await harness.workspace();
  const message = messages.findLast((one) => one.blocks.some((block) => block.block_id === "answers"));
  if (!message) throw new Error("The question is not in the channel.");
  return { ts: message.ts, run };
}

/** The run with this id, once it has ended. */
export function ended(harness: Harness, id: string): Promise<RunView> {
  return eventually(`run ${id} ends`, async () =>
    (await harness.runs()).find((run) => run.id === id && run.status !== "running"),
  );
}
