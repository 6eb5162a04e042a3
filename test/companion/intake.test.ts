import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSignedByPagerduty } from "../../companion/intake/webhook_signature.ts";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import { HOUR } from "../../core/time.ts";
import { createWorld, eventBody, pagerdutySignature, START, type World } from "./world.ts";

/** The vector that the reference gives: the secret is text, although it looks like base64. */
const VECTOR = {
  secret: "example/secret+taken=as-text-not-decoded",
  body: '{"event":{"id":"01INVENTED0000000000000001","event_type":"pagey.ping","data":{"message":"Grüße","type":"ping"}}}',
  signature: "v1=5c8db0a984626c430ed7bf24156e2fd9513c798a5720f5f61d94453c8f22732f",
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the signature of a webhook", () => {
  const { secret, body, signature } = VECTOR;
  const wrong = `v1=${"0".repeat(64)}`;
  it.each([
    ["the published vector", signature, true],
    ["the right one second", `${wrong},${signature}`, true],
    ["a space after the comma", `${wrong}, ${signature}`, true],
    ["another version before it", `v2=${signature.slice(3)},${signature}`, true],
    ["only another version", `v2=${signature.slice(3)}`, false],
    ["upper-case hex", `v1=${signature.slice(3).toUpperCase()}`, false],
    ["an odd number of digits", signature.slice(0, -1), false],
    ["a digit too many", `${signature}0`, false],
    ["no hex", `v1=${"g".repeat(64)}`, false],
    ["a wrong one", wrong, false],
    ["an empty header", "", false],
    ["no header", undefined, false],
    ["sent twice, joined by the server", `${signature}, ${signature}`, true],
  ])("%s: %s → %s", (_, header, expected) => {
    expect(isSignedByPagerduty([secret], bytes(body), header)).toBe(expected);
  });

  it("fails for every single changed byte of the body", () => {
    const original = bytes(body);
    for (let index = 0; index < original.length; index += 1) {
      const changed = Uint8Array.from(original);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(isSignedByPagerduty([secret], changed, signature)).toBe(false);
    }
  });

  it("may be by any of the configured secrets, and by none where none is configured", () => {
    expect(isSignedByPagerduty(["another", secret], bytes(body), signature)).toBe(true);
    expect(isSignedByPagerduty(["another"], bytes(body), signature)).toBe(false);
    expect(isSignedByPagerduty([], bytes(body), signature)).toBe(false);
  });
});

