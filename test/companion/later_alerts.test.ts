import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LaterAlertAnswer } from "../../core/protocol.ts";
import { MINUTE, SECOND } from "../../core/time.ts";
import { alertIn, ANN, BEN, createWorld, decisionOf, laterIn, placeOf, START, type World } from "./world.ts";

let world: World;
let incidentId: string;

beforeEach(async () => {
  world = await createWorld();
  await world.event(world.raise("P1"));
  await world.confirmAll();
  incidentId = world.triggers.triages[0]?.incident_id ?? "";
});
afterEach(() => world.close());

const signals = () => world.triggers.signals.filter(({ kind }) => kind === "later_alert");
const later = () => signals().map(({ data }) => laterIn(data));
const answer = (given: LaterAlertAnswer, alertIds: readonly string[] = ["P2"], upTo?: number) =>
  world.call("answer", {
    incidentId,
    alertIds,
    ...(upTo === undefined ? {} : { upTo }),
    answer: given,
    by: ANN,
    at: START,
    place: placeOf("1"),
  });
/** Another alert of the service, with the interval after which people are told again. */
async function fire(id: string, options: Parameters<World["event"]>[1] = {}): Promise<void> {
  await world.event(world.raise(id), options);
  await world.confirmAll();
  await world.advance(10 * SECOND);
  await world.confirmAll();
}
const relations = async (id = incidentId) => (await world.alerts(id)).map(({ relation }) => relation);
const timeline = (id = incidentId) => world.store.transaction((tx) => tx.timeline(id));

