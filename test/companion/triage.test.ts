import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE, SECOND } from "../../core/time.ts";
import { alertIn, createWorld, laterIn, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const laterAlerts = () => world.triggers.signals.filter(({ kind }) => kind === "later_alert");
const news = () => world.triggers.signals.filter(({ kind }) => kind === "alert_changed");
const opened = () => world.triggers.triages.map(({ alert }) => alertIn(alert).id);

describe("an alert", () => {
  it("opens one triage in Slack with its details", async () => {
    const incident = world.raise("P1", { title: "TypeError <!channel>" });
    expect(await world.event(incident, { clientUrl: "https://acme.sentry.io/issues/77/" })).toBe(202);
    await world.settle();
    expect(world.triggers.triages).toHaveLength(1);
    const [triage] = world.triggers.triages;
    expect(triage).toMatchObject({
      number: "1",
      title: "TypeError <!channel>",
      service_id: "PSVC1",
      service_name: "Checkout",
      sequence: "1",
      opened_at: "2026-03-02T02:00:00.000Z",
      window_closes_at: "2026-03-02T02:30:00.000Z",
    });
    const alert = alertIn(triage?.alert ?? "");
    expect(alert).toMatchObject({ id: "P1", status: "triggered", relation: "attached", closing: { state: "none" } });
    expect(alert.paged).toEqual([{ pagerdutyUserId: "PANN", name: "User PANN", email: "ann@example.com" }]);
    expect(alert.attachments.map(({ kind }) => kind)).toEqual(["pagerduty_alert", "sentry_issue"]);
  });

  it("does not wait for details that do not come, and hands them over later", async () => {
    const release = world.pagerduty.hold(/alerts$/);
    await world.event(world.raise("P1"));
    await expect.poll(() => world.triggers.triages.length, { timeout: 3_000 }).toBe(1);
    expect(alertIn(world.triggers.triages[0]?.alert ?? "").paged[0]?.email).toBeUndefined();
    release();
    await world.confirmAll();
    expect(news().map(({ data }) => alertIn(data).paged[0]?.email)).toEqual(["ann@example.com"]);
  });

  it("is looked up again after 1 s and 3 s while PagerDuty has no alerts of it, and not after that", async () => {
    const incident = world.raise("P1");
    const lookUps = () => world.pagerduty.calls.filter((call) => call === "GET /incidents/P1/alerts").length;
    await world.event(incident);
    await world.settle();
    expect(lookUps()).toBe(1);
    await world.advance(1 * SECOND);
    expect(lookUps()).toBe(2);
    incident.alerts.push({
      id: "A1",
      summary: "boom",
      body: { contexts: [{ type: "link", href: "https://x.example/y" }] },
    });
    await world.advance(3 * SECOND);
    await world.advance(10 * SECOND);
    expect(lookUps()).toBe(3);
    await world.confirmAll();
    expect(news().map(({ data }) => alertIn(data).attachments.map(({ kind }) => kind))).toEqual([
      ["pagerduty_alert", "link"],
    ]);
  });

  it("is not looked up again when a person made it by hand", async () => {
    await world.event(world.raise("P1"), { byHand: true });
    await world.settle();
    await world.advance(10 * SECOND);
    expect(world.pagerduty.calls.filter((call) => call.endsWith("/alerts"))).toHaveLength(1);
  });

  it("goes out although PagerDuty refuses every look-up", async () => {
    world.pagerduty.fail({ method: "GET", path: /./, status: 403, body: { error: { message: "no" } }, times: 99 });
    await world.event(world.raise("P1"));
    await world.settle();
    expect(opened()).toEqual(["P1"]);
  });
});

describe("the window of a service", () => {
  it.each([
    ["1 ms before its end", 30 * MINUTE - 1, ["P1"], ["P2"]],
    ["exactly at its end", 30 * MINUTE, ["P1", "P2"], []],
  ])("an alert %s", async (_, later, expectedOpened, expectedOffered) => {
    await world.event(world.raise("P1"));
    await world.confirmAll();
    world.clock.set(START + later);
    await world.event(world.raise("P2"));
    await world.confirmAll();
    expect(opened()).toEqual(expectedOpened);
    expect(laterAlerts().flatMap(({ data }) => laterIn(data).alerts.map(({ id }) => id))).toEqual(expectedOffered);
  });

  it("goes by when things happened, not by when they reached us", async () => {
    await world.event(world.raise("P1"));
    await world.confirmAll();
    world.clock.set(START + 31 * MINUTE);
    await world.event(world.raise("P2"), { at: START + 29 * MINUTE });
    await world.event(world.raise("P3"), { at: START + 600 * MINUTE });
    await world.confirmAll();
    // P3 claims to be from the future, so its arrival counts: after the window.
    expect(opened()).toEqual(["P1", "P3"]);
  });

  it("takes in an alert dated before it opened", async () => {
    await world.event(world.raise("P1"));
    await world.event(world.raise("P2"), { at: START - 5 * MINUTE });
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
  });

  it("is as long as it is configured", async () => {
    await world.close();
    world = await createWorld({ settings: { DEBOUNCE_WINDOW_MINUTES: "11" } });
    await world.event(world.raise("P1"));
    await world.confirmAll();
    world.clock.set(START + 11 * MINUTE);
    await world.event(world.raise("P2"));
    await world.settle();
    expect(opened()).toEqual(["P1", "P2"]);
  });

  it("opens exactly one incident for 100 first alerts at once", async () => {
    const incidents = Array.from({ length: 100 }, (_, index) => world.raise(`P${index}`));
    const answers = await Promise.all(incidents.map((incident) => world.event(incident)));
    expect(new Set(answers)).toEqual(new Set([202]));
    await expect.poll(() => world.triggers.triages.length, { timeout: 5_000 }).toBe(1);
    const incidentId = world.triggers.triages[0]?.incident_id ?? "";
    await expect.poll(async () => (await world.alerts(incidentId)).length).toBe(100);
    const relations = (await world.alerts(incidentId)).map(({ relation }) => relation);
    expect(relations.filter((relation) => relation === "attached")).toHaveLength(1);
    expect(relations.filter((relation) => relation === "offered")).toHaveLength(99);
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("is each service's own", async () => {
    await world.event(world.raise("P1"));
    await world.event(world.raise("P2", { serviceId: "PSVC2", serviceName: "Search" }));
    await world.settle();
    expect(opened().sort()).toEqual(["P1", "P2"]);
    expect(world.triggers.triages.map(({ number }) => number).sort()).toEqual(["1", "2"]);
  });
});

describe("news from PagerDuty", () => {
  it("reaches the incident when something visible changed, and only then", async () => {
    const incident = world.raise("P1");
    await world.event(incident);
    await world.confirmAll();
    await world.event(incident, { type: "incident.acknowledged", status: "acknowledged" });
    await world.confirmAll();
    await world.event(incident, { type: "incident.acknowledged", status: "acknowledged" });
    await world.confirmAll();
    expect(news().map(({ data }) => alertIn(data).status)).toEqual(["acknowledged"]);
  });

  it("keeps the addresses of people who stay, and looks up those who come", async () => {
    const incident = world.raise("P1");
    await world.event(incident);
    await world.confirmAll();
    incident.assignees = ["PANN", "PBEN"];
    await world.event(incident, { type: "incident.reassigned" });
    await world.confirmAll();
    const last = alertIn(news().at(-1)?.data ?? "");
    expect(last.paged.map(({ email }) => email)).toEqual(["ann@example.com", "ben@example.com"]);
  });

  it("looks people's addresses up again that PagerDuty could not give at once", async () => {
    world.pagerduty.fail({ method: "GET", path: /^\/users\/PANN$/, status: 500 });
    await world.event(world.raise("P1"), { byHand: true });
    await world.confirmAll();
    expect(alertIn(world.triggers.triages[0]?.alert ?? "").paged.map(({ email }) => email)).toEqual([undefined]);
    await world.advance(MINUTE);
    await world.confirmAll();
    expect(alertIn(news().at(-1)?.data ?? "").paged.map(({ email }) => email)).toEqual(["ann@example.com"]);
  });

  it("does not bring back to life what a later event ended", async () => {
    const incident = world.raise("P1");
    await world.event(incident, { type: "incident.resolved", status: "resolved", at: START + 500 });
    await world.event(incident, { at: START });
    await world.settle();
    expect(opened()).toEqual([]);
  });

  it("opens a triage for a late trigger of an alert that is still open", async () => {
    const incident = world.raise("P1");
    await world.event(incident, { type: "incident.acknowledged", status: "acknowledged", at: START + 132 });
    await world.event(incident, { at: START });
    await world.settle();
    expect(opened()).toEqual(["P1"]);
    expect(alertIn(world.triggers.triages[0]?.alert ?? "").status).toBe("acknowledged");
  });

  it("changes nothing when it is older than what is known", async () => {
    const incident = world.raise("P1");
    await world.event(incident);
    world.clock.set(START + MINUTE);
    await world.event(incident, { type: "incident.resolved", status: "resolved" });
    await world.event(incident, { type: "incident.acknowledged", status: "acknowledged", at: START + SECOND });
    await world.confirmAll();
    const [alert] = await world.alerts(world.triggers.triages[0]?.incident_id ?? "");
    expect(alert?.status).toBe("resolved");
  });

  it.each(["incident.acknowledged", "incident.resolved", "incident.reopened", "incident.reassigned"])(
    "of an alert that we never saw (%s) opens nothing",
    async (type) => {
      await world.event(world.raise("P1"), { type });
      await world.settle();
      expect(opened()).toEqual([]);
    },
  );

  it("of a merge in PagerDuty is no resolve on the timeline", async () => {
    const incident = world.raise("P1");
    await world.event(incident);
    await world.confirmAll();
    await world.event(incident, { type: "incident.resolved", status: "resolved", mergedInto: "P9" });
    await world.confirmAll();
    const incidentId = world.triggers.triages[0]?.incident_id ?? "";
    const timeline = await world.store.transaction((tx) => tx.timeline(incidentId));
    expect(timeline.filter(({ what }) => what === "alert.changed")).toMatchObject([
      { why: "pagerduty_merge", data: { mergedInto: "P9", status: "resolved" } },
    ]);
  });

  it("of a reopening clears what was confirmed before", async () => {
    const incident = world.raise("P1");
    await world.event(incident);
    await world.event(incident, { type: "incident.resolved", status: "resolved", at: START + 1 });
    await world.event(incident, { type: "incident.reopened", status: "triggered", at: START + 2 });
    await world.confirmAll();
    const [alert] = await world.alerts(world.triggers.triages[0]?.incident_id ?? "");
    expect(alert).toMatchObject({ status: "triggered", closing: { state: "none" } });
  });

  it("ends in the same state in whatever order and however often it comes", async () => {
    const events = [
      { type: "incident.triggered", status: "triggered", at: START, eventId: "e1" },
      { type: "incident.acknowledged", status: "acknowledged", at: START + 132, eventId: "e2" },
      { type: "incident.unacknowledged", status: "triggered", at: START + 2_000, eventId: "e3" },
      { type: "incident.acknowledged", status: "acknowledged", at: START + 3_000, eventId: "e4" },
    ] as const;
    world.clock.set(START + MINUTE);
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ];
    for (const [index, order] of orders.entries()) {
      const incident = world.raise(`P${index}`, { serviceId: `PSVC${index}` });
      for (const at of [...order, ...order]) {
        const event = events[at];
        if (event) await world.event(incident, { ...event, eventId: `${event.eventId}-${index}-${at}` });
      }
    }
    await world.confirmAll();
    expect(opened().sort()).toEqual(["P0", "P1", "P2", "P3"]);
    for (const { incident_id } of world.triggers.triages) {
      expect((await world.alerts(incident_id)).map(({ status }) => status)).toEqual(["acknowledged"]);
    }
  });
});
