import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTrigger } from "../../companion/slack/triggers.ts";
import { backOff } from "../../companion/work/lane.ts";
import { createTokenBucket } from "../../companion/work/token_bucket.ts";
import { TRIGGER_INTERVAL_MS } from "../../core/assumptions.ts";
import { MINUTE, SECOND } from "../../core/time.ts";
import { alertIn, ANN, createWorld, decisionOf, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const attempts = (name: string) => world.triggers.attempts.filter((attempt) => attempt.startsWith(`${name} `));
const firstId = () => world.triggers.triages[0]?.incident_id ?? "";
const jobOf = (deliveryId: string) => world.store.transaction((tx) => tx.job(deliveryId));

describe("a delivery", () => {
  it("is sent again after three minutes without a confirmation, three times, and then given up", async () => {
    await world.event(world.raise("P1"));
    await world.settle();
    const [delivery] = world.triggers.triages;
    for (const expected of [2, 3, 4]) {
      await world.advance(3 * MINUTE - 1);
      expect(world.triggers.triages).toHaveLength(expected - 1);
      await world.advance(1);
      expect(world.triggers.triages).toHaveLength(expected);
    }
    expect(new Set(world.triggers.triages.map(({ delivery_id, sequence }) => `${delivery_id} ${sequence}`)).size).toBe(
      1,
    );
    await world.advance(3 * MINUTE);
    await world.advance(15 * MINUTE - 1);
    expect(world.triggers.triages).toHaveLength(4);
    expect(await jobOf(delivery?.delivery_id ?? "")).toMatchObject({ state: "done", outcome: "unconfirmed" });
    expect(world.logLines.some((line) => line.includes("delivery.given_up"))).toBe(true);
    const metrics = await world.metrics();
    expect(metrics).toContain('pager_triage_deliveries_total{kind="slack_triage",result="unconfirmed"} 1');
  });

  it("after which nothing is asked goes through the short workflow, and through the long one where that did not confirm it", async () => {
    await world.event(world.raise("P1"));
    await world.confirmAll();
    const before = world.triggers.attempts.length;
    const alert = world.pagerduty.incidents.get("P1");
    if (alert) await world.event(alert, { type: "incident.acknowledged", status: "acknowledged" });
    await world.settle();
    await world.advance(3 * MINUTE);
    const news = world.triggers.signals.filter(({ kind }) => kind === "alert_changed").at(-1)?.delivery_id;
    const ways = world.triggers.attempts.slice(before).filter((attempt) => attempt.endsWith(` ${news}`));
    expect(ways).toEqual([`news ${news}`, `signal ${news}`]);
    await world.event(world.raise("P2"));
    await world.confirmAll();
    const offer = world.triggers.signals.find(({ kind }) => kind === "later_alert")?.delivery_id;
    expect(world.triggers.attempts).toContain(`signal ${offer}`);
  });

  it("leaves only when the one before it was confirmed", async () => {
    await world.event(world.raise("P1"));
    await world.event(world.raise("P2"));
    await world.settle();
    const later = () => world.triggers.signals.filter(({ kind }) => kind === "later_alert");
    expect(later()).toEqual([]);
    const [triage] = world.triggers.triages;
    await world.call("confirm", { deliveryId: triage?.delivery_id ?? "", incidentId: firstId(), outcome: "applied" });
    await world.settle();
    expect(later()).toHaveLength(1);
    expect(later()[0]?.sequence).toBe("2");
  });

  it("leaves when the one before it was given up", async () => {
    await world.event(world.raise("P1"));
    await world.event(world.raise("P2"));
    await world.settle();
    for (let times = 0; times < 4; times += 1) await world.advance(3 * MINUTE);
    expect(world.triggers.signals.filter(({ kind }) => kind === "later_alert")).toHaveLength(1);
  });

  it("of another incident is not held up by one that is stuck", async () => {
    world.triggers.answerNext({ status: 503, body: "" });
    await world.event(world.raise("P1"));
    await world.settle();
    await world.event(world.raise("P2", { serviceId: "PSVC2" }));
    await world.settle();
    expect(world.triggers.triages.map(({ alert }) => alertIn(alert).id)).toEqual(["P2"]);
  });

  it("that is news of an alert waits as one, with the newest of it", async () => {
    const incident = world.raise("P1");
    await world.event(incident);
    await world.settle();
    for (const [index, status] of (["acknowledged", "triggered", "resolved"] as const).entries()) {
      await world.event(incident, { type: "incident.reassigned", status, at: START + index + 1 });
    }
    await world.confirmAll();
    const news = world.triggers.signals.filter(({ kind }) => kind === "alert_changed");
    expect(news.map(({ data }) => alertIn(data).status)).toEqual(["resolved"]);
  });

  it("that may have reached Slack carries no later news: they follow", async () => {
    const incident = world.raise("P1");
    world.triggers.answerNext({ status: 502, body: "" });
    await world.event(incident);
    await world.settle();
    await world.event(incident, { type: "incident.acknowledged", status: "acknowledged", at: START + 1 });
    await world.advance(2 * SECOND);
    await world.confirmAll();
    expect(world.triggers.signals.filter(({ kind }) => kind === "alert_changed")).toHaveLength(1);
  });

  it("has every key every time, as text", async () => {
    await world.event(world.raise("P1"));
    await world.event(world.raise("P2"));
    await world.confirmAll();
    expect(Object.keys(world.triggers.triages[0] ?? {}).sort()).toEqual(
      "alert delivery_id if_known incident_id number opened_at reopened_from sequence service_id service_name storm title window_closes_at".split(
        " ",
      ),
    );
    for (const signal of world.triggers.signals) {
      expect(Object.keys(signal).sort()).toEqual(["data", "delivery_id", "incident_id", "kind", "sequence"]);
    }
  });

  it("fits into a trigger's strings, whatever the alert is called", async () => {
    const incident = world.raise("P1", { title: "😀\u0007".repeat(3_000), serviceName: "服務".repeat(900) });
    incident.alerts = Array.from({ length: 90 }, (_, index) => ({
      id: `A${index}`,
      body: {
        contexts: [{ type: "link", href: `https://x${index}.example/${"y".repeat(1_500)}`, text: "é".repeat(900) }],
      },
    }));
    await world.event(incident);
    await world.event(world.raise("P2", incident));
    await world.confirmAll();
    expect(world.triggers.triages).toHaveLength(1);
    expect(world.triggers.problems).toEqual([]);
  });
});

describe("a trigger that does not take a delivery", () => {
  it.each([
    ["a client error", { status: 400, body: '{"ok":false,"error":"parameter_validation_failed"}' }],
    ["success that says no", { status: 200, body: '{"ok":false,"error":"invalid_input"}' }],
  ])("with %s about what was sent is final, and seen", async (_, answer) => {
    world.triggers.answerNext(answer);
    await world.event(world.raise("P1"));
    await world.settle();
    await world.advance(15 * MINUTE - 1);
    expect(attempts("triage")).toHaveLength(1);
    expect(await jobOf(attempts("triage")[0]?.split(" ")[1] ?? "")).toMatchObject({ state: "failed" });
    const line = world.logLines.find((one) => one.includes("job.failed")) ?? "";
    expect(line).not.toContain("secret-part");
    expect(line).toContain("Slack");
  });

  it.each([
    ["404", { status: 404, body: "no_such_trigger" }],
    ["an error of its own", { status: 200, body: '{"ok":false,"error":"internal_error"}' }],
    ["a trigger that is switched off", { status: 400, body: '{"ok":false,"error":"trigger_disabled"}' }],
  ])("with %s is tried again after 1, 2, 4 … minutes", async (_, answer) => {
    world.triggers.answerAll(answer);
    await world.event(world.raise("P1"));
    await world.settle();
    for (const [index, wait] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      expect(attempts("triage")).toHaveLength(index + 1);
      await world.advance(wait * MINUTE - 1);
      expect(attempts("triage")).toHaveLength(index + 1);
      await world.advance(1);
    }
    world.triggers.answerAll(undefined);
    await world.advance(30 * MINUTE);
    expect(world.triggers.triages).toHaveLength(1);
  });

  it.each([
    ["500", { status: 500, body: "" }],
    ["429", { status: 429, body: "" }],
    ["503 with a page", { status: 503, body: "<html>" }],
  ])("with %s is tried again after 1, 2, 4 … seconds", async (_, answer) => {
    world.triggers.answerAll(answer);
    await world.event(world.raise("P1"));
    await world.settle();
    for (const [index, wait] of [1, 2, 4, 8].entries()) {
      expect(attempts("triage")).toHaveLength(index + 1);
      await world.advance(wait * SECOND - 1);
      expect(attempts("triage")).toHaveLength(index + 1);
      await world.advance(1);
    }
    world.triggers.answerAll(undefined);
    await world.advance(MINUTE);
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("whose line broke before the answer may have taken it: it is sent again after three minutes, if nobody confirms", async () => {
    world.triggers.answerNext({ status: 0, body: "" });
    await world.event(world.raise("P1"));
    await world.settle();
    expect(await jobOf(world.triggers.triages[0]?.delivery_id ?? "")).toMatchObject({ state: "sent", sends: 0 });
    await world.advance(3 * MINUTE - 1);
    expect(attempts("triage")).toHaveLength(1);
    await world.advance(1);
    expect(attempts("triage")).toHaveLength(2);
    expect(new Set(world.triggers.triages.map(({ delivery_id }) => delivery_id)).size).toBe(1);
  });

  it("that does not answer in time may have taken it; one that nobody listens on cannot have", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const send = createTrigger(`http://127.0.0.1:${port}/`, 50);
    expect(await send({})).toEqual({ outcome: "unknown", problem: "Slack did not answer." });
    silent.closeAllConnections();
    silent.close();
    await once(silent, "close");
    expect(await send({})).toEqual({ outcome: "unreachable", problem: "Slack could not be reached." });
  });

  it("but sends us elsewhere has not taken it, and nothing goes there", async () => {
    const location = world.triggers.signalUrl;
    world.triggers.answerNext({ status: 307, body: "", headers: { location } });
    await world.event(world.raise("P1"));
    await world.settle();
    expect(attempts("triage")).toHaveLength(1);
    expect(world.triggers.signals.filter((one) => "title" in one)).toEqual([]);
    await world.advance(MINUTE);
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("with 429 is left alone for as long as it asks", async () => {
    world.triggers.answerNext({ status: 429, body: "", headers: { "retry-after": "30" } });
    await world.event(world.raise("P1"));
    await world.settle();
    await world.advance(30 * SECOND - 1);
    expect(attempts("triage")).toHaveLength(1);
    await world.advance(1);
    expect(attempts("triage")).toHaveLength(2);
  });

  it.each([
    ["plain ok", "ok"],
    ["nothing", ""],
  ])("but answers 200 with %s has taken it", async (_, body) => {
    world.triggers.answerNext({ status: 200, body });
    await world.event(world.raise("P1"));
    await world.settle();
    expect(world.triggers.triages).toHaveLength(1);
    expect(await jobOf(world.triggers.triages[0]?.delivery_id ?? "")).toMatchObject({ state: "sent" });
  });
});

describe("a confirmation", () => {
  it("keeps the place, is fine twice, and is refused for another incident", async () => {
    await world.event(world.raise("P1"));
    await world.event(world.raise("P2", { serviceId: "PSVC2" }));
    await world.settle();
    const [first, second] = world.triggers.triages;
    const deliveryId = first?.delivery_id ?? "";
    const place = { channelId: "C1", channelName: "inc-1", channelUrl: "https://acme.slack.example/archives/C1" };
    for (let times = 0; times < 2; times += 1) {
      const body = { deliveryId, incidentId: firstId(), outcome: "applied", place } as const;
      expect((await world.call("confirm", body)).status).toBe(200);
    }
    expect((await world.store.transaction((tx) => tx.incident(firstId())))?.place).toEqual(place);
    const wrong = { deliveryId, incidentId: second?.incident_id ?? "", outcome: "applied" } as const;
    expect(await world.call("confirm", wrong)).toMatchObject({ status: 409, body: { error: "wrong_incident" } });
  });

  it("of an unknown delivery is fine for a known incident, and 404 for an unknown one", async () => {
    await world.event(world.raise("P1"));
    await world.settle();
    const known = { deliveryId: "dlv_gone", incidentId: firstId(), outcome: "applied" } as const;
    expect((await world.call("confirm", known)).status).toBe(200);
    const unknown = { deliveryId: "dlv_gone", incidentId: "inc_none", outcome: "applied" } as const;
    expect((await world.call("confirm", unknown)).status).toBe(404);
  });

  it("that was lost is made good by a decision", async () => {
    await world.event(world.raise("P1"));
    await world.settle();
    await world.call("decide", { phase: "applied", decision: decisionOf(firstId(), "create") });
    await world.advance(10 * MINUTE);
    expect(world.triggers.triages).toHaveLength(1);
  });
});

describe("sync", () => {
  const syncs = () => world.triggers.signals.filter(({ kind }) => kind === "sync");

  it("is sent at the start, and every minute while anything is unconfirmed", async () => {
    await world.settle();
    expect(syncs()).toMatchObject([{ incident_id: "", data: "{}", sequence: "0" }]);
    await world.event(world.raise("P1"));
    await world.settle();
    await world.advance(MINUTE);
    await world.advance(MINUTE);
    expect(syncs()).toHaveLength(3);
    await world.confirmAll();
    await world.advance(MINUTE);
    await world.advance(MINUTE);
    expect(syncs()).toHaveLength(3);
  });

  it("is sent every five minutes all the same: Slack may keep something that nothing else asks for", async () => {
    await world.settle();
    await world.advance(4 * MINUTE);
    expect(syncs()).toHaveLength(1);
    await world.advance(MINUTE);
    await world.advance(5 * MINUTE);
    expect(syncs()).toHaveLength(3);
  });
});

describe("the rate", () => {
  it("lets a burst through at once and then one each interval, in order", async () => {
    let now = 0;
    const bucket = createTokenBucket({ burst: 2, intervalMs: () => 20, elapsed: () => now });
    const order: number[] = [];
    const started = performance.now();
    await Promise.all([1, 2, 3, 4].map((index) => bucket.take().then(() => order.push(index))));
    expect(order).toEqual([1, 2, 3, 4]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(35);
    now = 1_000;
    const again = performance.now();
    await bucket.take();
    expect(performance.now() - again).toBeLessThan(15);
  });

  it("that is not wanted any more when its turn comes takes none from the others", async () => {
    const bucket = createTokenBucket({ burst: 1, intervalMs: () => 30, elapsed: () => performance.now() });
    await bucket.take();
    let isWanted = true;
    const started = performance.now();
    const unwanted = [1, 2, 3, 4].map(() => bucket.take(() => isWanted));
    const last = bucket.take();
    isWanted = false;
    await Promise.all([...unwanted, last]);
    expect(performance.now() - started).toBeLessThan(90);
  });

  it("has room for another where one that was counted did not leave", async () => {
    const bucket = createTokenBucket({ burst: 1, intervalMs: () => 10_000, elapsed: () => 0 });
    expect(await bucket.take()).toBe(true);
    bucket.giveBack();
    expect(await bucket.take(() => false)).toBe(false);
    expect(await bucket.take()).toBe(true);
  });

  it("goes on after somebody could not tell whether it is wanted", async () => {
    const bucket = createTokenBucket({ burst: 2, intervalMs: () => 10_000, elapsed: () => 0 });
    await expect(bucket.take(() => Promise.reject(new Error("store down")))).rejects.toThrow("store down");
    expect(await bucket.take()).toBe(true);
  });

  it("of news holds up no first alert", async () => {
    await world.close();
    world = await createWorld({ triggerIntervalMs: TRIGGER_INTERVAL_MS });
    const services = Array.from({ length: 14 }, (_, index) => ({
      serviceId: `name:s${index}`,
      serviceName: `s${index}`,
    }));
    for (const { serviceName } of services) {
      const request = { requestId: `Fx-${serviceName}`, serviceName, title: "t", description: "", by: ANN, at: START };
      await world.call("claim", request);
    }
    for (const service of services) await world.event(world.raise(`P${service.serviceName}`, service));
    await world.event(world.raise("PFIRST"));
    await expect.poll(() => world.triggers.triages.length, { timeout: 2_500 }).toBe(1);
    // The news themselves go on at one a second.
    expect(world.triggers.signals.length).toBeLessThan(services.length);
  });
});

describe("the back-off", () => {
  it.each([
    [0, 0, 500],
    [0, 0.999999, 1_500],
    [1, 0.5, 2_000],
    [5, 0.5, 32_000],
    [6, 0.5, 60_000],
    [500, 0.5, 60_000],
  ])("after %i failures with chance %f is about %i ms", (failures, chance, expected) => {
    expect(backOff(failures, () => chance)).toBe(expected);
  });
});
