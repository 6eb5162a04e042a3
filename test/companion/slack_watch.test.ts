import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE, SECOND } from "../../core/time.ts";
import { alertIn, ANN, createWorld, placeOf, type World } from "./world.ts";

const DOWN = { status: 503, body: "" };
const FINAL = { status: 400, body: '{"ok":false,"error":"parameter_validation_failed"}' };

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const notes = (id: string) => world.pagerduty.incidents.get(id)?.notes ?? [];
const metrics = () => world.metrics();
const lines = () => world.triggers.signals.filter(({ kind }) => kind === "feed_line");
const lastLine = () =>
  JSON.parse(lines().at(-1)?.data ?? "{}") as { line: { kind: string }; about: { alerts: object[] } };

describe("while Slack cannot be reached", () => {
  beforeEach(async () => {
    world.triggers.answerAll(DOWN);
    await world.event(world.raise("P1"));
    await world.settle();
  });

  it("the page says so after two minutes and not before, once", async () => {
    await world.advance(2 * MINUTE - 1);
    expect(notes("P1")).toEqual([]);
    await world.advance(1);
    expect(notes("P1")).toEqual([
      "Pager Triage cannot reach Slack since 02:00 UTC; this page is not in Slack yet. It is tried again until it gets there.",
    ]);
    expect(await metrics()).toContain("pager_triage_slack_unreachable_seconds 120");
    for (let times = 0; times < 10; times += 1) await world.advance(1 * MINUTE);
    expect(notes("P1")).toHaveLength(1);
  });

  it("a page that comes later says so soon, and a later alert of the same failure says nothing", async () => {
    await world.advance(2 * MINUTE);
    await world.event(world.raise("P2", { serviceId: "PSVC2" }));
    await world.event(world.raise("P3"));
    await world.settle();
    await world.advance(30 * SECOND);
    expect(notes("P2")).toHaveLength(1);
    expect(notes("P3")).toEqual([]);
  });

  it("nothing is said once Slack took it within two minutes, and the next outage begins its own count", async () => {
    await world.advance(1 * MINUTE);
    world.triggers.answerAll(undefined);
    await world.advance(30 * SECOND);
    await world.confirmAll();
    await world.advance(10 * MINUTE);
    expect(notes("P1")).toEqual([]);
    expect(await metrics()).toContain("pager_triage_slack_unreachable_seconds 0");
    world.triggers.answerAll(DOWN);
    await world.event(world.raise("P2", { serviceId: "PSVC2" }));
    await world.settle();
    await world.advance(1 * MINUTE);
    expect(notes("P2")).toEqual([]);
  });

  it("a note that PagerDuty only takes after Slack has the page is not written", async () => {
    world.pagerduty.fail({ method: "POST", path: /notes$/, status: 500, times: 2 });
    await world.advance(2 * MINUTE);
    world.triggers.answerAll(undefined);
    await world.advance(1 * MINUTE);
    await world.confirmAll();
    await world.advance(5 * MINUTE);
    expect(world.triggers.triages).toHaveLength(1);
    expect(notes("P1")).toEqual([]);
  });
});

describe("a triage that Slack does not take", () => {
  beforeEach(async () => {
    world.triggers.answerNext(FINAL);
    await world.event(world.raise("P1"));
    await world.settle();
  });

  const press = (key: string) =>
    world.call("open", { requestId: `press-${key}`, key, alertId: "P1", by: ANN, at: world.clock.now() });

  it("is one line of the feed and a figure, however often it is tried", async () => {
    expect(lastLine()).toMatchObject({
      line: { kind: "undelivered" },
      about: { count: 1, alerts: [{ id: "P1", opened: { channelId: "" } }] },
    });
    expect(await metrics()).toContain('pager_triage_lost{kind="slack_triage",end="failed"} 1');
    await world.confirmAll();
    const before = lines().length;
    world.triggers.answerNext(FINAL);
    await world.advance(15 * MINUTE);
    expect(lines()).toHaveLength(before);
  });

  it("is tried again by Retry, and the line says where it got to", async () => {
    await world.confirmAll();
    const key = (lines()[0]?.incident_id ?? "").replace("feed:", "");
    expect((await press(key)).body).toMatchObject({ outcome: "tried_again" });
    await world.settle();
    expect(world.triggers.triages.map(({ alert }) => alertIn(alert).id)).toEqual(["P1"]);
    const [sent] = world.triggers.triages;
    const confirmation = { deliveryId: sent?.delivery_id ?? "", incidentId: sent?.incident_id ?? "" };
    await world.call("confirm", { ...confirmation, outcome: "applied", place: placeOf("0001") });
    await world.confirmAll();
    expect(lastLine().about.alerts).toMatchObject([{ opened: { channelId: "C0001" } }]);
    expect(await metrics()).not.toContain("pager_triage_lost{");
    expect((await press(`${key}-again`)).status).toBe(404);
  });

  it("is not tried again where a person made the button's values up", async () => {
    expect((await press("undelivered:made-up")).status).toBe(404);
    await world.settle();
    expect(world.triggers.triages).toEqual([]);
  });
});

it("a triage that nobody confirmed counts as lost until its confirmation comes after all", async () => {
  await world.event(world.raise("P1"));
  await world.settle();
  for (let times = 0; times < 4; times += 1) await world.advance(3 * MINUTE);
  expect(await metrics()).toContain('pager_triage_lost{kind="slack_triage",end="unconfirmed"} 1');
  expect(lastLine().line.kind).toBe("undelivered");
  const [sent] = world.triggers.triages;
  const confirmation = { deliveryId: sent?.delivery_id ?? "", incidentId: sent?.incident_id ?? "" };
  await world.call("confirm", { ...confirmation, outcome: "applied", place: placeOf("0001") });
  expect(await metrics()).not.toContain("pager_triage_lost{");
});
