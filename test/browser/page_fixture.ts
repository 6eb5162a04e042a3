/**
 * A server with canned answers behind the real page: it keeps what the page sends, and a test changes what it says. No
 * stand-in, no rules; for looking at the page alone.
 */
import type { AddressInfo } from "node:net";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type {
  CompanionView,
  MessageView,
  PagerdutyView,
  RunView,
  SubmitAnswer,
  SuggestAnswer,
  SuggestRequest,
  WorkspaceView,
} from "../../sandbox/page_api.ts";
import { buildPage } from "../../sandbox/page/page_bundle.ts";
import { cannedPagerduty, cannedRuns, cannedWorkspace } from "./page_content.ts";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the server says; a test writes into it and calls `changed()`. */
export interface Said {
  workspace: Writable<Omit<WorkspaceView, "messages" | "me">>;
  messages: MessageView[];
  pagerduty: Writable<PagerdutyView>;
  runs: RunView[];
  companion: CompanionView;
  suggest: (request: SuggestRequest) => SuggestAnswer;
  submit: () => SubmitAnswer;
  /** The sentence with which the next posts to a path are refused. */
  refuse: Map<string, string>;
  /** Requests for a path wait for this before they are answered. */
  hold: Map<string, Promise<void>>;
}

export interface PageFixture {
  readonly url: string;
  readonly said: Said;
  /** Every post, in order. */
  readonly posts: readonly { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[];
  /** How often the workspace was asked for. */
  readonly workspaceReads: () => number;
  changed(): void;
  /** Stops listening, as if the sandbox had been ended; `start` listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startPageFixture(): Promise<PageFixture> {
  const folder = await mkdtemp(join(tmpdir(), "page-fixture-"));
  await buildPage(folder);
  const said: Said = {
    ...cannedWorkspace(),
    pagerduty: cannedPagerduty(),
    runs: cannedRuns(),
    companion: { state: "running", url: "http://localhost:8787" },
    suggest: () => ({ options: [] }),
    submit: () => ({ errors: {} }),
    refuse: new Map(),
    hold: new Map(),
  };
  const posts: { path: string; body: Record<string, unknown> }[] = [];
  const listeners = new Set<() => void>();
  let reads = 0;
  const changed = () => {
    said.workspace.version += 1;
    for (const listener of listeners) listener();
  };

  const app = new Hono();
  app.get("/", async (c) => c.html(await readFile(join(folder, "index.html"), "utf8")));
  app.get("/assets/:name", async (c) => {
    const name = c.req.param("name");
    c.header("content-type", name.endsWith(".css") ? "text/css" : "text/javascript");
    return c.body(await readFile(join(folder, "assets", name), "utf8"));
  });
  app.get("/sandbox/workspace", async (c) => {
    reads += 1;
    await said.hold.get("workspace");
    const channel = c.req.query("channel");
    const messages = said.messages.filter((message) => message.channel === channel);
    return c.json({ ...said.workspace, me: c.req.query("user"), messages });
  });
  app.get("/sandbox/pagerduty", (c) => c.json(said.pagerduty));
  app.get("/sandbox/runs", (c) => c.json(said.runs));
  app.get("/sandbox/companion", (c) => c.json(said.companion));
  app.get("/sandbox/events", (c) =>
    streamSSE(c, async (stream) => {
      const listener = () => void stream.writeSSE({ data: JSON.stringify({ version: said.workspace.version }) });
      listeners.add(listener);
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      listeners.delete(listener);
    }),
  );
  app.post("/sandbox/*", async (c) => {
    const path = c.req.path.replace("/sandbox/", "");
    const body = await c.req.json<Record<string, unknown>>();
    posts.push({ path, body });
    await said.hold.get(path);
    const refusal = said.refuse.get(path);
    if (refusal !== undefined) return c.json({ ok: false, error: refusal }, 400);
    if (path === "suggest") return c.json(said.suggest(body as unknown as SuggestRequest));
    if (path === "submit") return c.json(said.submit());
    return c.json({ ok: true });
  });

  let port = 0;
  let server: ReturnType<typeof serve> | undefined;
  const start = () =>
    new Promise<void>((resolve) => {
      server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (info: AddressInfo) => {
        port = info.port;
        resolve();
      });
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server?.close(() => resolve());
      if (server && "closeAllConnections" in server) server.closeAllConnections();
    });
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    said,
    posts,
    workspaceReads: () => reads,
    changed,
    start,
    stop,
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
