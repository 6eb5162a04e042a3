import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND, toIso } from "../../core/time.ts";
import { alertIn, ANN, createWorld, decisionOf, HERE, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld({ settings: { RECONCILE_MINUTES: "5" } });
});
afterEach(() => world.close());

const opened = () => world.triggers.triages.map(({ alert }) => alertIn(alert).id);
const feedLines = (kind: string) =>
  world.triggers.signals
    .filter((signal) => signal.kind === "feed_line")
    .map(({ data }) => JSON.parse(data) as { line: { kind: string; until?: number }; about: { count: number } })
    .filter(({ line }) => line.kind === kind);
const metrics = () => world.metrics();
const ready = async () => (await world.companion.app.request("/readyz", {}, HERE)).json() as Promise<object>;
const raised = (id: string, ago: number, fields = {}) =>
  world.raise(id, { createdAt: toIso(world.clock.now() - ago), ...fields });
const statusOf = async (id: string) => (await world.store.transaction((tx) => tx.alert(id)))?.facts.status;
const lists = () => world.pagerduty.calls.filter((call) => call === "GET /incidents").length;

describe("what webhooks missed", () => {
  it("is found within five minutes and gets its triage", async () => {
    raised("P1", 2 * MINUTE);
    await world.advance(5 * MINUTE - 1);
    expect(opened()).toEqual([]);
    await world.advance(1);
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
    expect(await metrics()).toContain('pager_triage_reconciled_total{what="unknown"} 1');
    await world.advance(5 * MINUTE);
    expect(opened()).toEqual(["P1"]);
  });

  it("and is older than the window is one line of the feed, however much it is", async () => {
    for (let index = 0; index < 250; index += 1) raised(`P${index}`, 3 * HOUR, { serviceId: `PSVC${index}` });
    await world.advance(5 * MINUTE);
    await world.confirmAll();
    expect(opened()).toEqual([]);
    expect(feedLines("backlog").at(-1)?.about.count).toBe(250);
    expect(feedLines("backlog").length).toBeLessThanOrEqual(2);
  });

  it("joins the open window of its service like any other alert", async () => {
    await world.event(world.raise("P1"));
    await world.confirmAll();
    await world.advance(3 * MINUTE);
    raised("P2", 0);
    await world.advance(2 * MINUTE);
    await world.confirmAll();
    const [first] = await world.alerts(world.triggers.triages[0]?.incident_id ?? "");
    expect(first?.id).toBe("P1");
    expect(opened()).toEqual(["P1"]);
    const related = await world.alerts(world.triggers.triages[0]?.incident_id ?? "");
    expect(related.map(({ id, relation }) => [id, relation])).toContainEqual(["P2", "offered"]);
  });

  it("is left to its webhook while it is younger than a minute, and opens once whichever comes first", async () => {
    await world.advance(4 * MINUTE + 30 * SECOND);
    const incident = raised("P1", 0);
    await world.advance(30 * SECOND);
    expect(opened()).toEqual([]);
    await world.advance(5 * MINUTE);
    await world.event(incident);
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
  });

  it("has its triage where only a later event of it came", async () => {
    const incident = raised("P1", 2 * MINUTE, { status: "acknowledged" });
    await world.event(incident, { type: "incident.acknowledged", at: world.clock.now() - MINUTE });
    await world.settle();
    expect(opened()).toEqual([]);
    await world.advance(5 * MINUTE);
    expect(opened()).toEqual(["P1"]);
  });
});

