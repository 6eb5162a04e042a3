/** The stand-ins of PagerDuty and Sentry on a port of their own, and a receiver of webhooks that answers as it is told. */
import { createServer } from "node:http";
import { api } from "@pagerduty/pdjs";
import { Hono } from "hono";
import { fromIso } from "../../core/time.ts";
import { createClock, type SandboxClock } from "../../sandbox/clock.ts";
import type { PagerdutyView } from "../../sandbox/page_api.ts";
import { createPagerdutyStandIn, type PagerdutyStandIn } from "../../sandbox/pagerduty/stand_in.ts";
import { createSentryStandIn, type SentryStandIn } from "../../sandbox/sentry/stand_in.ts";
import { startServer } from "../../sandbox/server.ts";

const API_TOKEN = "token-of-the-test";
export const SENTRY_TOKEN = "sentry-token-of-the-test";
export const SECRETS = ["first secret of the test", "second secret of the test"] as const;
/** The address of Checkout's first person on call, of the second, and of an integration that is never on call. */
export const DANA = "dana@example.com";
export const LENA = "lena@example.com";
export const BOT = "pager-triage@example.com";

export interface ReceivedWebhook {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly event: {
    readonly id: string;
    readonly event_type: string;
    readonly occurred_at: string;
    readonly agent: { readonly id: string; readonly type: string; readonly summary: string } | null;
    readonly client: { readonly name: string; readonly url?: string } | null;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

export interface Receiver {
  readonly url: string;
  readonly webhooks: ReceivedWebhook[];
  /** The status of the next answers; the last one is used from then on. */
  answer(...statuses: number[]): void;
  close(): Promise<void>;
}

async function startReceiver(): Promise<Receiver> {
  const webhooks: ReceivedWebhook[] = [];
  let answers: number[] = [202];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join() : value]),
      );
      webhooks.push({ headers, body, event: JSON.parse(body.toString("utf8")).event });
      const status = (answers.length > 1 ? answers.shift() : answers[0]) ?? 202;
      response.writeHead(status).end();
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address && typeof address === "object") resolve(address.port);
    });
  });
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    webhooks,
    answer: (...statuses) => void (answers = statuses),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface World {
  readonly baseUrl: string;
  readonly apiUrl: string;
  readonly clock: SandboxClock;
  readonly pagerduty: PagerdutyStandIn;
  readonly sentry: SentryStandIn;
  readonly receiver: Receiver;
  /** REST through PagerDuty's own client. */
  rest(method: "get" | "post" | "put", path: string, options?: RestOptions): Promise<RestAnswer>;
  /** The sandbox's own routes, Events API included. */
  post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  view(): Promise<PagerdutyView>;
  close(): Promise<void>;
}

export interface RestOptions {
  readonly from?: string;
  readonly data?: object;
  readonly query?: Record<string, string | string[]>;
  readonly token?: string;
}
export interface RestAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  // PagerDuty's client types every answer like this; each test looks at what it needs.
  readonly data: ReturnType<typeof JSON.parse>;
}

export async function startWorld(options: { manualClock?: boolean; now?: string } = {}): Promise<World> {
  const clock = createClock(options.manualClock ?? false, fromIso(options.now) ?? Date.now());
  const receiver = await startReceiver();
  const server = await startServer(0);
  const baseUrl = `http://127.0.0.1:${server.port}`;
  let counter = 0;
  const deps = {
    clock,
    changed: () => undefined,
    id: (prefix: string) => `${prefix}${String((counter += 1)).padStart(10, "0")}`,
  };
  const sentry = createSentryStandIn(deps, { baseUrl, authToken: SENTRY_TOKEN });
  const pagerduty = createPagerdutyStandIn(deps, {
    baseUrl,
    webhookUrl: () => receiver.url,
    webhookSecrets: SECRETS,
    apiToken: API_TOKEN,
    sentry,
  });
  const app = new Hono().route("/", pagerduty.routes).route("/", sentry.routes);
  server.serve((request) => app.fetch(request));

  return {
    baseUrl,
    apiUrl: pagerduty.apiUrl,
    clock,
    pagerduty,
    sentry,
    receiver,
    async rest(method, path, { from, data, query, token } = {}) {
      const client = api({ token: token ?? API_TOKEN });
      const answer = await client[method](path, {
        url: `${pagerduty.apiUrl}${path}`,
        requestTimeout: 0,
        // Its own answer to 429 is to wait and try again; a test wants to see the 429.
        retryTimeout: 1,
        headers: from === undefined ? {} : { From: from },
        ...(data ? { data } : {}),
        ...(query ? { queryParameters: query } : {}),
      });
      return { status: answer.status, headers: answer.headers, data: answer.data };
    },
    async post(path, body) {
      const answer = await fetch(`${baseUrl}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    view: async () => (await (await fetch(`${baseUrl}/sandbox/pagerduty`)).json()) as PagerdutyView,
    async close() {
      await pagerduty.close();
      await sentry.close();
      await server.close();
      await receiver.close();
    },
  };
}

/** An error of the service, through Sentry; the id of the PagerDuty incident that it raised. */
export async function fire(world: World, serviceId = "PCHECK1", kind = "sentry_error"): Promise<string> {
  const { body } = await world.post("/sandbox/pagerduty/fire", { serviceId, kind });
  if (typeof body["incidentId"] !== "string") throw new Error(`Nothing was raised: ${JSON.stringify(body)}`);
  return body["incidentId"];
}

/** Waits, at most 5 s, until the value is there. */
export async function until<Value>(what: string, look: () => Value | undefined | false): Promise<Value> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const value = look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`Not within 5 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Waits until this many webhooks have arrived. */
export function received(world: World, count: number): Promise<readonly ReceivedWebhook[]> {
  const { webhooks } = world.receiver;
  return until(`${count} webhooks`, () => webhooks.length >= count && webhooks);
}
