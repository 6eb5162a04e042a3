import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import type { SignalData } from "../../core/protocol.ts";
import { ACTIVITY_MS } from "../../core/reminders.ts";
import { HOUR, MINUTE } from "../../core/time.ts";
import type { FakeIncident } from "./fake_pagerduty.ts";
import { alertIn, ANN, createWorld, decisionOf, START, type World } from "./world.ts";

let world: World;
let incidentId: string;
let first: FakeIncident;

async function begin(given: World = world): Promise<void> {
  first = given.raise("P1");
  await given.event(first);
  await given.confirmAll();
  incidentId = given.triggers.triages[0]?.incident_id ?? "";
}

beforeEach(async () => {
  world = await createWorld();
  await begin();
});
afterEach(() => world.close());

const deliveries = (of: World = world) => of.triggers.signals.filter(({ kind }) => kind === "reminder_due");
const reminders = (of: World = world) =>
  deliveries(of).map(({ data }) => JSON.parse(data) as SignalData["reminder_due"]);
const numbers = (of: World = world) => reminders(of).map(({ number }) => number);

async function pass(minutes: number): Promise<void> {
  await world.advance(minutes * MINUTE);
  await world.confirmAll();
}

/** Slack looked and somebody had written then. */
async function somebodyWrote(at: number): Promise<void> {
  await world.settle();
  const deliveryId = deliveries().at(-1)?.delivery_id ?? "";
  const notBefore = at + ACTIVITY_MS;
  for (let times = 0; times < 2; times += 1) {
    await world.call("confirm", { deliveryId, incidentId, outcome: "postponed", notBefore });
  }
  await world.settle();
}

describe("a triage that nobody decides", () => {
  it("is reminded of after 5, 10 and 15 minutes and then every hour", async () => {
    await pass(4);
    expect(numbers()).toEqual([]);
    await pass(1);
    await pass(5);
    await pass(5);
    expect(reminders()).toEqual([
      { number: 1, direct: false, escalates: false },
      { number: 2, direct: true, escalates: false },
      { number: 3, direct: false, escalates: false },
    ]);
    await pass(59);
    expect(numbers()).toHaveLength(3);
    await pass(1);
    expect(numbers()).toEqual([1, 2, 3, 4]);
  });

  it("is reminded of no more often than the cap", async () => {
    for (let hours = 0; hours < 40; hours += 1) await pass(60);
    expect(numbers()).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
  });

  it("started by hand is reminded of as well", async () => {
    const claim = { requestId: "Fx1", serviceName: "Mail", title: "Slow", description: "", by: ANN, at: START };
    const { body } = await world.call("claim", claim);
    await pass(5);
    expect(deliveries().map((one) => one.incident_id)).toContain(body.incidentId);
  });

  it.each(["create", "dismiss"] as const)("is reminded of no more once somebody decided (%s)", async (decision) => {
    await pass(5);
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, decision) });
    for (let hours = 0; hours < 3; hours += 1) await pass(60);
    expect(numbers()).toEqual([1]);
  });

  it("is reminded of anew, from the beginning, once a decision was taken back", async () => {
    await pass(5);
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "dismiss") });
    await pass(60);
    const by = { by: ANN, at: world.clock.now() };
    const undo = { requestId: "u1", incidentId, command: "undo", inPagerduty: "leave", decisionId: "", ...by } as const;
    expect((await world.call("undo", undo)).status).toBe(200);
    await pass(4);
    expect(numbers()).toEqual([1]);
    await pass(1);
    expect(numbers()).toEqual([1, 1]);
  });

  it("is not reminded of by a reminder that waited until it was decided", async () => {
    // Something unconfirmed stands before it.
    await world.event(first, { type: "incident.priority_updated", priority: "P2", at: START + 1 });
    await world.advance(2 * MINUTE);
    await world.event(first, { type: "incident.priority_updated", priority: "P3", at: START + 2 });
    await world.advance(MINUTE / 2);
    await world.advance(2.5 * MINUTE);
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    await world.confirmAll();
    expect(numbers()).toEqual([]);
  });
});

describe("a restart", () => {
  it("neither loses a reminder nor gives one twice", async () => {
    const folder = await mkdtemp(join(tmpdir(), "reminders-"));
    const path = join(folder, "companion.db");
    const before = await createWorld({ store: await openSqliteStore(path) });
    await begin(before);
    await before.advance(5 * MINUTE);
    await before.confirmAll();
    expect(numbers(before)).toEqual([1]);
    await before.close();
    const after = await createWorld({ store: await openSqliteStore(path) });
    await after.advance(6 * MINUTE);
    await after.confirmAll();
    expect(numbers(after)).toEqual([]);
    await after.advance(4 * MINUTE);
    await after.confirmAll();
    expect(numbers(after)).toEqual([2]);
    await after.close();
    await rm(folder, { recursive: true });
  });
});

