import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE } from "../../core/time.ts";
import { ANN, createWorld, decisionOf, placeOf, START, type World } from "./world.ts";

let world: World;
let incidentId: string;

const lines = () => world.triggers.signals.filter(({ kind }) => kind === "feed_line");
const changes = () => world.triggers.signals.filter(({ kind }) => kind === "alert_changed");
const lastLine = () =>
  JSON.parse(lines().at(-1)?.data ?? "{}") as { line: { kind: string }; about: { alerts: object[]; count: number } };
const key = () => (lines()[0]?.incident_id ?? "").replace("feed:", "");
const retry = (requestId: string, alertId = "P1") =>
  world.call("open", { requestId, key: key(), alertId, by: ANN, at: world.clock.now() });
const confirm = async (delivery: { delivery_id: string; incident_id: string } | undefined) => {
  const { delivery_id: deliveryId = "", incident_id: subject = "" } = delivery ?? {};
  expect((await world.call("confirm", { deliveryId, incidentId: subject, outcome: "applied" })).status).toBe(200);
};
const acknowledge = async () => {
  const alert = world.pagerduty.incidents.get("P1");
  if (!alert) throw new Error("P1 is not there.");
  await world.event(alert, { type: "incident.acknowledged", status: "acknowledged" });
  await world.settle();
};
/** Long enough for every attempt to stay without an answer. */
const giveUp = async () => {
  for (let times = 0; times < 4; times += 1) await world.advance(3 * MINUTE);
};

describe("news that Slack takes and nobody ever confirms", () => {
  beforeEach(async () => {
    world = await createWorld();
    await world.event(world.raise("P1"));
    await world.confirmAll();
    incidentId = world.triggers.triages[0]?.incident_id ?? "";
    await acknowledge();
    await giveUp();
  });
  afterEach(() => world.close());

  it("stands in the feed, once however much of it is lost, and in the figures", async () => {
    expect(lastLine()).toMatchObject({
      line: { kind: "unheard" },
      about: { count: 1, alerts: [{ id: "P1", opened: { number: "1", news: "lost" } }] },
    });
    expect(await world.metrics()).toContain('pager_triage_lost{kind="slack_signal",end="unconfirmed"} 1');
    await acknowledge();
    await giveUp();
    expect(new Set(lines().map(({ incident_id }) => incident_id)).size).toBe(1);
    expect(lastLine().about.count).toBe(1);
  });

  it("is sent again by Retry as it stands then, and the line says when Slack has it", async () => {
    const before = changes().length;
    await confirm(lines()[0]);
    expect((await retry("press-1")).body).toMatchObject({ outcome: "tried_again", incidentId });
    await world.settle();
    expect(changes().length).toBe(before + 1);
    expect(lastLine().about.alerts).toMatchObject([{ opened: { news: "on_its_way" } }]);
    expect((await retry("press-2")).body).toMatchObject({ error: "nothing_lost" });
    await confirm(lines().at(-1));
    await confirm(changes().at(-1));
    await world.confirmAll();
    expect(lastLine().about.alerts).toMatchObject([{ opened: { news: "taken" } }]);
    expect(await world.metrics()).not.toContain("pager_triage_lost{");
  });

  it("is out of date once Slack took newer news of the same alert", async () => {
    await confirm(lines()[0]);
    await acknowledge();
    await confirm(changes().at(-1));
    await world.confirmAll();
    expect(lastLine().about.alerts).toMatchObject([{ opened: { news: "taken" } }]);
  });

  it("is known as taken where its confirmation comes late", async () => {
    await confirm(lines()[0]);
    await confirm(changes().at(-1));
    await world.confirmAll();
    expect(lastLine().about.alerts).toMatchObject([{ opened: { news: "taken" } }]);
  });
});

describe("news of a triage that somebody started by hand, so that there is no alert in it", () => {
  const decisions = () => world.triggers.signals.filter(({ kind }) => kind === "apply_decision");
  const claim = { serviceName: "Checkout", title: "Orders hang", description: "", by: ANN, at: START };
  beforeEach(async () => {
    world = await createWorld();
    const begun = await world.call("claim", { requestId: "Fx1", ...claim });
    incidentId = begun.body.incidentId;
    const decision = decisionOf(incidentId, "create");
    await world.call("decide", { phase: "decided", decision, place: placeOf("1") });
  });
  afterEach(() => world.close());
  const entry = (news: string) => ({
    line: { kind: "unheard" },
    about: {
      count: 1,
      services: [{ name: "Checkout", count: 1 }],
      alerts: [{ id: incidentId, title: "Orders hang", byHand: true, opened: { number: "1", channelId: "C1", news } }],
    },
  });

  it("stands in the feed where nobody ever confirms it, once", async () => {
    await giveUp();
    await giveUp();
    expect(decisions()).not.toEqual([]);
    expect(lastLine()).toMatchObject(entry("lost"));
    expect(new Set(lines().map(({ incident_id }) => incident_id)).size).toBe(1);
  });

  it("stands there where Slack refuses it for good", async () => {
    world.triggers.answerNext({ status: 400, body: '{"ok":false,"error":"parameter_validation_failed"}' });
    await world.advance(MINUTE);
    expect(lastLine()).toMatchObject(entry("lost"));
  });

  it("is sent again by Retry, and the line says when Slack has it", async () => {
    await giveUp();
    await giveUp();
    const before = decisions().length;
    await confirm(lines()[0]);
    expect((await retry("press-0", "inc_none")).body).toMatchObject({ error: "not_in_feed" });
    expect((await retry("press-1", incidentId)).body).toMatchObject({ outcome: "tried_again", incidentId });
    await world.settle();
    expect(decisions().length).toBe(before + 1);
    expect(lastLine()).toMatchObject(entry("on_its_way"));
    await confirm(lines().at(-1));
    await confirm(decisions().at(-1));
    await world.confirmAll();
    expect(lastLine()).toMatchObject(entry("taken"));
  });

  it("stands beside that of alerts, and both are counted", async () => {
    await giveUp();
    await giveUp();
    await confirm(lines()[0]);
    await world.event(world.raise("P1", { serviceId: "PSVC9", serviceName: "Search" }));
    await world.confirmAll();
    await acknowledge();
    await giveUp();
    expect(lastLine()).toMatchObject({ about: { count: 2, alerts: [{ id: incidentId }, { id: "P1" }] } });
  });
});
