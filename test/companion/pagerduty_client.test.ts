import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPagerduty, type Pagerduty } from "../../companion/pagerduty/client.ts";
import { closeServer, listen } from "./fake_pagerduty.ts";

let answer: (path: string) => Response | Promise<Response>;
let seen: { path: string; headers: Headers; body: string }[];
let pagerduty: Pagerduty;
let close: () => Promise<void>;
let elapsed = 0;

beforeEach(async () => {
  seen = [];
  elapsed = 0;
  const app = new Hono();
  app.all("*", async (c) => {
    seen.push({ path: `${c.req.method} ${c.req.path}`, headers: c.req.raw.headers, body: await c.req.text() });
    return answer(c.req.path);
  });
  const { server, port } = await listen(app);
  close = () => closeServer(server);
  pagerduty = createPagerduty({ url: `http://127.0.0.1:${port}/base`, token: "pd-token", elapsed: () => elapsed });
});
afterEach(() => close());

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

describe("a call to PagerDuty", () => {
  it("goes to the configured address with token, version and the acting user", async () => {
    answer = () => json(200, { incident: { id: "P1", status: "resolved" } });
    expect(await pagerduty.setStatus("P1", "resolved", "ann@example.com")).toEqual({
      ok: true,
      value: { status: "resolved", assignees: [] },
    });
    expect(seen.map(({ path }) => path)).toEqual(["PUT /base/incidents/P1"]);
    const headers = seen[0]?.headers;
    expect(headers?.get("from")).toBe("ann@example.com");
    expect(headers?.get("authorization")).toBe("Token token=pd-token");
    expect(headers?.get("accept")).toBe("application/vnd.pagerduty+json;version=2");
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ incident: { type: "incident_reference", status: "resolved" } });
  });

  it.each([
    [
      "400 with a list of errors",
      () => json(400, { error: { message: "Bad", code: 2001, errors: ["Already resolved"] } }),
      400,
      false,
    ],
    ["401", () => json(401, { error: { message: "Auth", code: 2006 } }), 401, false],
    ["402 without a body of its own", () => json(402, {}), 402, false],
    ["403", () => json(403, { error: { message: "no", code: 2010 } }), 403, false],
    ["404", () => json(404, { error: "text" }), 404, false],
    ["408", () => json(408, {}), 408, true],
    ["409", () => json(409, null), 409, false],
    ["500 in JSON", () => json(500, { error: { message: "oops" } }), 500, true],
    ["502 as a page", () => new Response("<html>", { status: 502 }), 502, true],
    ["200 without a body", () => new Response("", { status: 200 }), 200, true],
    ["200 with another shape", () => json(200, { incident: { status: "weird" } }), 200, true],
    ["200 with a list", () => json(200, []), 200, true],
  ])("that gets %s is a failure that tells whether to try again", async (_, given, status, isTransient) => {
    answer = given;
    const outcome = await pagerduty.incident("P1");
    expect(outcome).toMatchObject({ ok: false, failure: { status, isTransient } });
    if (!outcome.ok) expect(outcome.failure.sentence).not.toContain("pd-token");
  });

  it("that is redirected is a failure, and the token goes nowhere else", async () => {
    answer = (path) =>
      path.startsWith("/base")
        ? new Response(null, { status: 302, headers: { location: "/elsewhere" } })
        : json(200, {});
    expect(await pagerduty.incident("P1")).toMatchObject({ ok: false, failure: { isTransient: true } });
    expect(seen).toHaveLength(1);
  });

  it("to nobody is a failure, not an exception", async () => {
    const nobody = createPagerduty({ url: "http://127.0.0.1:9", token: "pd-token", elapsed: () => 0 });
    expect(await nobody.incident("P1")).toMatchObject({ ok: false, failure: { status: 0, isTransient: true } });
  });

  it("that hangs ends at its time", async () => {
    answer = () => new Promise(() => undefined);
    const started = performance.now();
    expect(await pagerduty.services("x", 200)).toMatchObject({ ok: false, failure: { status: 0 } });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it.each([
    ["ratelimit-reset", "7", 7_000],
    ["retry-after", "3", 3_000],
    ["ratelimit-reset", "0", 0],
    ["ratelimit-reset", "999999", 600_000],
    ["ratelimit-reset", "soon", undefined],
  ])("with 429 and %s: %s waits that long", async (header, value, expected) => {
    answer = () => json(429, { error: { code: 2020 } }, { [header]: value });
    const outcome = await pagerduty.incident("P1");
    expect(outcome.ok).toBe(false);
    if (!outcome.ok) expect(outcome.failure.retryAfterMs).toBe(expected);
  });

  it("is not made at all while PagerDuty asked us to wait", async () => {
    answer = () => json(429, {}, { "ratelimit-reset": "7" });
    await pagerduty.incident("P1");
    const calls = seen.length;
    answer = () => json(200, { incident: { status: "triggered" } });
    elapsed = 6_999;
    expect(await pagerduty.incident("P1")).toMatchObject({ ok: false, failure: { status: 429, retryAfterMs: 1 } });
    expect(seen).toHaveLength(calls);
    elapsed = 7_000;
    expect((await pagerduty.incident("P1")).ok).toBe(true);
  });

  it("is made alone, and what a person asked for goes before details", async () => {
    let open = 0;
    answer = async (path) => {
      open += 1;
      expect(open).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return path.endsWith("/alerts") ? json(200, { alerts: [] }) : json(200, { incident: { status: "triggered" } });
    };
    await Promise.all([pagerduty.alerts("A1"), pagerduty.alerts("A2"), pagerduty.incident("P1")]);
    expect(seen.map(({ path }) => path.split("/")[3])).toEqual(["A1", "P1", "A2"]);
  });

  it("reads alerts of two pages and no more", async () => {
    answer = () => json(200, { alerts: [{ id: "A" }], more: true });
    const outcome = await pagerduty.alerts("P1");
    expect(outcome.ok && outcome.value).toHaveLength(2);
  });

  it.each(["../users", "a/b", "", "x?y=z", ".."])("is never made for an id such as %j", async (id) => {
    await expect(async () => pagerduty.incident(id)).rejects.toThrow("no id");
    expect(seen).toEqual([]);
  });
});
