import { connect } from "node:net";
import type { ServerType } from "@hono/node-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listen } from "../../companion/http_server.ts";
import { createStrangers } from "../../companion/endpoints/strangers.ts";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import { COMPANION_PATHS } from "../../core/protocol.ts";
import { createWorld, eventBody, from, pagerdutySignature, START, type World } from "./world.ts";

const HOOKS = "/webhooks/pagerduty";
const TOKEN = "a-token-for-prometheus";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

async function unsigned(address: string, path: string = HOOKS): Promise<number> {
  const headers = { "x-pagerduty-signature": `v1=${"0".repeat(64)}` };
  return (await world.companion.app.request(path, { method: "POST", body: "{}", headers }, from(address))).status;
}

async function unsignedTimes(count: number, address: (index: number) => string): Promise<Record<number, number>> {
  const tally: Record<number, number> = {};
  for (let index = 0; index < count; index += 1) {
    const status = await unsigned(address(index));
    tally[status] = (tally[status] ?? 0) + 1;
  }
  return tally;
}

async function signed(index: number, address: string): Promise<number> {
  const body = JSON.stringify(eventBody(world.raise(`P${index}`), { byHand: true }, START));
  const headers = { "x-pagerduty-signature": pagerdutySignature(body), "x-webhook-id": `w${index}` };
  return (await world.companion.app.request(HOOKS, { method: "POST", body, headers }, from(address))).status;
}

describe("the limit of refusals", () => {
  it("tells one address what is wrong twenty times, then only that it is too many", async () => {
    const tally = await unsignedTimes(100, () => "192.0.2.1");
    expect(tally[401]).toBeGreaterThanOrEqual(20);
    expect(tally[429]).toBeGreaterThan(70);
    expect(await unsigned("192.0.2.2")).toBe(401);
  });

  it("counts wrong paths, calls without a signature and large bodies alike", async () => {
    await unsignedTimes(17, () => "192.0.2.1");
    expect(await unsigned("192.0.2.1", "/admin")).toBe(404);
    expect(await unsigned("192.0.2.1", COMPANION_PATHS.decide)).toBe(401);
    const body = "x".repeat(300 * 1_024 + 1);
    const large = await world.companion.app.request(HOOKS, { method: "POST", body }, from("192.0.2.1"));
    expect(large.status).toBe(413);
    expect(await unsigned("192.0.2.1", "/admin")).toBe(429);
  });

  it("holds for all addresses together, so that a flood from everywhere gets short answers", async () => {
    const tally = await unsignedTimes(1_000, (index) => `198.51.100.${index}`);
    expect(tally[401]).toBeGreaterThanOrEqual(200);
    expect(tally[429]).toBeGreaterThan(600);
  });

  it("never meets a signed webhook, even one that shares a proxy's address with the flood", async () => {
    await unsignedTimes(300, () => "192.0.2.1");
    const answers = [];
    for (let index = 0; index < 300; index += 1) answers.push(await signed(index, "192.0.2.1"));
    expect(new Set(answers)).toEqual(new Set([202]));
  });

  it("never meets a signed call of slack's functions", async () => {
    await unsignedTimes(300, () => "");
    const answers = [];
    for (let index = 0; index < 50; index += 1) answers.push((await world.call("alerts", { incidentId: "x" })).status);
    expect(new Set(answers)).toEqual(new Set([404]));
  });

  it("bounds what a flood writes into the log, and counts all of it", async () => {
    await unsignedTimes(1_000, (index) => `198.51.100.${index}`);
    expect(world.logLines.filter((line) => line.includes("request.refused")).length).toBeLessThan(400);
    expect(await world.metrics()).toContain('pager_triage_refused_total{why="bad_signature"} 1000');
  });
});

it("an address is told what is wrong again after a while, and a flood of new ones takes no more memory than old ones give", () => {
  let now = 0;
  const strangers = createStrangers(() => now);
  const told = (count: number, address: string) =>
    Array.from({ length: count }, () => strangers.refuse(address)).filter(Boolean).length;
  expect(told(50, "a")).toBe(20);
  now += 3_000;
  expect(told(50, "a")).toBe(1);
  now += 3_600_000;
  expect(told(50, "a")).toBe(20);
  for (let index = 0; index < 20_000; index += 1) {
    now += 100;
    expect(strangers.refuse(`new-${index}`)).toBe(true);
  }
});