describe("activity", () => {
  it("in PagerDuty, an acknowledgement, gives half an hour", async () => {
    await pass(4);
    first.status = "acknowledged";
    await world.event(first, { type: "incident.acknowledged", byHand: true });
    await world.confirmAll();
    await pass(29);
    expect(numbers()).toEqual([]);
    await pass(1);
    expect(numbers()).toEqual([1]);
  });

  it("in the channel gives half an hour from the message, and the same reminder comes then", async () => {
    await world.advance(5 * MINUTE);
    await somebodyWrote(START + 3 * MINUTE);
    await pass(27);
    expect(numbers()).toEqual([1]);
    await pass(1);
    expect(numbers()).toEqual([1, 1]);
    await pass(5);
    expect(numbers()).toEqual([1, 1, 2]);
  });
});

describe("the last reminder in PagerDuty", () => {
  const puts = () => world.pagerduty.calls.filter((call) => call.startsWith("PUT"));
  const optIn = () =>
    world.store.transaction((tx) =>
      tx.saveSettingsRow({ serviceId: "PSVC1", urgency: "*", settings: { escalate: true } }),
    );
  const alert = async () => (await world.alerts(incidentId))[0];

  it("pages the next level in the fallback user's name, once Slack told people so", async () => {
    await optIn();
    await pass(5);
    await pass(5);
    await world.advance(5 * MINUTE);
    expect(reminders().at(-1)).toEqual({ number: 3, direct: false, escalates: true });
    expect(puts()).toEqual([]);
    await world.confirmAll();
    expect(puts()).toEqual(["PUT /incidents/P1 bot@example.com"]);
    expect(first.assignees).toEqual(["PBEN"]);
    expect(await alert()).toMatchObject({ status: "triggered", escalation: { at: START + 15 * MINUTE } });
    expect(alertIn(world.triggers.signals.at(-1)?.data ?? "").escalation).toBeDefined();
  });

  it("leaves PagerDuty alone where the service did not opt in", async () => {
    for (let times = 0; times < 4; times += 1) await pass(5);
    expect(puts()).toEqual([]);
  });

  it("leaves PagerDuty alone where somebody acknowledged meanwhile", async () => {
    await optIn();
    await pass(5);
    await pass(5);
    await world.advance(5 * MINUTE);
    first.status = "acknowledged";
    await world.confirmAll();
    expect(puts()).toEqual([]);
    expect((await alert())?.escalation).toBeUndefined();
  });

  it("leaves PagerDuty alone where somebody wrote in the channel", async () => {
    await optIn();
    await pass(5);
    await pass(5);
    await world.advance(5 * MINUTE);
    await somebodyWrote(START + 14 * MINUTE);
    expect(puts()).toEqual([]);
  });

  it("leaves PagerDuty alone where the channel is archived and nobody can be told", async () => {
    await optIn();
    await pass(5);
    await pass(5);
    await world.advance(5 * MINUTE);
    const deliveryId = deliveries().at(-1)?.delivery_id ?? "";
    await world.call("confirm", { deliveryId, incidentId, outcome: "stale" });
    await world.settle();
    expect(puts()).toEqual([]);
  });

  it("says on the card that there is no further level", async () => {
    await optIn();
    first.assignees = ["PBEN"];
    await world.event(first, { type: "incident.reassigned", at: START + 1 });
    for (let times = 0; times < 3; times += 1) await pass(5);
    expect(puts()).toEqual([]);
    expect((await alert())?.escalation?.problem).toMatch(/no further level/);
  });
});

describe("a snooze", () => {
  const snooze = (until: number) => world.call("snooze", { incidentId, until, by: ANN, at: world.clock.now() });

  it("puts the reminders off until it ends", async () => {
    for (let times = 0; times < 2; times += 1) expect((await snooze(START + HOUR)).status).toBe(200);
    await pass(59);
    expect(numbers()).toEqual([]);
    await pass(1);
    expect(numbers()).toEqual([1]);
  });

  it("ends early when PagerDuty pages somebody anew, and the card learns of it", async () => {
    await snooze(START + HOUR);
    await pass(20);
    first.assignees = ["PANN", "PBEN"];
    await world.event(first, { type: "incident.reassigned", byHand: true });
    await world.confirmAll();
    expect(numbers()).toEqual([1]);
    const told = world.triggers.signals.filter(({ kind }) => kind === "alert_changed").at(-1);
    expect(JSON.parse(told?.data ?? "{}")).toMatchObject({ snoozeEnded: START + HOUR });
  });

  it("of a decided incident is refused, and an endless one is cut", async () => {
    await snooze(START + 1_000 * HOUR);
    const state = await world.store.transaction((tx) => tx.reminders(incidentId));
    expect(state?.snoozedUntil).toBe(START + 48 * HOUR);
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    expect(await snooze(START + HOUR)).toMatchObject({ status: 409, body: { error: "already_decided" } });
    const unknown = { incidentId: "inc_none", until: START + HOUR, by: ANN, at: START };
    expect((await world.call("snooze", unknown)).status).toBe(404);
  });
});
