import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listInFeed } from "../../companion/triage/feed.ts";
import { type FeedLine, type FeedLineData, feedSubject } from "../../core/feed_line.ts";
import { DEFAULT_STORM } from "../../core/storm.ts";
import { MINUTE } from "../../core/time.ts";
import { alertIn, laterIn, ANN, BEN, createWorld, placeOf, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const lines = (key: string) =>
  world.triggers.signals.filter(({ kind, incident_id }) => kind === "feed_line" && incident_id === feedSubject(key));
const said = (key: string) => JSON.parse(lines(key).at(-1)?.data ?? "null") as FeedLineData;
const open = (key: string, alertId: string, requestId = "Fx1", by = ANN) =>
  world.call("open", { requestId, key, alertId, by, at: world.clock.now() });

/** Puts these alerts, whose incidents in PagerDuty exist, into a line. */
async function put(key: string, line: FeedLine, ids: readonly string[]): Promise<void> {
  await world.store.transaction(async (tx) => {
    let made = 0;
    const settings = { storm: DEFAULT_STORM, debounceWindowMs: 30 * MINUTE, archiveGraceMs: 0, reconcileMs: 0 };
    const id = (prefix: string) => `${prefix}_${key}_${world.triggers.attempts.length}_${(made += 1)}`;
    const unit = { tx, now: world.clock.now(), settings, id, cause: "test" };
    for (const alertId of ids) {
      const incident = world.pagerduty.incidents.get(alertId) ?? world.raise(alertId);
      const { number, title, status, serviceId, serviceName } = incident;
      const facts = {
        ...{ id: alertId, number, title, status, serviceId, serviceName, url: "", urgency: "high" as const },
        ...{ since: world.clock.now(), paged: [], attachments: [], closing: { state: "none" } as const },
      };
      if (!(await tx.alert(alertId))) await tx.saveAlert({ facts, statusAt: unit.now, peopleAt: unit.now });
      await listInFeed(unit, key, line, [facts]);
    }
  });
  await world.settle();
}

describe("a line of the feed", () => {
  it("has numbers of its own, and its next delivery waits for the confirmation of the former", async () => {
    await put("a", { kind: "alert" }, ["P1"]);
    await put("b", { kind: "alert" }, ["P2"]);
    await put("a", { kind: "alert" }, ["P3"]);
    expect(lines("a").map(({ sequence }) => sequence)).toEqual(["1"]);
    expect(lines("b").map(({ sequence }) => sequence)).toEqual(["1"]);
    await world.confirmAll();
    expect(lines("a").map(({ sequence }) => sequence)).toEqual(["1", "2"]);
    expect(said("a").about).toMatchObject({ count: 2, open: 2, services: [{ name: "Checkout", count: 2 }] });
  });

  it("is edited a bounded number of times however many alerts come", async () => {
    await put("a", { kind: "backlog" }, ["P0"]);
    for (let index = 1; index <= 50; index += 1) await put("a", { kind: "backlog" }, [`P${index}`]);
    await world.confirmAll();
    expect(lines("a")).toHaveLength(2);
    expect(said("a").about).toMatchObject({ count: 51 });
    expect(said("a").about.alerts).toHaveLength(5);
  });

  it("fits into a trigger's string, whatever the alerts are called", async () => {
    for (let index = 0; index < 5; index += 1) world.raise(`P${index}`, { title: '"\\\u0001'.repeat(300) });
    await put("a", { kind: "backlog" }, ["P0", "P1", "P2", "P3", "P4"]);
    expect(Buffer.byteLength(lines("a")[0]?.data ?? "")).toBeLessThanOrEqual(4_000);
    expect(said("a").about.count).toBe(5);
  });

  it("follows its alerts in PagerDuty", async () => {
    await put("a", { kind: "backlog" }, ["P1", "P2"]);
    const first = world.pagerduty.incidents.get("P1");
    if (first) await world.event(first, { type: "incident.resolved", status: "resolved" });
    await world.confirmAll();
    expect(said("a").about).toMatchObject({ count: 2, open: 1 });
    expect(said("a").about.alerts.map(({ id, status }) => [id, status])).toEqual([
      ["P2", "triggered"],
      ["P1", "resolved"],
    ]);
  });

  it("can be confirmed only as itself", async () => {
    await put("a", { kind: "alert" }, ["P1"]);
    const deliveryId = lines("a")[0]?.delivery_id ?? "";
    const wrong = await world.call("confirm", { deliveryId, incidentId: feedSubject("b"), outcome: "applied" });
    expect(wrong).toMatchObject({ status: 409, body: { error: "wrong_incident" } });
  });
});

describe("Open triage in a line", () => {
  it("opens a triage through the normal path; the line says who opened it and links the channel once it is known", async () => {
    await put("a", { kind: "alert" }, ["P1"]);
    await world.confirmAll();
    expect((await open("a", "P1")).body).toMatchObject({ outcome: "opened", number: "1", channelId: "" });
    await world.settle();
    expect(world.triggers.triages.map(({ alert }) => alertIn(alert).id)).toEqual(["P1"]);
    expect(said("a").about.alerts[0]?.opened).toEqual({ number: "1", by: "U0ANN", channelId: "" });
    const { delivery_id: deliveryId = "", incident_id: incidentId = "" } = world.triggers.triages[0] ?? {};
    await world.call("confirm", { deliveryId, incidentId, outcome: "applied", place: placeOf("1") });
    await world.confirmAll();
    expect(said("a").about.alerts[0]?.opened).toEqual({ number: "1", by: "U0ANN", channelId: "C1" });
  });

  it("pressed by many at once, and again, opens one", async () => {
    await put("a", { kind: "alert" }, ["P1"]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => open("a", "P1", `Fx${index % 10}`, index % 2 ? ANN : BEN)),
    );
    await world.confirmAll();
    expect(world.triggers.triages).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.incidentId)).size).toBe(1);
    expect((await open("a", "P1", "Fx99")).body).toMatchObject({ outcome: "already_open", number: "1" });
  });

  it("takes the service's window, and the line's other open alerts are offered there", async () => {
    await put("a", { kind: "alert" }, ["P1", "P2"]);
    await open("a", "P2");
    await world.event(world.raise("P3"));
    await world.confirmAll();
    expect(world.triggers.triages.map(({ alert }) => alertIn(alert).id)).toEqual(["P2"]);
    const later = world.triggers.signals.filter(({ kind }) => kind === "later_alert");
    expect(later.flatMap(({ data }) => laterIn(data).alerts.map(({ id }) => id))).toEqual(["P3", "P1"]);
  });

  it("leaves the window to an open incident that holds it", async () => {
    await world.event(world.raise("P9"));
    await put("a", { kind: "backlog" }, ["P1"]);
    await open("a", "P1");
    await world.event(world.raise("P3"));
    await world.confirmAll();
    const later = world.triggers.signals.find(({ kind }) => kind === "later_alert");
    expect(later?.incident_id).toBe(
      world.triggers.triages.find(({ alert }) => alertIn(alert).id === "P9")?.incident_id,
    );
  });

  it("for one alert of a backlog leaves the others in the line", async () => {
    await put("a", { kind: "backlog" }, ["P1", "P2"]);
    await open("a", "P1");
    await world.confirmAll();
    expect(said("a").about.alerts.map(({ id, opened }) => [id, opened?.number])).toEqual([
      ["P1", "1"],
      ["P2", undefined],
    ]);
  });

  it("with made-up values opens nothing", async () => {
    await put("a", { kind: "alert" }, ["P1"]);
    await world.event(world.raise("P9"));
    await world.confirmAll();
    for (const [key, alertId] of [
      ["b", "P1"],
      ["a", "P404"],
      ["a", "P9"],
    ] as const) {
      expect(await open(key, alertId)).toMatchObject({ status: 404, body: { error: "not_in_feed" } });
    }
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("for an alert whose triage is closed says so", async () => {
    await put("a", { kind: "alert" }, ["P1"]);
    const { incidentId } = (await open("a", "P1")).body;
    const decision = {
      id: "Fx9",
      incidentId,
      decision: "dismiss",
      by: ANN,
      at: START,
      reason: "test",
      note: "",
    } as const;
    await world.call("decide", { phase: "applied", decision });
    expect(await open("a", "P1", "Fx2")).toMatchObject({ status: 409, body: { error: "already_decided" } });
    await world.confirmAll();
  });
});
