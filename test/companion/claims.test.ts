import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CompanionRequests } from "../../core/protocol.ts";
import { MINUTE } from "../../core/time.ts";
import { ANN, createWorld, decisionOf, laterIn, placeOf, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

function claim(rest: Partial<CompanionRequests["claim"]> = {}) {
  const request = {
    requestId: "Fx1",
    serviceName: "checkout ",
    title: "Orders hang",
    description: "",
    by: ANN,
    at: START,
  };
  return world.call("claim", { ...request, ...rest });
}

describe("triage by hand", () => {
  it("finds the service in PagerDuty whatever the case, takes its window and a number", async () => {
    expect(await claim()).toMatchObject({
      status: 200,
      body: {
        ok: true,
        number: "1",
        serviceId: "PSVC1",
        serviceName: "Checkout",
        windowClosesAt: START + 30 * MINUTE,
        windowHeldBy: "",
      },
    });
    expect(world.triggers.triages).toEqual([]);
  });

  it("knows a service from its alerts without asking PagerDuty", async () => {
    await world.event(world.raise("P1", { serviceId: "PSVC7", serviceName: "Größe" }));
    await world.settle();
    const calls = world.pagerduty.calls.length;
    expect((await claim({ serviceName: "GRÖSSE" })).body.serviceId).toBe("name:grosse");
    expect((await claim({ requestId: "Fx2", serviceName: "  gr\u0000öße" })).body.serviceId).toBe("PSVC7");
    expect(world.pagerduty.calls.slice(calls).filter((call) => call.includes("/services"))).toHaveLength(1);
  });

  it("gives a service that nobody knows an id of its name", async () => {
    expect((await claim({ serviceName: "Fax Machine 3" })).body).toMatchObject({
      serviceId: "name:fax-machine-3",
      serviceName: "Fax Machine 3",
    });
  });

  it("does not wait long for a PagerDuty that hangs", async () => {
    const release = world.pagerduty.hold(/services/);
    const started = performance.now();
    expect((await claim()).body.serviceId).toBe("name:checkout");
    expect(performance.now() - started).toBeLessThan(3_500);
    release();
  });

  it("answers the same for the same request, and opens one incident", async () => {
    const [first, second] = [await claim(), await claim()];
    expect(second.body).toEqual(first.body);
    expect((await claim({ requestId: "Fx2" })).body.number).toBe("2");
  });

  it("says who holds the window, and leaves it there", async () => {
    await world.event(world.raise("P1"));
    await world.confirmAll();
    const holder = world.triggers.triages[0]?.incident_id ?? "";
    expect((await claim()).body.windowHeldBy).toBe(holder);
    await world.event(world.raise("P2"));
    await world.confirmAll();
    expect(world.triggers.signals.find(({ kind }) => kind === "later_alert")?.incident_id).toBe(holder);
  });

  it("takes a window that is over or whose incident is closed", async () => {
    await world.event(world.raise("P1"));
    await world.confirmAll();
    const holder = world.triggers.triages[0]?.incident_id ?? "";
    await world.call("decide", { phase: "applied", decision: decisionOf(holder, "dismiss") });
    expect((await claim()).body.windowHeldBy).toBe("");
    await world.advance(30 * MINUTE);
    expect((await claim({ requestId: "Fx2", at: world.clock.now() })).body.windowHeldBy).toBe("");
  });

  it("offers the service's next alert to the incident", async () => {
    const { incidentId } = (await claim()).body;
    await world.event(world.raise("P1"));
    await world.confirmAll();
    expect(world.triggers.triages).toEqual([]);
    const [signal] = world.triggers.signals.filter(({ kind }) => kind === "later_alert");
    expect(signal).toMatchObject({ incident_id: incidentId, sequence: "1" });
    expect(laterIn(signal?.data ?? "").alerts.map(({ relation }) => relation)).toEqual(["offered"]);
  });

  it("handed over late keeps the name that Slack gave, and what waits behind it goes through", async () => {
    const named = { incidentId: "inc_mfx1", number: "mfx1" };
    const decision = decisionOf(named.incidentId, "create");
    expect((await world.call("decide", { phase: "decided", decision })).status).toBe(425);
    expect((await claim({ named, place: placeOf("mfx1") })).body).toMatchObject(named);
    expect((await world.call("decide", { phase: "decided", decision })).status).toBe(200);
    expect((await claim({ requestId: "Fx2" })).body.number).toBe("1");
  });

  it("of an incident that is known by that name already is the same incident", async () => {
    const named = { incidentId: "inc_mfx1", number: "mfx1" };
    await claim({ named });
    expect(await claim({ requestId: "Fx-other", named })).toMatchObject({ status: 200, body: named });
  });

  it("whose answer was lost goes over to the name that Slack gave, with its window and the alerts that it was offered", async () => {
    const unheard = (await claim()).body.incidentId;
    await world.event(world.raise("P1"));
    await world.settle();
    const named = { incidentId: "inc_mfx1", number: "mfx1" };
    expect((await claim({ named, place: placeOf("mfx1") })).body).toMatchObject(named);
    await world.event(world.raise("P2"));
    await world.confirmAll();
    // Where the first was told already, the second is told an interval later.
    await world.advance(MINUTE);
    await world.confirmAll();
    expect(await world.alerts(unheard)).toEqual([]);
    expect((await world.alerts(named.incidentId)).map(({ id, relation }) => `${id} ${relation}`)).toEqual([
      "P1 offered",
      "P2 offered",
    ]);
    const offered = world.triggers.signals.filter(
      ({ incident_id, kind }) => incident_id === named.incidentId && kind === "later_alert",
    );
    expect(laterIn(offered.at(-1)?.data ?? "{}").alerts.map(({ id }) => id)).toEqual(["P2", "P1"]);
    expect(
      (await world.call("decide", { phase: "decided", decision: decisionOf(named.incidentId, "create") })).status,
    ).toBe(200);
    expect((await claim({ named })).body).toMatchObject(named);
  });

  it("that a merge goes into is to come first", async () => {
    const { incidentId } = (await claim()).body;
    const decision = decisionOf(incidentId, "merge", { mergeInto: "inc_mfx2" });
    expect((await world.call("decide", { phase: "decided", decision })).status).toBe(425);
    const named = { incidentId: "inc_mfx2", number: "mfx2" };
    await claim({ requestId: "Fx2", named });
    expect((await world.call("decide", { phase: "decided", decision })).status).toBe(200);
  });
});
