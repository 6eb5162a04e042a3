import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE } from "../../core/time.ts";
import { alertIn, ANN, createWorld, decisionOf, placeOf, START, type World } from "./world.ts";

let world: World;
let incidentId: string;

beforeEach(async () => {
  world = await createWorld();
  await world.event(world.raise("P1"));
  await world.confirmAll();
  incidentId = world.triggers.triages[0]?.incident_id ?? "";
  await world.event(world.raise("P2"));
});
afterEach(() => world.close());

const later = () => world.triggers.signals.filter(({ kind }) => kind === "later_alert");
const answer = (given: "attach" | "keep_separate", alertId = "P2") =>
  world.call("answer", { incidentId, alertId, answer: given, by: ANN, at: START, place: placeOf("1") });

describe("a later alert", () => {
  it("is offered to the window's incident and counted", async () => {
    await world.event(world.raise("P3"));
    await world.confirmAll();
    expect(later().map(({ data }) => (JSON.parse(data) as { laterCount: number }).laterCount)).toEqual([1, 2]);
    expect(alertIn(later()[0]?.data ?? "")).toMatchObject({ id: "P2", relation: "offered" });
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("becomes part of the incident when a person attaches it", async () => {
    await world.confirmAll();
    for (let times = 0; times < 2; times += 1) expect((await answer("attach")).status).toBe(200);
    await world.confirmAll();
    const second = world.pagerduty.incidents.get("P2");
    expect(second?.status).toBe("acknowledged");
    expect(second?.notes).toHaveLength(1);
    expect((await world.alerts(incidentId)).map(({ relation }) => relation)).toEqual(["attached", "attached"]);
    expect(await answer("keep_separate")).toMatchObject({ status: 409, body: { error: "already_answered" } });
  });

  it("gets a triage of its own when a person keeps it separate, and takes no window", async () => {
    await world.confirmAll();
    for (let times = 0; times < 2; times += 1) expect((await answer("keep_separate")).status).toBe(200);
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P2"]);
    const own = world.triggers.triages[1]?.incident_id ?? "";
    expect((await world.alerts(own)).map(({ relation }) => relation)).toEqual(["attached"]);
    expect((await world.alerts(incidentId)).map(({ relation }) => relation)).toEqual(["attached", "separate"]);
    await world.event(world.raise("P3"));
    await world.confirmAll();
    expect(later().at(-1)?.incident_id).toBe(incidentId);
  });

  it("sends its news to its own triage once it was kept separate", async () => {
    await world.confirmAll();
    await answer("keep_separate");
    await world.confirmAll();
    const second = world.pagerduty.incidents.get("P2");
    if (second) await world.event(second, { type: "incident.acknowledged", status: "acknowledged" });
    await world.confirmAll();
    const news = world.triggers.signals.filter(({ kind }) => kind === "alert_changed");
    expect(news.at(-1)?.incident_id).toBe(world.triggers.triages[1]?.incident_id);
  });

  it("that Slack calls stale opens a triage of its own", async () => {
    await world.settle();
    const deliveryId = later()[0]?.delivery_id ?? "";
    for (let times = 0; times < 2; times += 1) {
      expect((await world.call("confirm", { deliveryId, incidentId, outcome: "stale" })).status).toBe(200);
    }
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P2"]);
    expect((await world.alerts(incidentId)).map(({ id }) => id)).toEqual(["P1"]);
  });

  it("that was waiting when its incident was merged is only told to the target", async () => {
    // The first signal of the incident stays unconfirmed, so the offer of P3 cannot leave.
    await world.event(world.raise("P3"));
    await world.settle();
    expect(later()).toHaveLength(1);
    await world.event(world.raise("P9", { serviceId: "PSVC9", serviceName: "Mail" }));
    await world.settle();
    const target = world.triggers.triages[1]?.incident_id ?? "";
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "merge", { mergeInto: target }) });
    await world.confirmAll();
    const toTarget = (kind: string) =>
      world.triggers.signals.filter((one) => one.incident_id === target && one.kind === kind);
    expect(later().filter(({ data }) => alertIn(data).id === "P3")).toEqual(toTarget("later_alert").slice(-1));
    expect(new Set(toTarget("alert_changed").map(({ data }) => alertIn(data).id))).toEqual(new Set(["P1"]));
    expect(new Set(toTarget("later_alert").map(({ data }) => alertIn(data).id))).toEqual(new Set(["P2", "P3"]));
  });

  it("after the window's end opens a triage of its own", async () => {
    await world.confirmAll();
    world.clock.set(START + 30 * MINUTE);
    await world.event(world.raise("P3"));
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P3"]);
  });

  it("that is not offered there cannot be answered for", async () => {
    expect(await answer("attach", "P404")).toMatchObject({ status: 409, body: { error: "not_offered" } });
    const unknown = { incidentId: "inc_none", alertId: "P2", answer: "attach", by: ANN, at: START } as const;
    expect((await world.call("answer", unknown)).status).toBe(404);
  });
});