describe("figures and problems", () => {
  const ask = (path: string, headers: Record<string, string>, address: string) =>
    world.companion.app.request(path, { headers }, from(address));

  it.each(["127.0.0.1", "::1", "::ffff:127.0.0.1"])("are for this machine: %s", async (address) => {
    expect((await ask("/metrics", {}, address)).status).toBe(200);
  });

  it.each<[string, Record<string, string>, string]>([
    ["another machine", {}, "192.0.2.1"],
    ["nobody knows where", {}, ""],
    ["a name that looks like it", {}, "127.0.0.1.example.com"],
    ["somebody behind a proxy on this machine", { "x-forwarded-for": "192.0.2.1" }, "127.0.0.1"],
    ["somebody with a token that was never set", { authorization: "Bearer undefined" }, "192.0.2.1"],
  ])("are not for %s", async (_, headers, address) => {
    expect((await ask("/metrics", headers, address)).status).toBe(401);
  });

  it("are for whoever has the token, once there is one, and for nobody else", async () => {
    await world.close();
    world = await createWorld({ settings: { METRICS_TOKEN: TOKEN } });
    expect((await ask("/metrics", { authorization: `Bearer ${TOKEN}` }, "192.0.2.1")).status).toBe(200);
    for (const authorization of ["", "Bearer ", `Bearer ${TOKEN}x`, `Basic ${TOKEN}`]) {
      expect((await ask("/metrics", { authorization }, "127.0.0.1")).status, authorization).toBe(401);
    }
  });

  it("of readiness are told to this machine, and to others only that it is not ready", async () => {
    await world.close();
    const real = await openSqliteStore(":memory:");
    let isDown = false;
    world = await createWorld({
      store: {
        transaction: (work) => (isDown ? Promise.reject(new Error("disk full")) : real.transaction(work)),
        aside: (work) => (isDown ? Promise.reject(new Error("disk full")) : real.aside(work)),
        companions: () => 1,
        close: () => real.close(),
      },
    });
    isDown = true;
    const [here, elsewhere] = [await ask("/readyz", {}, "127.0.0.1"), await ask("/readyz", {}, "192.0.2.1")];
    isDown = false;
    expect([here.status, await here.json()]).toEqual([503, { ok: false, problems: ["store"] }]);
    expect([elsewhere.status, await elsewhere.json()]).toEqual([503, { ok: false }]);
  });
});

describe("the server", () => {
  const limits = { headersWithinMs: 300, requestWithinMs: 400, headerBytes: 4_096, lookEveryMs: 50 };
  let server: ServerType;
  let port = 0;
  beforeEach(async () => {
    port = await new Promise<number>((listening, failed) => {
      server = listen(world.companion.app, 0, limits, { listening, failed });
    });
  });
  afterEach(() => new Promise((done) => server.close(done)));

  /** Sends what is given and then waits; what came back when the server ended the connection. */
  function exchange(text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      let answer = "";
      socket.on("data", (chunk) => (answer += String(chunk)));
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(answer.split("\r\n")[0] ?? ""));
      socket.write(text);
    });
  }

  it.each([
    ["half a line", "POST /webh"],
    ["headers without an end", "POST /webhooks/pagerduty HTTP/1.1\r\nhost: x\r\nx-a: b\r\n"],
    ["half a body", "POST /webhooks/pagerduty HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"],
    ["half a chunk", "POST /webhooks/pagerduty HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"],
  ])("cuts a connection off that sends %s and no more", async (_, text) => {
    expect(await exchange(text)).not.toMatch(/ (2|5)\d\d /);
    // It answers others meanwhile and after.
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });

  it("refuses headers without measure", async () => {
    expect(await exchange(`GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ${"a".repeat(5_000)}\r\n\r\n`)).toContain(" 431 ");
  });

  it("refuses a body beyond the limit that does not tell its length", async () => {
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const head =
      "POST /webhooks/pagerduty HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    expect(await exchange(`${head}${chunk.repeat(6)}0\r\n\r\n`)).toContain(" 413 ");
  });
});