describe("a later alert", () => {
  it("is offered to the window's incident and counted", async () => {
    await fire("P2");
    await fire("P3");
    expect(later().map(({ laterCount, unanswered }) => [laterCount, unanswered])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(later()[1]?.alerts.map(({ id, relation }) => [id, relation])).toEqual([
      ["P3", "offered"],
      ["P2", "offered"],
    ]);
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("becomes part of the incident when a person attaches it", async () => {
    await fire("P2");
    for (let times = 0; times < 2; times += 1) {
      expect((await answer("attach")).body).toMatchObject({ taken: 1, unanswered: 0, answeredBefore: [] });
    }
    await world.confirmAll();
    const second = world.pagerduty.incidents.get("P2");
    expect(second?.status).toBe("acknowledged");
    expect(second?.notes).toHaveLength(1);
    expect(await relations()).toEqual(["attached", "attached"]);
    expect(await answer("keep_separate")).toMatchObject({ status: 409, body: { error: "already_answered" } });
  });

  it("gets a triage of its own when a person keeps it separate, and takes no window", async () => {
    await fire("P2");
    for (let times = 0; times < 2; times += 1) expect((await answer("keep_separate")).status).toBe(200);
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P2"]);
    expect(await relations(world.triggers.triages[1]?.incident_id)).toEqual(["attached"]);
    expect(await relations()).toEqual(["attached", "separate"]);
    await fire("P3");
    expect(signals().at(-1)?.incident_id).toBe(incidentId);
  });

  it("set aside by a named person is asked about no more and pages nobody here", async () => {
    await fire("P2");
    for (let times = 0; times < 2; times += 1) {
      expect((await answer("set_aside")).body).toMatchObject({ taken: 1, unanswered: 0 });
    }
    await world.confirmAll();
    expect(await relations()).toEqual(["attached", "set_aside"]);
    expect(world.pagerduty.incidents.get("P2")?.status).toBe("triggered");
    const line = (await timeline()).filter(({ what }) => what === "alert.set_aside");
    expect(line).toMatchObject([{ actor: `slack:${ANN.slackUserId}`, data: { alertId: "P2", by: ANN.name } }]);
  });

  it("sends its news to its own triage once it was kept separate", async () => {
    await fire("P2");
    await answer("keep_separate");
    await world.confirmAll();
    const second = world.pagerduty.incidents.get("P2");
    if (second) await world.event(second, { type: "incident.acknowledged", status: "acknowledged" });
    await world.confirmAll();
    const news = world.triggers.signals.filter(({ kind }) => kind === "alert_changed");
    expect(news.at(-1)?.incident_id).toBe(world.triggers.triages[1]?.incident_id);
  });

  it("that Slack calls stale opens a triage of its own", async () => {
    await world.event(world.raise("P2"));
    await world.settle();
    const deliveryId = signals()[0]?.delivery_id ?? "";
    for (let times = 0; times < 2; times += 1) {
      expect((await world.call("confirm", { deliveryId, incidentId, outcome: "stale" })).status).toBe(200);
    }
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P2"]);
    expect((await world.alerts(incidentId)).map(({ id }) => id)).toEqual(["P1"]);
  });

  it("after the window's end opens a triage of its own", async () => {
    world.clock.set(START + 30 * MINUTE);
    await world.event(world.raise("P3"));
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P3"]);
  });
});

describe("many later alerts", () => {
  it("500 within a minute are told a few times, none is lost and none makes a delivery of its own", async () => {
    for (let index = 2; index <= 501; index += 1) {
      await world.event(world.raise(`P${index}`));
      if (index % 8 === 0) await world.advance(1 * SECOND);
      if (index % 40 === 0) await world.confirmAll();
    }
    await world.advance(10 * SECOND);
    await world.confirmAll();
    expect(world.triggers.signals.length).toBeLessThanOrEqual(10);
    expect(world.triggers.triages).toHaveLength(1);
    expect(later().at(-1)).toMatchObject({ laterCount: 500, unanswered: 500, attached: 1 });
    expect(
      later()
        .at(-1)
        ?.alerts.map(({ id }) => id),
    ).toEqual(["P501", "P500", "P499", "P498", "P497"]);
    expect(await relations()).toHaveLength(501);
    expect(world.pagerduty.calls.length).toBeLessThan(100);
  }, 30_000);

  it("that PagerDuty resolves by itself one after the other are told a few times too", async () => {
    const all = Array.from({ length: 60 }, (_, index) => world.raise(`Q${index}`));
    for (const one of all) await world.event(one);
    await world.confirmAll();
    await world.advance(10 * SECOND);
    await world.confirmAll();
    const before = world.triggers.signals.length;
    for (const one of all) await world.event(one, { type: "incident.resolved", status: "resolved" });
    await world.confirmAll();
    await world.advance(10 * SECOND);
    await world.confirmAll();
    expect(world.triggers.signals.length - before).toBeLessThanOrEqual(2);
    expect(later().at(-1)).toMatchObject({ laterCount: 60, unanswered: 0 });
  });

  it("are one delivery while the one before is not confirmed, and that one tells of all", async () => {
    await world.event(world.raise("P2"));
    await world.settle();
    for (const id of ["P3", "P4", "P5"]) {
      await world.event(world.raise(id));
      await world.advance(11 * SECOND);
    }
    expect(later()).toHaveLength(1);
    await world.confirmAll();
    expect(later().map(({ unanswered }) => unanswered)).toEqual([1, 4]);
  });

  it("are answered together up to the last that was counted, and a newer one is asked about by itself", async () => {
    for (const id of ["P2", "P3", "P4"]) await fire(id);
    expect((await answer("attach", [], 2)).body).toMatchObject({ taken: 2, unanswered: 1 });
    expect(await relations()).toEqual(["attached", "attached", "attached", "offered"]);
  });

  it("kept separate together get one triage for each service, not one each", async () => {
    for (const id of ["P2", "P3", "P4"]) await fire(id);
    expect((await answer("keep_separate", [], 3)).body).toMatchObject({ taken: 3, unanswered: 0 });
    await world.confirmAll();
    expect(world.triggers.triages).toHaveLength(2);
    expect(await relations(world.triggers.triages[1]?.incident_id)).toEqual(["attached", "attached", "attached"]);
  });

  it("that others answered keep their answer, and whoever comes late is told which", async () => {
    for (const id of ["P2", "P3"]) await fire(id);
    await answer("set_aside", ["P2"]);
    expect((await answer("attach", ["P2", "P3"])).body).toMatchObject({ taken: 1, answeredBefore: ["P2"] });
    expect(await relations()).toEqual(["attached", "set_aside", "attached"]);
  });
});

describe("a louder later alert", () => {
  it("rings once: what was louder than all before is told with the next news, which leaves at once", async () => {
    await world.event(world.raise("P2"), { priority: "P3" });
    await world.confirmAll();
    expect(later().at(-1)?.rise).toMatchObject({ number: 1, alertId: "P2", why: "higher_priority" });
    await world.event(world.raise("P3"), { priority: "P1" });
    await world.confirmAll();
    // No interval was waited for.
    expect(later().at(-1)?.rise).toEqual({ number: 2, alertId: "P3", why: "higher_priority" });
    await fire("P4", { priority: "P2" });
    await fire("P5", { priority: "P1" });
    expect(later().at(-1)?.rise?.number).toBe(2);
  });

  it("does not ring for a height that an alert of the incident has reached already", async () => {
    const first = world.pagerduty.incidents.get("P1");
    if (first) await world.event(first, { type: "incident.priority_updated", priority: "P1" });
    await fire("P2", { priority: "P2" });
    expect(later().at(-1)?.rise).toBeUndefined();
  });
});

describe("a service whose later alerts are attached without asking", () => {
  beforeEach(() =>
    world.store.transaction((tx) =>
      tx.saveSettingsRow({ serviceId: "PSVC1", urgency: "*", settings: { laterAlerts: "attach" } }),
    ),
  );

  it("has them attached and told, and PagerDuty goes on paging since nobody pressed", async () => {
    await fire("P2");
    expect(later().at(-1)).toMatchObject({ laterCount: 1, unanswered: 0, bySetting: 1, attached: 2 });
    expect(await relations()).toEqual(["attached", "attached"]);
    expect(world.pagerduty.incidents.get("P2")?.status).toBe("triggered");
    expect((await timeline()).at(-1)?.why ?? "").toBeDefined();
    expect((await timeline()).some(({ why }) => why === "attached_by_setting")).toBe(true);
  });

  it("lets a person keep one separate all the same", async () => {
    await fire("P2");
    expect((await answer("keep_separate")).status).toBe(200);
    await world.confirmAll();
    expect(await relations()).toEqual(["attached", "separate"]);
    expect(world.triggers.triages).toHaveLength(2);
  });

  it("does not have them resolved by a dismiss that never showed them", async () => {
    await fire("P2");
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "dismiss") });
    await world.confirmAll();
    expect(world.pagerduty.incidents.get("P1")?.status).toBe("resolved");
    expect(world.pagerduty.incidents.get("P2")?.status).toBe("triggered");
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P2"]);
  });
});

