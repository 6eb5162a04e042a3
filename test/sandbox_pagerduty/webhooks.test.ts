import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClock } from "../../sandbox/clock.ts";
import { emptyState } from "../../sandbox/pagerduty/state.ts";
import { createWebhookDelivery, signatureHeader, waitAfter } from "../../sandbox/pagerduty/webhook_delivery.ts";
import { startServer } from "../../sandbox/server.ts";
import { DANA, fire, received, SECRETS, startWorld, until, type World } from "./harness.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld({ manualClock: true, now: "2026-03-02T02:00:00.250Z" });
});
afterEach(() => world.close());

const resolve = (id: string) =>
  world.rest("put", `/incidents/${id}`, {
    from: DANA,
    data: { incident: { type: "incident_reference", status: "resolved" } },
  });
const last = async () => (await world.view()).webhooks[0];
/** Waits until the newest webhook has been tried so often. */
const tried = async (attempts: number) => {
  let found = await last();
  const deadline = Date.now() + 5_000;
  while ((found?.attempts ?? 0) < attempts) {
    if (Date.now() > deadline) throw new Error(`No ${attempts} attempts within 5 s: ${JSON.stringify(found)}`);
    await new Promise((resolved) => setTimeout(resolved, 5));
    found = await last();
  }
  return found;
};

describe("a webhook", () => {
  it("carries the envelope of V3, and the sender's client and address", async () => {
    const id = await fire(world);
    const [webhook] = await received(world, 1);
    expect(webhook?.event).toMatchObject({
      id: expect.stringMatching(/^01[0-9A-F]{24}$/),
      event_type: "incident.triggered",
      resource_type: "incident",
      occurred_at: "2026-03-02T02:00:00.250Z",
      agent: { type: "inbound_integration_reference" },
      client: { name: "sentry", url: expect.stringContaining("/sentry/organizations/acme/issues/") },
      data: {
        id,
        type: "incident",
        number: 1,
        status: "triggered",
        incident_key: null,
        created_at: "2026-03-02T02:00:00Z",
        service: { id: "PCHECK1", summary: "Checkout" },
        assignees: [{ id: "PDANA01", type: "user_reference", summary: "Dana Ortiz" }],
        escalation_policy: { summary: "Payments on call" },
        urgency: "high",
        resolve_reason: null,
      },
    });
    for (const key of ["alerts", "body", "assignments"]) expect(webhook?.event.data).not.toHaveProperty(key);
  });

  it("is signed over its very bytes, once per secret", async () => {
    await fire(world);
    const [webhook] = await received(world, 1);
    const signatures = SECRETS.map(
      (secret) =>
        `v1=${createHmac("sha256", secret)
          .update(webhook?.body ?? "")
          .digest("hex")}`,
    );
    expect(webhook?.headers["x-pagerduty-signature"]).toBe(signatures.join(","));
    expect(webhook?.headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": "PagerDuty-Webhook/V3.0",
      "x-webhook-subscription": "PSUBSC1",
    });
  });

  it("is signed as in PagerDuty's own scheme, with the secret taken as text", () => {
    const body =
      '{"event":{"id":"01INVENTED0000000000000001","event_type":"pagey.ping","data":{"message":"Grüße","type":"ping"}}}';
    expect(signatureHeader(["example/secret+taken=as-text-not-decoded"], body)).toBe(
      "v1=5c8db0a984626c430ed7bf24156e2fd9513c798a5720f5f61d94453c8f22732f",
    );
  });

  it("has nobody assigned once the incident is resolved", async () => {
    await resolve(await fire(world));
    const webhook = (await received(world, 2))[1];
    expect(webhook?.event).toMatchObject({
      event_type: "incident.resolved",
      agent: { type: "user_reference", summary: "Dana Ortiz" },
      data: { status: "resolved", assignees: [], resolve_reason: null },
    });
  });
});

