import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FeedLineData } from "../../core/feed_line.ts";
import type { ServiceSettings, SettingsRow } from "../../core/service_settings.ts";
import { HOUR, MINUTE, SECOND, toIso } from "../../core/time.ts";
import type { FakeIncident } from "./fake_pagerduty.ts";
import { alertIn, ANN, createWorld, decisionOf, type EventOptions, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const opened = () => world.triggers.triages.map(({ alert }) => alertIn(alert).id);
const incidentOf = (alertId: string) =>
  world.triggers.triages.find(({ alert }) => alertIn(alert).id === alertId)?.incident_id ?? "";
/** The alerts that opened nothing, and the incidents that have them. */
const later = async () => {
  const ids = [...world.pagerduty.incidents.keys()].filter((id) => !opened().includes(id));
  return world.store.transaction(async (tx) => {
    const all = [];
    for (const id of ids) {
      const home = (await tx.relations(id)).find(({ relation }) => relation === "offered" || relation === "attached");
      if (home) all.push({ id, incidentId: home.incidentId });
    }
    return all;
  });
};
/** The newest state of every line of the feed. */
const lines = () => {
  const newest = new Map<string, FeedLineData>();
  for (const { kind, incident_id, data } of world.triggers.signals) {
    if (kind === "feed_line") newest.set(incident_id, JSON.parse(data) as FeedLineData);
  }
  return [...newest.values()];
};
const keyOf = (index = 0) =>
  [...new Set(world.triggers.signals.filter(({ kind }) => kind === "feed_line").map((one) => one.incident_id))][
    index
  ]?.slice("feed:".length) ?? "";
const set = (settings: Partial<ServiceSettings>, urgency: SettingsRow["urgency"] = "*", serviceId = "PSVC1") =>
  world.store.transaction((tx) => tx.saveSettingsRow({ serviceId, urgency, settings }));
const fire = async (id: string, options: EventOptions & { incident?: Partial<FakeIncident> } = {}) => {
  const incident = world.pagerduty.incidents.get(id) ?? world.raise(id, options.incident);
  expect(await world.event(incident, options)).toBe(202);
  await world.confirmAll();
};
const decide = (alertId: string, decision: "dismiss" | "merge" | "create", mergeInto = "") =>
  world.call("decide", {
    phase: "applied",
    decision: decisionOf(incidentOf(alertId), decision, mergeInto ? { mergeInto } : {}),
  });
const keyed = (...keys: string[]) => ({
  incident: { alerts: keys.map((alert_key, index) => ({ id: `A${index}`, alert_key })) },
});
const window = () => world.store.transaction((tx) => tx.window("PSVC1"));
const recorded = (incidentId: string) => world.store.transaction((tx) => tx.timeline(incidentId));

describe("a rolling window", () => {
  const rolling = { kind: "rolling", lengthMs: 10 * MINUTE, maxAgeMs: 25 * MINUTE } as const;

  it("is extended by each alert up to its greatest age, half-open to the millisecond", async () => {
    await set({ window: rolling });
    await fire("P1");
    for (const [id, at] of [
      ["P2", 10 * MINUTE - 1],
      ["P3", 19 * MINUTE],
      ["P4", 25 * MINUTE - 1],
    ] as const) {
      world.clock.set(START + at);
      await fire(id);
    }
    expect(opened()).toEqual(["P1"]);
    expect(await window()).toMatchObject({ closesAt: START + 25 * MINUTE });
    const told = world.triggers.signals.filter(({ kind }) => kind === "later_alert").at(-1)?.data ?? "{}";
    expect(JSON.parse(told)).toMatchObject({ windowClosesAt: START + 25 * MINUTE });
    world.clock.set(START + 25 * MINUTE);
    await fire("P5");
    expect(opened()).toEqual(["P1", "P5"]);
  });

  it("is neither stretched nor shortened by clocks that run backwards or ahead", async () => {
    await set({ window: rolling });
    await fire("P1");
    world.clock.set(START + 5 * MINUTE);
    await fire("P2", { at: START - HOUR });
    expect(await window()).toMatchObject({ closesAt: START + 10 * MINUTE });
    await fire("P3", { at: START + 600 * MINUTE });
    expect(await window()).toMatchObject({ closesAt: START + 15 * MINUTE });
    expect(opened()).toEqual(["P1"]);
  });

  it("extends by the setting that holds when it extends, and a fixed one keeps its end", async () => {
    await fire("P1");
    await set({ window: { kind: "fixed", lengthMs: 5 * MINUTE } });
    world.clock.set(START + 20 * MINUTE);
    await fire("P2");
    expect(await window()).toMatchObject({ closesAt: START + 30 * MINUTE });
    await set({ window: { kind: "rolling", lengthMs: 15 * MINUTE, maxAgeMs: HOUR } });
    await fire("P3");
    expect(await window()).toMatchObject({ closesAt: START + 35 * MINUTE });
    await set({ window: { kind: "fixed", lengthMs: 5 * MINUTE } });
    world.clock.set(START + 35 * MINUTE);
    await fire("P4");
    expect(await window()).toMatchObject({ closesAt: START + 40 * MINUTE });
    expect(opened()).toEqual(["P1", "P4"]);
  });
});

describe("without debounce", () => {
  it("every alert opens, and the window of another urgency is left alone", async () => {
    await set({ window: { kind: "none" } }, "low");
    await fire("P1");
    await fire("P2", { urgency: "low" });
    await fire("P3", { urgency: "low" });
    await fire("P4");
    expect(opened()).toEqual(["P1", "P2", "P3"]);
    expect(await later()).toEqual([{ id: "P4", incidentId: incidentOf("P1") }]);
    expect(await window()).toMatchObject({ closesAt: START + 30 * MINUTE });
  });
});

describe("a service that is set to the feed", () => {
  it("has one line a window, which counts", async () => {
    await set({ admission: "feed" });
    await Promise.all(Array.from({ length: 50 }, (_, index) => world.event(world.raise(`P${index}`))));
    await world.confirmAll();
    expect(opened()).toEqual([]);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({ line: { kind: "alert" }, about: { count: 50 } });
    world.clock.set(START + 30 * MINUTE);
    await fire("P99");
    expect(lines()).toHaveLength(2);
  });

  it("opens a real triage from its line, which takes the window", async () => {
    await set({ admission: "feed" });
    await fire("P1");
    await world.call("open", { requestId: "Fx1", key: keyOf(), alertId: "P1", by: ANN, at: START });
    await world.confirmAll();
    await fire("P2");
    expect(opened()).toEqual(["P1"]);
    expect(await later()).toEqual([{ id: "P2", incidentId: incidentOf("P1") }]);
    expect(lines()).toHaveLength(1);
  });

  it("at low urgency only: one that becomes urgent opens by itself, and the line says so", async () => {
    await set({ admission: "feed" }, "low");
    await fire("P1", { urgency: "low" });
    expect(opened()).toEqual([]);
    await fire("P1", { type: "incident.priority_updated", urgency: "high", at: START + SECOND });
    expect(opened()).toEqual(["P1"]);
    expect(lines()[0]?.about.alerts[0]?.opened).toEqual({ number: "1", by: "", channelId: "" });
  });
});

describe("a service that is ignored", () => {
  it("shows nothing and is recorded with the reason", async () => {
    await set({ admission: "ignore" });
    const before = world.triggers.attempts.length;
    await fire("P1");
    expect(world.triggers.attempts).toHaveLength(before);
    expect(await recorded("")).toContainEqual(
      expect.objectContaining({ what: "alert.ignored", why: "set_to_ignore", data: { alertId: "P1" } }),
    );
  });

  it("at low urgency only: one that becomes urgent opens", async () => {
    await set({ admission: "ignore" }, "low");
    await fire("P1", { urgency: "low" });
    await fire("P1", { type: "incident.priority_updated", urgency: "high", at: START + SECOND });
    expect(opened()).toEqual(["P1"]);
  });
});

describe("after a dismiss", () => {
  beforeEach(async () => {
    await fire("P1", { ...keyed("k1"), urgency: "low", priority: "P3" });
    await decide("P1", "dismiss");
    await world.confirmAll();
  });

  it("the same alert makes one line, edited, with a count and who said so", async () => {
    for (const id of ["P2", "P3", "P4"]) await fire(id, { ...keyed("k1"), urgency: "low" });
    expect(opened()).toEqual(["P1"]);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({
      line: { kind: "suppressed", number: "1", dismissedBy: "Ann Lee", until: START + 30 * MINUTE },
      about: { count: 3, open: 3 },
    });
    const why = (await recorded(incidentOf("P1"))).filter(({ what }) => what === "alert.suppressed");
    expect(why.map(({ data }) => data["alertId"])).toEqual(["P2", "P3", "P4"]);
  });

  it("50 of the same at once make one line and no channel", async () => {
    const all = Array.from({ length: 50 }, (_, index) => world.raise(`Q${index}`, keyed("k1").incident));
    await Promise.all(all.map((incident) => world.event(incident, { urgency: "low" })));
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
    expect(lines().map(({ about }) => about.count)).toEqual([50]);
  });

  it("the same Sentry issue makes a line without PagerDuty being asked", async () => {
    await fire("P2", { ...keyed("k2"), clientUrl: "https://acme.sentry.io/issues/77/" });
    await decide("P2", "dismiss");
    await world.confirmAll();
    const calls = world.pagerduty.calls.length;
    await fire("P3", { clientUrl: "https://acme.sentry.io/issues/77/?referrer=x" });
    expect(opened()).toEqual(["P1", "P2"]);
    expect(lines()[0]?.about.alerts.map(({ id }) => id)).toEqual(["P3"]);
    expect(world.pagerduty.calls.slice(calls).filter((call) => call.includes("/P3/alerts"))).toEqual([]);
  });

  it("a different alert opens a new triage with a window of its own", async () => {
    world.clock.set(START + 10 * MINUTE);
    await fire("P2", keyed("k2"));
    await fire("P3", keyed("k3"));
    await fire("P4", { ...keyed("k1"), urgency: "low" });
    expect(opened()).toEqual(["P1", "P2"]);
    expect(await later()).toEqual([{ id: "P3", incidentId: incidentOf("P2") }]);
    expect(await window()).toMatchObject({ incidentId: incidentOf("P2"), closesAt: START + 40 * MINUTE });
    expect(lines()[0]?.about.alerts.map(({ id }) => id)).toEqual(["P4"]);
  });

  it("50 different ones at once open exactly one triage", async () => {
    const all = Array.from({ length: 50 }, (_, index) => world.raise(`Q${index}`, keyed(`n${index}`).incident));
    await Promise.all(all.map((incident) => world.event(incident)));
    await world.confirmAll();
    expect(opened()).toHaveLength(2);
    const second = world.triggers.triages[1]?.incident_id ?? "";
    expect(await world.alerts(second)).toHaveLength(50);
  });

  it.each([
    ["urgent", { urgency: "high" }],
    ["of a higher priority", { urgency: "low", priority: "P2" }],
  ])("the same alert opens by itself when it is %s, and what follows belongs to that triage", async (_, louder) => {
    await fire("P2", { ...keyed("k1"), urgency: "low" });
    await fire("P3", { ...keyed("k1"), ...louder });
    await fire("P4", { ...keyed("k1"), ...louder });
    expect(opened()).toEqual(["P1", "P3"]);
    expect(await later()).toEqual([{ id: "P4", incidentId: incidentOf("P3") }]);
    expect((await recorded(incidentOf("P3")))[0]).toMatchObject({ why: "louder_than_dismissed" });
  });

  it("one that stands in the line opens by itself when PagerDuty makes it urgent", async () => {
    await fire("P2", { ...keyed("k1"), urgency: "low" });
    await fire("P2", { type: "incident.priority_updated", urgency: "high", at: START + SECOND });
    expect(opened()).toEqual(["P1", "P2"]);
    expect(lines()[0]?.about.alerts[0]?.opened?.number).toBe("2");
  });

  it.each([
    ["1 ms before its window would have ended stays a line", 30 * MINUTE - 1, ["P1"]],
    ["when its window would have ended opens", 30 * MINUTE, ["P1", "P2"]],
  ])("the same alert %s", async (_, at, expected) => {
    world.clock.set(START + at);
    await fire("P2", { ...keyed("k1"), urgency: "low" });
    expect(opened()).toEqual(expected);
  });

  it("Open triage in the line opens one, and the same alert joins it from then on", async () => {
    await fire("P2", { ...keyed("k1"), urgency: "low" });
    await world.call("open", { requestId: "Fx1", key: keyOf(), alertId: "P2", by: ANN, at: START });
    await fire("P3", { ...keyed("k1"), urgency: "low" });
    expect(opened()).toEqual(["P1", "P2"]);
    expect(await later()).toEqual([{ id: "P3", incidentId: incidentOf("P2") }]);
  });

  it("an alert whose keys PagerDuty does not give opens, rather than wait", async () => {
    world.pagerduty.fail({ method: "GET", path: /P2\/alerts$/, status: 500, body: {}, times: 99 });
    await fire("P2", keyed("k1"));
    expect(opened()).toEqual(["P1", "P2"]);
  });

  it("an alert that PagerDuty has no keys of yet is looked up once more", async () => {
    const incident = world.raise("P2");
    await world.event(incident, { urgency: "low" });
    await world.settle();
    incident.alerts.push({ id: "A1", alert_key: "k1" });
    await world.advance(1 * SECOND);
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
    expect(lines()[0]?.about.count).toBe(1);
  });

  it("an alert that was resolved while it was looked up opens nothing", async () => {
    const incident = world.raise("P2");
    await world.event(incident);
    await world.settle();
    await fire("P2", { type: "incident.resolved", status: "resolved", at: START + SECOND });
    await world.advance(1 * SECOND);
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
  });
});

describe("after a merge", () => {
  it("the window follows the target through a chain, and ends with the last holder", async () => {
    await fire("P1");
    await fire("P2", { incident: { serviceId: "PSVC2", serviceName: "Search" } });
    await fire("P3", { incident: { serviceId: "PSVC3", serviceName: "Login" } });
    await decide("P1", "merge", incidentOf("P2"));
    await decide("P2", "merge", incidentOf("P3"));
    await fire("P4");
    expect(await later()).toEqual([{ id: "P4", incidentId: incidentOf("P3") }]);
    await decide("P3", "create");
    await world.call("resolve", {
      ...{ requestId: "Fx9", incidentId: incidentOf("P3"), by: ANN, at: START, summary: "" },
      ...{ resolveAlertIds: ["P1", "P2", "P3", "P4"], setAsideAlertIds: [] },
    });
    await fire("P5");
    await fire("P6", { incident: { serviceId: "PSVC2", serviceName: "Search" } });
    expect(opened()).toEqual(["P1", "P2", "P3", "P5", "P6"]);
  });

  it("into something that was dismissed, a later alert opens anew", async () => {
    await fire("P1");
    await fire("P2", { incident: { serviceId: "PSVC2", serviceName: "Search" } });
    await decide("P1", "merge", incidentOf("P2"));
    await world.confirmAll();
    await decide("P2", "dismiss");
    await fire("P3");
    expect(opened()).toEqual(["P1", "P2", "P3"]);
    expect((await recorded(incidentOf("P3")))[0]).toMatchObject({ why: "incident_closed" });
  });
});

describe("a backlog", () => {
  it("of alerts older than their windows makes one line, counted by service, and no channel", async () => {
    world.clock.set(START + 2 * HOUR);
    for (let index = 0; index < 12; index += 1) {
      const of = index % 3 === 0 ? { serviceId: "PSVC2", serviceName: "Search" } : {};
      await fire(`P${index}`, { at: START + index * MINUTE, incident: of });
    }
    expect(opened()).toEqual([]);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({
      line: { kind: "backlog" },
      about: {
        count: 12,
        services: [
          { name: "Checkout", count: 8 },
          { name: "Search", count: 4 },
        ],
      },
    });
    expect(lines()[0]?.about.alerts).toHaveLength(5);
    await fire("P99");
    expect(opened()).toEqual(["P99"]);
  });

  it("of another outage makes a line of its own", async () => {
    world.clock.set(START + 2 * HOUR);
    await fire("P1", { at: START });
    world.clock.set(START + 4 * HOUR);
    await fire("P2", { at: START });
    expect(lines()).toHaveLength(2);
  });

  it("counts what waited in our own store while the companion was down", async () => {
    await world.companion.stop();
    const incident = world.raise("P1");
    await world.event(incident);
    const stored = world.store;
    await world.triggers.close();
    await world.pagerduty.close();
    world = await createWorld({ store: stored, startAt: START + HOUR });
    await world.confirmAll();
    expect(opened()).toEqual([]);
    expect(lines().map(({ line }) => line.kind)).toEqual(["backlog"]);
  });
});

describe("a triage that Slack could not be given", () => {
  beforeEach(async () => {
    world.triggers.answerAll({ status: 503, body: "" });
    await world.event(world.raise("P1"));
    await world.settle();
  });
  const comeBack = async (afterMs: number) => {
    world.clock.set(START + afterMs);
    world.triggers.answerAll(undefined);
    await world.advance(2 * MINUTE);
    await world.confirmAll();
  };
  const resolveInPagerduty = (id: string) => {
    const incident = world.pagerduty.incidents.get(id);
    if (incident) incident.status = "resolved";
  };

  it("and that is over in PagerDuty gets no channel but a line, and frees its window", async () => {
    resolveInPagerduty("P1");
    await comeBack(5 * MINUTE);
    expect(opened()).toEqual([]);
    expect(lines().map(({ line }) => line.kind)).toEqual(["withdrawn"]);
    await fire("P2");
    expect(opened()).toEqual(["P2"]);
    await fire("P1", { type: "incident.reopened", status: "triggered", at: START + 20 * MINUTE });
    expect((await later()).map(({ id }) => id)).toEqual(["P1"]);
  });

  it("and that is still open leaves", async () => {
    await comeBack(5 * MINUTE);
    expect(opened()).toEqual(["P1"]);
  });

  it("leaves where PagerDuty cannot say", async () => {
    resolveInPagerduty("P1");
    world.pagerduty.fail({ method: "GET", path: /incidents\/P1$/, status: 500, body: {}, times: 99 });
    await comeBack(5 * MINUTE);
    expect(opened()).toEqual(["P1"]);
  });

  it("leaves without a question where it waited two minutes or less", async () => {
    resolveInPagerduty("P1");
    world.clock.set(START + 2 * MINUTE);
    world.triggers.answerAll(undefined);
    await world.settle();
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
  });

  it("leaves where another alert of it is still open", async () => {
    await world.event(world.raise("P2"));
    resolveInPagerduty("P1");
    await comeBack(5 * MINUTE);
    expect(opened()).toEqual(["P1"]);
    expect((await later()).map(({ id }) => id)).toEqual(["P2"]);
  });
});

describe("a triage of which nobody knows whether it reached Slack", () => {
  beforeEach(async () => {
    // Slack takes it, and its answer is lost.
    world.triggers.answerNext({ status: 0, body: "" });
    await world.event(world.raise("P1"));
    await world.settle();
    setStatus("resolved");
    await world.advance(4 * MINUTE);
  });
  const setStatus = (status: "triggered" | "resolved") => {
    const incident = world.pagerduty.incidents.get("P1");
    if (incident) incident.status = status;
  };
  const sent = () => world.triggers.triages.map(({ if_known }) => if_known);
  const confirm = async (outcome: "already_applied" | "stale") => {
    const { delivery_id: deliveryId, incident_id: incidentId } = world.triggers.triages.at(-1)!;
    expect((await world.call("confirm", { deliveryId, incidentId, outcome })).status).toBe(200);
    await world.settle();
    return incidentId;
  };

  it("and that is over goes on where Slack knows it, whose card would be left alone otherwise", async () => {
    expect(sent()).toEqual(["", "yes"]);
    const incidentId = await confirm("already_applied");
    await world.event(world.pagerduty.incidents.get("P1")!, { type: "incident.resolved", status: "resolved" });
    await world.confirmAll();
    expect(lines()).toEqual([]);
    const news = world.triggers.signals.filter((one) => one.incident_id === incidentId);
    expect(news.map(({ kind, data }) => [kind, alertIn(data).status])).toEqual([["alert_changed", "resolved"]]);
  });

  it("and that is over is withdrawn where Slack does not, and opens no channel", async () => {
    await confirm("stale");
    expect(sent()).toEqual(["", "yes"]);
    expect(lines().map(({ line }) => line.kind)).toEqual(["withdrawn"]);
    await world.advance(10 * MINUTE);
    expect(sent()).toEqual(["", "yes"]);
  });

  it("and whose alert came back while Slack was asked leaves like any other", async () => {
    setStatus("triggered");
    await confirm("stale");
    expect(sent()).toEqual(["", "yes", ""]);
    expect(lines()).toEqual([]);
  });
});

describe("the first start", () => {
  const startWith = async (count: number) => {
    await world.close();
    world = await createWorld({
      before: (pagerduty) => {
        for (let index = 0; index < count; index += 1) {
          const service = index % 2 ? { serviceId: "PSVC2", serviceName: "Search" } : {};
          pagerduty.incidents.set(`P${index}`, {
            ...{ id: `P${index}`, number: index + 1, title: `Failure ${index}`, status: "triggered" },
            ...{ serviceId: "PSVC1", serviceName: "Checkout", assignees: ["PANN"], alerts: [], notes: [] },
            ...service,
            createdAt: toIso(START - index * MINUTE - 1),
          });
        }
      },
    });
    await world.confirmAll();
  };

  it("with 300 open incidents makes one message and no channel", async () => {
    await startWith(300);
    expect(opened()).toEqual([]);
    expect(lines()).toHaveLength(1);
    expect(world.triggers.signals.filter(({ kind }) => kind === "feed_line")).toHaveLength(1);
    expect(lines()[0]).toMatchObject({
      line: { kind: "first_start", isComplete: true },
      about: { count: 300, open: 300, services: [{ count: 150 }, { count: 150 }] },
    });
    expect(lines()[0]?.about.alerts.map(({ id }) => id)).toEqual(["P0", "P1", "P2", "P3", "P4"]);
  });

  it("says so where there are more than it reads", async () => {
    await startWith(1_001);
    expect(lines()[0]).toMatchObject({ line: { isComplete: false }, about: { count: 1_000 } });
  });

  it("with nothing open says nothing", async () => {
    await startWith(0);
    expect(lines()).toEqual([]);
  });

  it("knows those alerts: news edit the line, a repeated trigger opens nothing, a reopening does", async () => {
    await startWith(3);
    await fire("P1", { at: START - MINUTE });
    await fire("P1", { type: "incident.acknowledged", status: "acknowledged", at: START + 1 });
    await fire("P2", { type: "incident.resolved", status: "resolved", at: START + 2 });
    expect(opened()).toEqual([]);
    expect(lines()[0]?.about).toMatchObject({ count: 3, open: 2 });
    await fire("P2", { type: "incident.reopened", status: "triggered", at: START + 3 });
    expect(opened()).toEqual(["P2"]);
    expect(lines()[0]?.about.alerts.find(({ id }) => id === "P2")?.opened?.number).toBe("1");
  });

  it("leaves alerts that began since to their webhooks", async () => {
    await startWith(1);
    world.raise("P9", { createdAt: toIso(START + SECOND) });
    await fire("P9");
    expect(opened()).toEqual(["P9"]);
  });

  it("is tried again while PagerDuty cannot be reached, and only the first one lists anything", async () => {
    await world.close();
    world = await createWorld({
      before: (pagerduty) => {
        pagerduty.fail({ method: "GET", path: /incidents$/, status: 503, body: {} });
      },
    });
    world.raise("P1", { createdAt: toIso(START - 1) });
    await world.advance(2 * SECOND);
    await world.confirmAll();
    expect(lines().map(({ about }) => about.count)).toEqual([1]);
    const lists = () => world.pagerduty.calls.filter((call) => call === "GET /incidents").length;
    const before = lists();
    await world.companion.start();
    await world.settle();
    expect(lists()).toBe(before);
  });
});

describe("a service in PagerDuty", () => {
  const service = (type: string, name: string, at = START) =>
    world.webhook(
      JSON.stringify({
        event: {
          ...{ id: `01SVC${type}${name}${at}`, event_type: type, resource_type: "service", occurred_at: toIso(at) },
          data: { id: "PSVC1", type: "service", summary: name, html_url: null, self: null },
        },
      }),
    );

  it("that is renamed keeps its window and its settings, and the name follows", async () => {
    await set({ window: { kind: "fixed", lengthMs: HOUR } });
    await fire("P1");
    expect((await service("service.updated", "Payments", START + MINUTE)).status).toBe(202);
    await world.settle();
    world.clock.set(START + 45 * MINUTE);
    await fire("P2", { incident: { serviceName: "Payments" } });
    expect(opened()).toEqual(["P1"]);
    const services = await world.store.transaction((tx) => tx.services());
    expect(services).toEqual([{ id: "PSVC1", name: "Payments", isDeleted: false }]);
  });

  it("keeps its newest name when an older event comes late", async () => {
    await service("service.updated", "Payments", START + MINUTE);
    await fire("P1");
    const services = await world.store.transaction((tx) => tx.services());
    expect(services[0]?.name).toBe("Payments");
  });

  it("that is deleted loses its window and keeps its settings", async () => {
    await set({ admission: "channel" });
    await fire("P1");
    await service("service.deleted", "Checkout", START + MINUTE);
    await world.settle();
    expect(await window()).toMatchObject({ closesAt: START });
    expect(await world.store.transaction((tx) => tx.allSettingsRows())).toHaveLength(1);
    expect((await world.store.transaction((tx) => tx.services()))[0]?.isDeleted).toBe(true);
  });
});