describe("when an incident ends with offers that nobody answered", () => {
  beforeEach(async () => {
    await fire("P2");
    await fire("P3");
  });
  const triageOf = async (alertId: string) => {
    const homes = await world.store.transaction((tx) => tx.relations(alertId));
    return homes.find(({ relation }) => relation === "attached" || relation === "offered")?.incidentId;
  };

  it("a dismiss resolves those that were ticked, and the others get their own triage", async () => {
    // Comes between the form's opening and its sending.
    await world.event(world.raise("P4"));
    const decision = decisionOf(incidentId, "dismiss", { dismissAlertIds: ["P1", "P2"] });
    await world.call("decide", { phase: "applied", decision });
    await world.confirmAll();
    expect(["P1", "P2", "P3", "P4"].map((id) => world.pagerduty.incidents.get(id)?.status)).toEqual([
      "resolved",
      "resolved",
      "triggered",
      "triggered",
    ]);
    const own = await triageOf("P3");
    expect(own).not.toBe(incidentId);
    expect(await triageOf("P4")).toBe(own);
  });

  it("a resolve sets those aside that were shown, and one that came meanwhile gets its own triage", async () => {
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    await world.confirmAll();
    await world.event(world.raise("P4"));
    const body = { requestId: "Fx1", incidentId, by: BEN, at: START, summary: "" };
    await world.call("resolve", { ...body, resolveAlertIds: ["P1", "P2"], setAsideAlertIds: ["P3"] });
    await world.confirmAll();
    expect((await world.alerts(incidentId)).map(({ id, relation }) => [id, relation])).toEqual([
      ["P1", "attached"],
      ["P2", "attached"],
      ["P3", "set_aside"],
    ]);
    expect(await triageOf("P4")).toBe(world.triggers.triages[1]?.incident_id);
  });

  it("a resolve leaves one alone that was kept separate while the form was open, although it was ticked", async () => {
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    await answer("keep_separate", ["P2"]);
    await world.confirmAll();
    const body = { requestId: "Fx1", incidentId, by: BEN, at: START, summary: "" };
    const { status } = await world.call("resolve", {
      ...body,
      resolveAlertIds: ["P1", "P2"],
      setAsideAlertIds: ["P3"],
    });
    expect(status).toBe(200);
    await world.confirmAll();
    expect(world.pagerduty.incidents.get("P2")?.status).not.toBe("resolved");
    expect(await triageOf("P2")).toBe(world.triggers.triages[1]?.incident_id);
  });

  it("a resolve that ticks one which was taken off meanwhile has Slack told again that it was", async () => {
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    await world.confirmAll();
    const first = world.pagerduty.incidents.get("P1");
    if (!first) throw new Error("P1 is not there.");
    first.status = "resolved";
    await world.event(first, { type: "incident.resolved", status: "resolved", at: START + MINUTE });
    await world.confirmAll();
    const detach = { requestId: "Fx0", incidentId, alertIds: ["P1"], by: BEN, at: START };
    expect((await world.call("detach", detach)).status).toBe(200);
    await world.confirmAll();
    const request = { requestId: "Fx1", incidentId, by: ANN, at: START, summary: "" };
    await world.call("resolve", { ...request, resolveAlertIds: ["P1"], setAsideAlertIds: ["P2", "P3"] });
    await world.confirmAll();
    const told = world.triggers.signals.filter(
      ({ kind, data }) => kind === "alert_changed" && data.includes('"id":"P1"'),
    );
    expect(JSON.parse(told.at(-1)?.data ?? "{}")).toMatchObject({ alert: { relation: "separate" } });
  });

  it("a merge asks about them again at the target, where they are counted", async () => {
    await world.event(world.raise("P9", { serviceId: "PSVC9", serviceName: "Mail" }));
    await world.confirmAll();
    const target = world.triggers.triages[1]?.incident_id ?? "";
    await world.event(world.raise("P4"));
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "merge", { mergeInto: target }) });
    await world.confirmAll();
    expect((await world.alerts(target)).map(({ id, relation }) => [id, relation]).toSorted()).toEqual([
      ["P1", "attached"],
      ["P2", "offered"],
      ["P3", "offered"],
      ["P4", "offered"],
      ["P9", "attached"],
    ]);
    const told = signals().findLast(({ incident_id }) => incident_id === target);
    expect(laterIn(told?.data ?? "{}")).toMatchObject({ laterCount: 3, unanswered: 3 });
  });
});