describe("what is known otherwise", () => {
  it("is resolved when PagerDuty has resolved it", async () => {
    const incident = world.raise("P1");
    await world.event(incident);
    await world.confirmAll();
    incident.status = "resolved";
    incident.statusChangedAt = toIso(START + 2 * MINUTE);
    await world.advance(5 * MINUTE);
    expect(await statusOf("P1")).toBe("resolved");
    expect(await metrics()).toContain('pager_triage_reconciled_total{what="resolved"} 1');
  });

  it("is acknowledged when PagerDuty has acknowledged it, without asking for it by itself", async () => {
    const incident = world.raise("P1");
    await world.event(incident);
    await world.confirmAll();
    incident.status = "acknowledged";
    incident.statusChangedAt = toIso(START + 2 * MINUTE);
    await world.advance(5 * MINUTE);
    expect(await statusOf("P1")).toBe("acknowledged");
    expect(world.pagerduty.calls).not.toContain("GET /incidents/P1");
  });

  it("is reopened, with a triage of its own, when PagerDuty shows open what we had resolved", async () => {
    const incident = world.raise("P1");
    await world.event(incident);
    await world.confirmAll();
    const incidentId = world.triggers.triages[0]?.incident_id ?? "";
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "dismiss", { by: ANN }) });
    await world.confirmAll();
    expect(incident.status).toBe("resolved");
    expect(await statusOf("P1")).toBe("resolved");
    incident.status = "triggered";
    incident.statusChangedAt = toIso(START + 3 * MINUTE);
    await world.advance(5 * MINUTE);
    await world.confirmAll();
    expect(opened()).toEqual(["P1", "P1"]);
    expect(world.triggers.triages[1]?.reopened_from).toBe(incidentId);
  });

  it("is left alone where it agrees, round after round", async () => {
    await world.event(world.raise("P1"));
    await world.confirmAll();
    for (let times = 0; times < 6; times += 1) {
      await world.advance(5 * MINUTE);
      await world.confirmAll();
    }
    expect(lists()).toBe(7);
    expect(await metrics()).not.toContain("pager_triage_reconciled_total{");
    expect(world.pagerduty.calls.filter((call) => call === "GET /incidents/P1")).toEqual([]);
  });
});

describe("the webhook subscription", () => {
  it("that is switched off is told in the feed, /readyz and /metrics, once, and once when it is on again", async () => {
    const [subscription] = world.pagerduty.subscriptions;
    if (!subscription) throw new Error("There is no subscription.");
    subscription.disabled = true;
    for (let times = 0; times < 3; times += 1) {
      await world.advance(5 * MINUTE);
      await world.confirmAll();
    }
    expect(feedLines("webhooks_off")).toEqual([
      expect.objectContaining({ line: { kind: "webhooks_off", since: START + 5 * MINUTE } }),
    ]);
    expect(await ready()).toEqual({ ok: true, warnings: ["webhook_subscription_off"] });
    expect(await metrics()).toContain("pager_triage_webhooks_off 1");
    subscription.disabled = false;
    for (let times = 0; times < 3; times += 1) {
      await world.advance(5 * MINUTE);
      await world.confirmAll();
    }
    expect(feedLines("webhooks_off").map(({ line }) => line.until)).toEqual([undefined, START + 20 * MINUTE]);
    expect(await metrics()).toContain("pager_triage_webhooks_off 0");
  });

  it("counts as off where no active one leads here, and others do not matter", async () => {
    world.pagerduty.subscriptions.push({ url: "https://elsewhere.example/hook", active: true, disabled: true });
    await world.advance(5 * MINUTE);
    expect(await metrics()).toContain("pager_triage_webhooks_off 0");
    for (const one of world.pagerduty.subscriptions) one.active = false;
    await world.advance(5 * MINUTE);
    expect(await metrics()).toContain("pager_triage_webhooks_off 1");
  });

  it("that this key may not see is logged once", async () => {
    world.pagerduty.fail({ method: "GET", path: /webhook_subscriptions/, status: 403, times: 3 });
    for (let times = 0; times < 3; times += 1) await world.advance(5 * MINUTE);
    const told = world.logLines.filter((line) => line.includes("reconcile.subscription_not_seen"));
    expect(told).toHaveLength(1);
    expect(await metrics()).toContain("pager_triage_webhooks_off 0");
  });
});

it("a PagerDuty that does not answer is asked again in the next round", async () => {
  raised("P1", 2 * MINUTE);
  world.pagerduty.fail({ method: "GET", path: /^\/incidents$/, status: 500 });
  await world.advance(5 * MINUTE);
  expect(opened()).toEqual([]);
  await world.advance(5 * MINUTE);
  await world.confirmAll();
  expect(opened()).toEqual(["P1"]);
});