describe("delivery", () => {
  it.each([[500], [503], [429]])("is tried again after %i, with the same id and the same bytes", async (status) => {
    world.receiver.answer(status, 202);
    await fire(world);
    await tried(1);
    world.clock.advance(0);
    const [first, second] = await received(world, 2);
    expect(second?.headers["x-webhook-id"]).toBe(first?.headers["x-webhook-id"]);
    expect(second?.body.equals(first?.body ?? Buffer.of())).toBe(true);
    expect(await tried(2)).toMatchObject({ status: 202, attempts: 2, eventType: "incident.triggered" });
  });

  it("is tried again by the wall clock too, after about a second", async () => {
    world.receiver.answer(500, 202);
    await fire(world);
    await tried(1);
    const since = Date.now();
    await tried(2);
    expect(Date.now() - since).toBeGreaterThan(700);
  });

  it("waits longer after each attempt, and never more than a minute", () => {
    expect([1, 2, 3, 4, 7, 50].map(waitAfter)).toEqual([1_000, 2_000, 4_000, 8_000, 60_000, 60_000]);
  });

  it("keeps the order of an incident: what comes later waits behind what is being tried", async () => {
    world.receiver.answer(500, 500, 202);
    const id = await fire(world);
    await tried(1);
    await resolve(id);
    expect(world.receiver.webhooks.map(({ event }) => event.event_type)).toEqual(["incident.triggered"]);
    world.clock.advance(1_000);
    await received(world, 2);
    await until("the second attempt is recorded", () => world.pagerduty.dump().webhooks[1]?.attempts === 2);
    world.clock.advance(2_000);
    const types = (await received(world, 4)).map(({ event }) => event.event_type);
    expect(types).toEqual(["incident.triggered", "incident.triggered", "incident.triggered", "incident.resolved"]);
  });

  it("lets other incidents through meanwhile", async () => {
    world.receiver.answer(500, 202);
    await fire(world);
    await tried(1);
    await fire(world, "PSEARC1");
    const webhooks = await received(world, 2);
    expect(webhooks[1]?.event.data["service"]).toMatchObject({ summary: "Search" });
  });

  it("waits while nobody listens, and comes as soon as somebody does", async () => {
    const receiver = world.receiver;
    const lonely = await startWorld({ manualClock: true, now: "2026-03-02T02:00:00Z" });
    await lonely.receiver.close();
    await fire(lonely);
    await until("the first attempt", () => lonely.pagerduty.dump().webhooks[0]?.attempts === 1);
    expect(lonely.pagerduty.dump().webhooks[0]).toMatchObject({ status: 0, state: "waiting" });
    const snapshot = lonely.pagerduty.snapshot();
    await lonely.pagerduty.close();
    world.pagerduty.restore(snapshot);
    expect((await received(world, 1))[0]?.event.event_type).toBe("incident.triggered");
    expect(receiver.webhooks).toHaveLength(1);
  });

  it("is tried again when no answer comes in time", async () => {
    let requests = 0;
    const silent = await startServer(0);
    silent.serve(() => {
      requests += 1;
      return new Promise<Response>(() => undefined);
    });
    const state = emptyState();
    const clock = createClock(true, 0);
    const delivery = createWebhookDelivery({
      clock,
      changed: () => undefined,
      state: () => state,
      subscriptionId: "PSUBSC1",
      url: () => `http://127.0.0.1:${silent.port}/`,
      areLost: () => false,
      secrets: SECRETS,
      answerWithinMs: 50,
    });
    const webhook = { id: "W1", eventType: "incident.triggered", queue: "Q1", at: 0, body: "{}" };
    delivery.deliver({ ...webhook, state: "waiting", status: 0, attempts: 0 });
    await until("the first attempt's end", () => state.deliveries[0]?.attempts === 1);
    expect(state.deliveries[0]).toMatchObject({ state: "waiting", status: 0 });
    clock.advance(1_000);
    await until("the second attempt", () => requests === 2);
    delivery.close();
    await silent.close();
  });

  it("drops a webhook on a plain 4xx and goes on with the next", async () => {
    world.receiver.answer(401, 202);
    const id = await fire(world);
    await tried(1);
    await resolve(id);
    expect((await received(world, 2)).map(({ event }) => event.event_type)).toEqual([
      "incident.triggered",
      "incident.resolved",
    ]);
    await until("the second one's answer", () => world.pagerduty.dump().webhooks[0]?.attempts === 1);
    expect(world.pagerduty.dump().webhooks.map(({ state, status }) => [state, status])).toEqual([
      ["delivered", 202],
      ["dropped", 401],
    ]);
  });

  it("switches the subscription off for a day after three drops in a row, until it is enabled", async () => {
    world.receiver.answer(401);
    for (const service of ["PCHECK1", "PSEARC1", "PACCNT1"]) await fire(world, service);
    await until("three drops", () => world.pagerduty.dump().webhooks.every(({ state }) => state === "dropped"));
    const isDisabled = async () =>
      (await world.rest("get", "/webhook_subscriptions/PSUBSC1")).data.webhook_subscription.delivery_method
        .temporarily_disabled;
    expect(await isDisabled()).toBe(true);
    await fire(world, "PCHECK1", "again");
    expect(world.pagerduty.dump().webhooks[0]).toMatchObject({ state: "dropped", attempts: 0 });
    world.receiver.answer(202);
    await world.rest("post", "/webhook_subscriptions/PSUBSC1/enable");
    expect(await isDisabled()).toBe(false);
    await fire(world, "PCHECK1", "again");
    expect(await received(world, 4)).toHaveLength(4);
  });

  it("gets lost on its way, or is switched off, as told", async () => {
    const setUp = (webhooks: string) => world.post("/sandbox/pagerduty/settings", { webhooks });
    await setUp("lost");
    await fire(world);
    await until("it to be lost", () => world.pagerduty.dump().webhooks[0]?.state === "delivered");
    await setUp("off");
    await fire(world, "PCHECK1", "again");
    expect(world.pagerduty.dump().webhooks[0]).toMatchObject({ state: "dropped", attempts: 0 });
    expect(await received(world, 0)).toEqual([]);
    await setUp("on");
    await fire(world, "PCHECK1", "again");
    expect(await received(world, 1)).toHaveLength(1);
  });

  it("gives up after 48 hours", async () => {
    world.receiver.answer(500);
    await fire(world);
    await tried(1);
    world.clock.advance(48 * 3_600_000);
    await tried(2);
    expect(world.pagerduty.dump().webhooks[0]?.state).toBe("dropped");
  });

  it("sends a ping when asked, outside of any incident", async () => {
    const answer = await fetch(`${world.apiUrl}/webhook_subscriptions/PSUBSC1/ping`, {
      method: "POST",
      headers: { authorization: "Token token=token-of-the-test" },
    });
    expect(answer.status).toBe(202);
    expect((await received(world, 1))[0]?.event).toMatchObject({
      event_type: "pagey.ping",
      agent: null,
      data: { type: "ping" },
    });
  });
});

describe("the state", () => {
  it("is plain JSON that another stand-in can go on with, and is empty after a reset", async () => {
    const id = await fire(world);
    await received(world, 1);
    const snapshot: unknown = JSON.parse(JSON.stringify(world.pagerduty.snapshot()));
    world.pagerduty.reset();
    expect((await world.view()).incidents).toEqual([]);
    world.pagerduty.restore(snapshot);
    expect((await world.rest("get", `/incidents/${id}`)).data.incident.incident_number).toBe(1);
    await fire(world, "PSEARC1");
    expect((await world.view()).incidents.map(({ number }) => number)).toEqual([2, 1]);
    // What was delivered before is not delivered again.
    expect((await received(world, 2)).map(({ event }) => event.data["number"])).toEqual([1, 2]);
  });
});