describe("what a person kept separate or set aside", () => {
  it.each(["keep_separate", "set_aside"] as const)(
    "is not offered again to what the incident became: %s",
    async (given) => {
      await fire("P2");
      await answer(given);
      await world.confirmAll();
      await world.event(world.raise("P9", { serviceId: "PSVC9", serviceName: "Mail" }));
      await world.confirmAll();
      const target = world.triggers.triages.find((one) => alertIn(one.alert).id === "P9")?.incident_id ?? "";
      await world.call("decide", {
        phase: "applied",
        decision: decisionOf(incidentId, "merge", { mergeInto: target }),
      });
      await world.confirmAll();
      const found = await world.store.transaction((tx) => tx.relations("P2"));
      const atTarget = found.find((one) => one.incidentId === target)?.relation;
      expect(atTarget).toBe(given === "set_aside" ? "set_aside" : "separate");
    },
  );

  it("gets its own triage when it comes along with a merge into the incident that it was kept separate from", async () => {
    await fire("P2");
    await answer("keep_separate");
    await world.confirmAll();
    const own = world.triggers.triages[1]?.incident_id ?? "";
    // P2 is offered to a third incident by whatever way, which is then merged into the first.
    await world.event(world.raise("P9", { serviceId: "PSVC9", serviceName: "Mail" }));
    await world.confirmAll();
    const third = world.triggers.triages[2]?.incident_id ?? "";
    await world.store.transaction(async (tx) => {
      await tx.unrelate(own, "P2");
      await tx.relate(third, "P2", "offered", START, 1);
    });
    await world.call("decide", { phase: "applied", decision: decisionOf(third, "merge", { mergeInto: incidentId }) });
    await world.confirmAll();
    expect((await world.alerts(incidentId)).find(({ id }) => id === "P2")?.relation).toBe("separate");
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P2", "P9", "P2"]);
  });
});
