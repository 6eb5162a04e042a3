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
  sentry = createSentry({ url: `http://127.0.0.1:${port}/sentry`, org: "acme", token: "sentry-token" });
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
});

describe("an alert that Sentry sent", () => {
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