describe("the webhook endpoint", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const quarantined = (): Promise<number> => world.store.transaction((tx) => tx.quarantinedCount(100));

  it("takes any configured secret, a newline at its end or not", async () => {
    await world.close();
    world = await createWorld({ settings: { PAGERDUTY_WEBHOOK_SECRETS: "first ,second\n" } });
    for (const secret of ["first", "second"]) {
      const answer = await world.webhook(VECTOR.body, {
        "x-pagerduty-signature": pagerdutySignature(VECTOR.body, secret),
      });
      expect(answer.status).toBe(202);
    }
  });

  it.each([
    ["missing", {}],
    ["wrong", { "x-pagerduty-signature": `v1=${"a".repeat(64)}` }],
    ["malformed", { "x-pagerduty-signature": "v1" }],
  ])("answers 401 to a signature that is %s, and keeps nothing", async (_, headers) => {
    const body = JSON.stringify(eventBody(world.raise("P1"), {}, START));
    const answer = await world.companion.app.request("/webhooks/pagerduty", { method: "POST", body, headers });
    expect(answer.status).toBe(401);
    await world.settle();
    expect(world.triggers.triages).toEqual([]);
  });

  it.each([
    ["no JSON", "{"],
    ["an empty body", ""],
    ["JSON that is no event", '{"hello":1}'],
    [
      "an event type of ours with data of another type",
      '{"event":{"id":"e","event_type":"incident.triggered","data":{"type":"incident_note","id":"N1"}}}',
    ],
    ["text with a byte order mark before no JSON", "\ufeff[]"],
  ])("answers 202 to %s, and keeps it aside", async (_, body) => {
    expect((await world.webhook(body)).status).toBe(202);
    expect((await world.webhook(body)).status).toBe(202);
    expect(await quarantined()).toBe(1);
    await world.settle();
    expect(world.triggers.triages).toEqual([]);
  });

  it("answers 202 to bytes that are no text, and keeps them aside", async () => {
    const body = new Uint8Array([0xff, 0xfe, 0x00, 0x80]);
    const answer = await world.companion.app.request("/webhooks/pagerduty", {
      method: "POST",
      body,
      headers: { "x-pagerduty-signature": pagerdutySignature(body) },
    });
    expect(answer.status).toBe(202);
    expect(await quarantined()).toBe(1);
  });

  it.each([
    [
      "a ping without an agent",
      '{"event":{"id":"e1","event_type":"pagey.ping","agent":null,"data":{"type":"ping","message":"hi"}}}',
    ],
    [
      "a ping with half an agent",
      '{"event":{"id":"e2","event_type":"pagey.ping","agent":{"id":"P1","type":"x"},"data":{"type":"ping"}}}',
    ],
    [
      "an event type that nobody knows yet",
      '{"event":{"id":"e3","event_type":"incident.teleported","data":{"type":"incident"}}}',
    ],
    [
      "a note",
      '{"event":{"id":"e4","event_type":"incident.annotated","data":{"type":"incident_note","id":"N","incident":{"id":"P1"}}}}',
    ],
    ["a deleted service", '{"event":{"id":"38","event_type":"service.deleted","data":{"type":"service","id":"PS"}}}'],
  ])("answers 202 to %s and does nothing", async (_, body) => {
    expect((await world.webhook(body)).status).toBe(202);
    await world.settle();
    expect(await quarantined()).toBe(0);
    expect(world.triggers.triages).toEqual([]);
  });

  it("takes an event whose every optional part is absent or null", async () => {
    const data = {
      id: "P1",
      type: "incident",
      status: "triggered",
      service: { id: "PSVC1", self: null, html_url: null },
      incident_key: null,
      priority: null,
      assignees: null,
      resolve_reason: null,
    };
    const id = "12345678901234567890123456789012345678";
    const body = JSON.stringify({ event: { id, event_type: "incident.triggered", agent: null, data, extra: 1 } });
    expect((await world.webhook(body)).status).toBe(202);
    await world.settle();
    expect(world.triggers.triages).toMatchObject([{ service_name: "PSVC1", title: "PagerDuty incident P1" }]);
  });

  it("opens one triage for one webhook delivered many times at once", async () => {
    const incident = world.raise("P1");
    const body = JSON.stringify(eventBody(incident, {}, START));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.webhook(body, { "x-webhook-id": "same" })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202));
    await world.settle();
    expect(world.triggers.triages).toHaveLength(1);
    expect(world.triggers.signals.filter(({ kind }) => kind !== "sync")).toEqual([]);
  });

  it.each([
    [
      "the same webhook id with another event id",
      { webhookId: "w1", eventId: "e1" },
      { webhookId: "w1", eventId: "e2" },
    ],
    ["the same event under two subscriptions", { webhookId: "w1", eventId: "e1" }, { webhookId: "w2", eventId: "e1" }],
  ])("knows a repetition by %s", async (_, first, second) => {
    const incident = world.raise("P1");
    await world.event(incident, first);
    await world.event({ ...incident, title: "changed" }, { ...second, type: "incident.triggered" });
    await world.settle();
    expect(world.triggers.triages).toMatchObject([{ title: incident.title }]);
    const metrics = await world.metrics();
    expect(metrics).toContain('pager_triage_webhooks_total{result="duplicate"} 1');
  });

  it("knows a repetition for three days, and the 48 h in which PagerDuty sends again are over long before", async () => {
    const incident = world.raise("P1");
    await world.event(incident, { webhookId: "w1", eventId: "e1" });
    for (let hours = 0; hours < 71; hours += 1) await world.advance(HOUR);
    await world.event({ ...incident, title: "changed" }, { webhookId: "w1", eventId: "e9" });
    await world.event({ ...incident, title: "changed" }, { webhookId: "w9", eventId: "e1" });
    expect(await world.metrics()).toContain('pager_triage_webhooks_total{result="duplicate"} 2');
  });

  it("answers 413 above 300 KB, whatever the signature", async () => {
    const answer = await world.webhook("x".repeat(300 * 1_024 + 1));
    expect(answer.status).toBe(413);
    expect((await world.webhook(JSON.stringify({ pad: "x".repeat(299_000) }))).status).toBe(202);
  });

  it("is not held up by a title that begins like a token again and again", async () => {
    const began = performance.now();
    expect(await world.event(world.raise("P1", { title: "eyJabcdef-".repeat(29_000) }))).toBe(202);
    await world.settle();
    // Each reading of such a title took eight seconds once, and PagerDuty waits for five.
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("answers 503 while the store is down, and takes the same webhook when it is back", async () => {
    await world.close();
    const real = await openSqliteStore(":memory:");
    let isDown = false;
    world = await createWorld({
      store: {
        transaction: (work) =>
          isDown ? Promise.reject(new Error("database or disk is full")) : real.transaction(work),
        aside: (work) => (isDown ? Promise.reject(new Error("database or disk is full")) : real.aside(work)),
        companions: () => 1,
        close: () => real.close(),
      },
    });
    await world.settle();
    isDown = true;
    const incident = world.raise("P1");
    expect(await world.event(incident, { webhookId: "w1", eventId: "e1" })).toBe(503);
    expect((await world.companion.app.request("/readyz")).status).toBe(503);
    expect((await world.companion.app.request("/healthz")).status).toBe(200);
    isDown = false;
    expect(await world.event(incident, { webhookId: "w1", eventId: "e1" })).toBe(202);
    await expect.poll(() => world.triggers.triages.length, { timeout: 5_000 }).toBe(1);
  });

  it("is not held up by a Slack that hangs or fails", async () => {
    world.triggers.answerAll({ status: 500, body: "no" });
    for (let index = 0; index < 3; index += 1) expect(await world.event(world.raise(`P${index}`))).toBe(202);
    await world.settle();
    expect(world.triggers.triages).toEqual([]);
  });
});

describe("a restart", () => {
  const folder = mkdtempSync(join(tmpdir(), "companion-intake-"));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("still knows the webhooks that came before it", async () => {
    const path = join(folder, "companion.db");
    const first = await createWorld({ store: await openSqliteStore(path) });
    const incident = first.raise("P1");
    await first.event(incident, { webhookId: "w1", eventId: "e1" });
    await first.settle();
    expect(first.triggers.triages).toHaveLength(1);
    await first.close();
    const second = await createWorld({ store: await openSqliteStore(path) });
    expect(await second.event(incident, { webhookId: "w1", eventId: "e1" })).toBe(202);
    await second.settle();
    expect(second.triggers.triages).toEqual([]);
    await second.close();
  });
});

it("signs as PagerDuty does", () => {
  expect(pagerdutySignature(VECTOR.body, VECTOR.secret)).toBe(VECTOR.signature);
});
