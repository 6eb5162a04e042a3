import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSentry, type Sentry } from "../../companion/sentry/client.ts";
import { closeServer, listen } from "./fake_pagerduty.ts";
import { alertIn, createWorld } from "./world.ts";

let port: number;
let seen: string[];
let answer: (path: string) => Response | Promise<Response>;
let close: () => Promise<void>;
let sentry: Sentry;
let elapsed: number;
const NOW = Date.parse("2026-03-02T02:00:00.000Z");

beforeEach(async () => {
  seen = [];
  const app = new Hono();
  app.all("*", (c) => {
    seen.push(`${c.req.path} ${c.req.header("authorization") ?? ""}`);
    return answer(c.req.path);
  });
  const started = await listen(app);
  port = started.port;
  close = () => closeServer(started.server);
  elapsed = 0;
  const url = `http://127.0.0.1:${port}/sentry`;
  sentry = createSentry({ url, org: "acme", token: "sentry-token", now: () => NOW, elapsed: () => elapsed });
});
afterEach(() => close());

describe("asking Sentry", () => {
  const host = () => `127.0.0.1:${port}/sentry`;

  it("asks the configured Sentry by issue id, or by short id", async () => {
    answer = (path) => Response.json(path.includes("shortids") ? { group: { id: "77" } } : { id: "77" });
    expect(await sentry.issue({ host: host(), org: "acme", issueId: "77" })).toEqual({
      found: true,
      issue: { id: "77" },
    });
    expect(await sentry.issue({ host: host(), shortId: "SHOP-2K" })).toEqual({ found: true, issue: { id: "77" } });
    expect(seen).toEqual([
      "/sentry/api/0/organizations/acme/issues/77/ Bearer sentry-token",
      "/sentry/api/0/organizations/acme/shortids/SHOP-2K/ Bearer sentry-token",
    ]);
  });

  it.each([
    ["another host", { host: "sentry.io", org: "acme", issueId: "77" }],
    ["another organisation", { org: "evil", issueId: "77" }],
    ["no id", { org: "acme" }],
  ])("sends no token for %s", async (_, reference) => {
    expect((await sentry.issue({ host: host(), ...reference })).found).toBe(false);
    expect(seen).toEqual([]);
  });

  it.each([
    ["401", () => new Response("{}", { status: 401 })],
    ["404", () => new Response("{}", { status: 404 })],
    ["429", () => new Response("{}", { status: 429 })],
    ["500", () => new Response("<html>", { status: 500 })],
    ["no JSON", () => new Response("<html>")],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "/other" } })],
  ])("finds nothing when Sentry answers %s", async (_, given) => {
    answer = given;
    expect((await sentry.issue({ host: host(), org: "acme", issueId: "77" })).found).toBe(false);
    expect(seen).toHaveLength(1);
  });

  const ask = () => sentry.issue({ host: host(), org: "acme", issueId: "77" });
  const limit = (remaining: string, resetMs: number, status: number) => {
    const headers = {
      "x-sentry-rate-limit-remaining": remaining,
      "x-sentry-rate-limit-reset": String((NOW + resetMs) / 1_000),
    };
    return new Response('{"id":"77"}', { status, headers });
  };

  it.each([
    ["429", () => limit("0", 7_500, 429), false, 7_500],
    ["429 without a time", () => new Response("{}", { status: 429 }), false, 10_000],
    ["429 with hours", () => limit("0", 9e6, 429), false, 60_000],
    ["that nothing is left of its rate", () => limit("0", 2_000, 200), true, 2_000],
    ["503", () => new Response("<html>", { status: 503 }), false, 10_000],
  ] as const)("that answers %s is left alone until it may be asked again", async (_, given, found, waitMs) => {
    answer = given;
    expect((await ask()).found).toBe(found);
    elapsed = waitMs - 1;
    expect(await ask()).toEqual({ found: false, why: "asked_to_wait", retryAfterMs: 1 });
    expect(seen).toHaveLength(1);
    elapsed = waitMs;
    answer = () => limit("3", 500, 200);
    expect((await ask()).found).toBe(true);
    expect((await ask()).found).toBe(true);
  });

  it("is asked one thing at a time", async () => {
    let atOnce = 0;
    answer = async () => {
      atOnce += 1;
      expect(atOnce).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      return Response.json({ id: "77" });
    };
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    expect(answers.every(({ found }) => found)).toBe(true);
  });
});

describe("an alert that Sentry sent", () => {
  it("gets what Sentry knows later where Sentry asks to wait, and goes out before that", async () => {
    const url = `http://127.0.0.1:${port}/sentry`;
    const headers = { "x-sentry-rate-limit-reset": String(NOW / 1_000) };
    answer = () => new Response("{}", { status: 429, headers });
    const world = await createWorld({
      settings: { SENTRY_URL: url, SENTRY_ORG: "acme", SENTRY_AUTH_TOKEN: "sentry-token" },
    });
    await world.event(world.raise("P1"), { clientUrl: `${url}/organizations/acme/issues/77/` });
    await world.confirmAll();
    expect(world.triggers.triages).toHaveLength(1);
    const facts = async () =>
      (await world.alerts(world.triggers.triages[0]?.incident_id ?? ""))[0]?.attachments.flatMap((one) => one.facts);
    expect(await facts()).not.toContainEqual({ label: "Events", value: "12" });
    answer = () => Response.json({ id: "77", count: "12" });
    // Sentry's second is a real one.
    const later = async () => {
      await world.advance(2_000);
      return facts();
    };
    await expect.poll(later, { timeout: 10_000, interval: 300 }).toContainEqual({ label: "Events", value: "12" });
    await world.close();
  });

  it("shows what Sentry knows of the issue in its card", async () => {
    const url = `http://127.0.0.1:${port}/sentry`;
    answer = () =>
      Response.json({
        id: "77",
        shortId: "SHOP-2K",
        title: "TypeError: total",
        level: "error",
        count: "12",
        culprit: null,
      });
    const world = await createWorld({
      settings: { SENTRY_URL: url, SENTRY_ORG: "acme", SENTRY_AUTH_TOKEN: "sentry-token" },
    });
    await world.event(world.raise("P1"), {
      clientUrl: `${url}/organizations/acme/issues/77/?referrer=pagerduty_integration`,
    });
    await world.settle();
    const alert = alertIn(world.triggers.triages[0]?.alert ?? "");
    const issue = alert.attachments.find(({ kind }) => kind === "sentry_issue");
    expect(issue).toMatchObject({ title: "TypeError: total", url: `${url}/organizations/acme/issues/77/` });
    expect(issue?.facts).toContainEqual({ label: "Events", value: "12" });
    await world.close();
  });

  it("goes out with the bare link when Sentry hangs", async () => {
    const url = `http://127.0.0.1:${port}/sentry`;
    answer = () => new Promise(() => undefined);
    const world = await createWorld({
      settings: { SENTRY_URL: url, SENTRY_ORG: "acme", SENTRY_AUTH_TOKEN: "sentry-token" },
    });
    await world.event(world.raise("P1"), { clientUrl: `${url}/organizations/acme/issues/77/` });
    await expect.poll(() => world.triggers.triages.length, { timeout: 2_000 }).toBe(1);
    const alert = alertIn(world.triggers.triages[0]?.alert ?? "");
    expect(alert.attachments.map(({ kind }) => kind)).toEqual(["pagerduty_alert", "sentry_issue"]);
    // What was known before Sentry answered is in the first message already.
    expect(alert.paged[0]?.email).toBe("ann@example.com");
    await world.close();
  });
});
