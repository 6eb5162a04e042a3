import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../../sandbox/server.ts";
import { descendants, endAll, isAlive, type Program, run, until } from "./processes.ts";

const STARTED_WITHIN_MS = 30_000;
afterAll(endAll);

/** What these tests look at in `GET /sandbox/state`. */
interface State {
  readonly now: number;
  readonly slack: {
    readonly channels: readonly { readonly id: string; readonly name: string }[];
    readonly messages: readonly {
      readonly channelName: string;
      readonly blocks: readonly unknown[];
      readonly text: string;
    }[];
    readonly datastores: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly runs: readonly { readonly workflow: string; readonly status: string }[];
  };
  readonly pagerduty: {
    readonly incidents: readonly { readonly number: number; readonly status: string }[];
    readonly webhooks: readonly { readonly status: number }[];
  };
  readonly sentry: { readonly issues: readonly unknown[] };
  readonly companion: { readonly state: string };
}

interface Sandbox extends Program {
  readonly url: string;
  state(): Promise<State>;
  post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
}

async function startSandbox(...args: string[]): Promise<Sandbox> {
  const program = run("sandbox/main.ts", "--port", "0", ...args);
  void program.ended.then((code) => {
    if (program.stdout() === "") throw new Error(`The sandbox ended with ${code}: ${program.stderr()}`);
  });
  const url = await until(
    "the sandbox's start",
    () => /^sandbox ready (http:\/\/localhost:\d+)\n$/.exec(program.stdout())?.[1],
    STARTED_WITHIN_MS,
  );
  return {
    ...program,
    url,
    state: async () => (await (await fetch(`${url}/sandbox/state`)).json()) as State,
    async post(path, body) {
      const answer = await fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
  };
}

const fire = (sandbox: Sandbox, serviceId = "PCHECK1") =>
  sandbox.post("/sandbox/pagerduty/fire", { serviceId, kind: "sentry_error" });

/** Waits until the question of a triage stands in the channel of this name. */
const question = (sandbox: Sandbox, channelName: string) =>
  until(
    `the question in #${channelName}`,
    async () =>
      (await sandbox.state()).slack.messages.find(
        (message) =>
          message.channelName === channelName && JSON.stringify(message.blocks).includes("Yes, create incident"),
      ),
    20_000,
  );

describe("starting", () => {
  it("refuses an unknown flag with its usage and exit code 1", async () => {
    const program = run("sandbox/main.ts", "--manual");
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toContain("Unknown option '--manual'");
    expect(program.stderr()).toContain("Usage: npm run sandbox -- ");
    expect(program.stdout()).toBe("");
  });

  it("says in one sentence that the port is taken, with exit code 1", async () => {
    const server = await startServer(0);
    const program = run("sandbox/main.ts", "--port", String(server.port));
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toBe(
      `Port ${server.port} is taken by another program; choose another one with --port N.\n`,
    );
    expect(program.stdout()).toBe("");
    await server.close();
  });
});

describe("a running sandbox", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox("--manual-clock");
  }, STARTED_WITHIN_MS);

  it("serves the page and its files", async () => {
    const page = await fetch(`${sandbox.url}/`);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).toContain("/assets/main.js");
    for (const file of ["main.js", "main.css"]) expect((await fetch(`${sandbox.url}/assets/${file}`)).status).toBe(200);
    expect((await fetch(`${sandbox.url}/assets/none.js`)).status).toBe(404);
  });

  it("brings an error from Sentry to the question in a channel", async () => {
    await fire(sandbox);
    await question(sandbox, "inc-1-checkout");
    const state = await sandbox.state();
    expect(state.pagerduty.webhooks.map(({ status }) => status)).toContain(202);
    expect(state.slack.runs.map(({ workflow }) => workflow)).toContain("triage_alert");
    expect(Object.keys(state.slack.datastores)).not.toHaveLength(0);
    expect(state.companion.state).toBe("running");
  });

  it("steps the clock everywhere and waits for the companion", async () => {
    const before = await sandbox.state();
    const answer = await sandbox.post("/sandbox/clock", { advance_ms: 90_000 });
    expect(answer).toEqual({ status: 200, body: { ok: true, now: before.now + 90_000 } });
    expect((await sandbox.state()).now).toBe(before.now + 90_000);
    expect((await sandbox.post("/sandbox/clock", { advance_ms: -1 })).status).toBe(400);
    expect((await sandbox.post("/sandbox/clock", { advance: 1 })).body["error"]).toMatch(/advance_ms/);
  });

  it("keeps webhooks while the companion is away, and delivers them when it is back", async () => {
    expect((await sandbox.post("/sandbox/companion", { action: "kill" })).body).toMatchObject({
      ok: true,
      state: "stopped",
    });
    await fire(sandbox, "PSEARC1");
    await until("a failed attempt", async () => (await sandbox.state()).pagerduty.webhooks[0]?.status === 0);
    expect((await sandbox.post("/sandbox/companion", { action: "start" })).body).toMatchObject({
      ok: true,
      state: "running",
    });
    await question(sandbox, "inc-2-search");
  });

  it("goes back to the seed on a reset", async () => {
    expect(await sandbox.post("/sandbox/reset", {})).toEqual({ status: 200, body: { ok: true } });
    const state = await sandbox.state();
    expect(state.slack.channels.map(({ name }) => name).sort()).toEqual(["general", "incidents", "triage-feed"]);
    expect([state.slack.messages, state.pagerduty.incidents, state.sentry.issues]).toEqual([[], [], []]);
    await fire(sandbox, "PACCNT1");
    await question(sandbox, "inc-1-accounts-login");
  });

  it("ends with exit code 0 and leaves no process behind", async () => {
    const pids = descendants(sandbox.child.pid ?? 0);
    expect(pids.length).toBeGreaterThanOrEqual(2);
    sandbox.child.kill("SIGTERM");
    expect(await sandbox.ended).toBe(0);
    // esbuild's own helper ends by itself a moment after the program that it worked for.
    await until("the end of everything it had started", () => !pids.some(isAlive), 2_000);
    expect(sandbox.stdout()).toBe(`sandbox ready ${sandbox.url}\n`);
    expect(sandbox.stderr()).toBe("");
  });
});

describe("a sandbox with a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-data-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("goes on where it was, and refuses to step a clock that runs by itself", async () => {
    const first = await startSandbox("--data", folder);
    await fire(first);
    await question(first, "inc-1-checkout");
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);

    const second = await startSandbox("--data", folder);
    await question(second, "inc-1-checkout");
    await fire(second, "PSEARC1");
    await question(second, "inc-2-search");
    const refusal = await second.post("/sandbox/clock", { advance_ms: 1 });
    expect(refusal.status).toBe(400);
    expect(refusal.body["error"]).toMatch(/--manual-clock/);

    const pids = descendants(second.child.pid ?? 0);
    second.child.kill("SIGKILL");
    await second.ended;
    await until("the end of everything it had started", () => pids.every((pid) => !isAlive(pid)));
  });
});
