import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fire, SENTRY_TOKEN, startWorld, type World } from "./harness.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

async function get(path: string, authorization: string | undefined = `Bearer ${SENTRY_TOKEN}`) {
  const answer = await fetch(`${world.sentry.url}/api/0/organizations/acme${path}`, {
    headers: authorization === "" ? {} : { authorization },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function firedAlert() {
  const id = await fire(world);
  const [alert] = (await world.rest("get", `/incidents/${id}/alerts`)).data.alerts;
  return { shortId: String(alert.alert_key), details: alert.body.details };
}

describe("Sentry's API", () => {
  it("knows the issue of an alert by its id and by its short id", async () => {
    const { shortId, details } = await firedAlert();
    const byId = await get(`/issues/${details.groupID}/`);
    expect(byId.status).toBe(200);
    expect(byId.body).toMatchObject({
      id: details.groupID,
      shortId,
      title: "TypeError: Cannot read properties of null (reading 'lineItems')",
      culprit: "POST /api/cart/confirm",
      level: "error",
      status: "unresolved",
      count: "318",
      userCount: 204,
      project: { slug: "checkout" },
      metadata: { type: "TypeError", filename: "src/cart/confirm.ts" },
      permalink: `${world.sentry.url}/organizations/acme/issues/${details.groupID}/`,
    });
    expect(await get(`/issues/${shortId}/`)).toEqual(byId);
    expect(await get(`/issues/${details.groupID}/?collapse=stats&collapse=tags`)).toEqual(byId);
  });

  it("looks short ids up", async () => {
    const { shortId, details } = await firedAlert();
    expect((await get(`/shortids/${shortId}/`)).body).toMatchObject({
      organizationSlug: "acme",
      projectSlug: "checkout",
      groupId: details.groupID,
      shortId,
      group: { id: details.groupID },
    });
    expect((await get(`/shortids/${details.groupID}/`)).status).toBe(404);
  });

  it.each(["latest", "oldest", "recommended", "its own id"])("gives the event by %s", async (which) => {
    const { details } = await firedAlert();
    const event = await get(`/issues/${details.groupID}/events/${which === "its own id" ? details.eventID : which}/`);
    expect(event.body).toMatchObject({ eventID: details.eventID, groupID: details.groupID, platform: "node" });
  });

  it.each([
    ["no token", "", "Authentication credentials were not provided."],
    ["a wrong token", "Bearer wrong", "Invalid token"],
  ])("refuses %s", async (_name, authorization, detail) => {
    expect(await get("/issues/1/", authorization)).toEqual({ status: 401, body: { detail } });
  });

  it.each(["/issues/1/", "/shortids/CHECKOUT-1/", "/issues/1/events/latest/", "/projects/"])(
    "answers 404 to %s, which it does not know",
    async (path) => {
      expect(await get(path)).toEqual({ status: 404, body: { detail: "The requested resource does not exist" } });
    },
  );

  it("keeps its issues through a snapshot", async () => {
    const { details } = await firedAlert();
    const snapshot: unknown = JSON.parse(JSON.stringify(world.sentry.snapshot()));
    world.sentry.reset();
    expect((await get(`/issues/${details.groupID}/`)).status).toBe(404);
    world.sentry.restore(snapshot);
    expect((await get(`/issues/${details.groupID}/`)).status).toBe(200);
  });
});
