import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../core/time.ts";
import { alertIn, createWorld, decisionOf, type World } from "./world.ts";

const FINAL = { status: 400, body: '{"ok":false,"error":"parameter_validation_failed"}' };
const PASSING = { status: 200, body: '{"ok":false,"error":"internal_error"}' };

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const opened = () => world.triggers.triages.map(({ alert }) => alertIn(alert).id);
const notes = (id: string) => world.pagerduty.incidents.get(id)?.notes ?? [];
const attempts = () => world.triggers.attempts.filter((attempt) => attempt.startsWith("triage ")).length;

describe("a triage that Slack refuses for good", () => {
  beforeEach(async () => {
    world.triggers.answerNext(FINAL);
    await world.event(world.raise("P1"));
    await world.settle();
  });

  it("is told in PagerDuty, once", async () => {
    expect(notes("P1")).toEqual([expect.stringContaining("Slack could not be told of this alert")]);
    expect(world.pagerduty.calls).toContain("POST /incidents/P1/notes bot@example.com");
    world.triggers.answerAll(FINAL);
    for (let times = 0; times < 4; times += 1) await world.advance(15 * MINUTE);
    expect(notes("P1")).toHaveLength(1);
  });

  it("swallows no later alert: the next one of the service opens its own", async () => {
    await world.event(world.raise("P2"));
    await world.confirmAll();
    expect(opened()).toEqual(["P2"]);
  });

  it("is tried again every 15 minutes, and is answered in Slack when it gets there", async () => {
    world.triggers.answerAll(FINAL);
    await world.advance(15 * MINUTE);
    expect(opened()).toEqual([]);
    world.triggers.answerAll(undefined);
    await world.advance(15 * MINUTE);
    expect(opened()).toEqual(["P1"]);
    await world.confirmAll();
    const incidentId = world.triggers.triages[0]?.incident_id ?? "";
    const answer = await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    expect(answer.status).toBe(200);
    await world.advance(1 * HOUR);
    expect(attempts()).toBe(3);
  });

  it("is left alone once its alert is over in PagerDuty, or after a day", async () => {
    world.triggers.answerAll(FINAL);
    await world.event(world.raise("P2", { serviceId: "PSVC2" }));
    await world.settle();
    const first = world.pagerduty.incidents.get("P1");
    if (first) await world.event(first, { type: "incident.resolved", status: "resolved" });
    for (let times = 0; times < 100; times += 1) await world.advance(15 * MINUTE);
    // P1 once; P2 at the beginning and 96 times after that.
    expect(attempts()).toBe(98);
  });
});

describe("alerts that wait for a triage", () => {
  it("get one of their own when Slack refuses the first for good", async () => {
    world.triggers.answerNext({ status: 503, body: "" }, FINAL);
    await world.event(world.raise("P1"));
    await world.settle();
    await world.event(world.raise("P2"));
    await world.event(world.raise("P3"));
    await world.settle();
    await world.advance(2_000);
    await world.confirmAll();
    expect(opened()).toEqual(["P2"]);
    const known = await world.alerts(world.triggers.triages[0]?.incident_id ?? "");
    expect(known.map(({ id, relation }) => [id, relation])).toEqual([
      ["P2", "attached"],
      ["P3", "offered"],
    ]);
  });

  it("are not offered to one that Slack has refused for two minutes, and PagerDuty says so", async () => {
    world.triggers.answerAll(PASSING);
    await world.event(world.raise("P1"));
    await world.settle();
    await world.advance(1 * MINUTE);
    expect(notes("P1")).toEqual([]);
    await world.advance(2 * MINUTE);
    expect(notes("P1")).toHaveLength(1);
    world.triggers.answerAll(undefined);
    await world.event(world.raise("P2"));
    await world.confirmAll();
    expect(opened()).toEqual(["P2"]);
    await world.advance(4 * MINUTE);
    expect(opened()).toEqual(["P2", "P1"]);
  });
});

describe("a triage that nobody confirms", () => {
  const giveUp = async () => {
    for (let times = 0; times < 4; times += 1) await world.advance(3 * MINUTE);
  };
  beforeEach(async () => {
    await world.event(world.raise("P1"));
    await world.settle();
    await giveUp();
  });

  it("is told in PagerDuty, and the next alert opens anew", async () => {
    expect(notes("P1")).toHaveLength(1);
    await world.event(world.raise("P2"));
    await world.settle();
    expect(opened().at(-1)).toBe("P2");
  });

  it("is sent again after 15 minutes, under the same id", async () => {
    await world.advance(15 * MINUTE);
    expect(opened()).toHaveLength(5);
    expect(new Set(world.triggers.triages.map(({ delivery_id }) => delivery_id)).size).toBe(1);
  });

  it("is not sent again when its confirmation came late", async () => {
    const [sent] = world.triggers.triages;
    const body = { deliveryId: sent?.delivery_id ?? "", incidentId: sent?.incident_id ?? "", outcome: "applied" };
    await world.call("confirm", { ...body, outcome: "applied" });
    await world.advance(1 * HOUR);
    expect(opened()).toHaveLength(4);
  });
});

it("an incident whose offer nobody confirmed is told, once, that its later alert waits there no more", async () => {
  const told = () =>
    world.triggers.signals
      .filter(({ kind }) => kind === "later_alert")
      .map(({ data }) => (JSON.parse(data) as { unanswered: number; alerts: unknown[] }).unanswered);
  await world.event(world.raise("P1"));
  await world.confirmAll();
  await world.event(world.raise("P2"));
  await world.settle();
  for (let times = 0; times < 4; times += 1) await world.advance(3 * MINUTE);
  for (let times = 0; times < 10; times += 1) await world.advance(3 * MINUTE);
  expect(told()).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
});

it("a later alert whose offer nobody confirmed gets a triage of its own", async () => {
  await world.event(world.raise("P1"));
  await world.confirmAll();
  await world.event(world.raise("P2"));
  await world.settle();
  for (let times = 0; times < 4; times += 1) await world.advance(3 * MINUTE);
  expect(opened()).toEqual(["P1", "P2"]);
});
