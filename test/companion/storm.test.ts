import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import type { Store } from "../../companion/store/store.ts";
import type { SharedTriage, StormNews, StormShare } from "../../core/protocol.ts";
import { GATHER_MS } from "../../core/storm.ts";
import { MINUTE, SECOND } from "../../core/time.ts";
import { alertIn, createWorld, decisionOf, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const UMBRELLA = { channelId: "CSTORM", channelName: "inc-storm-1", channelUrl: "https://acme.slack.example/p1" };

/** Fires one alert of each of these services. */
async function fail(from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number += 1) {
    await world.event(world.raise(`P${number}`, { serviceId: `PSVC${number}`, serviceName: `Service ${number}` }));
  }
}

const shareOf = (text: string) => (text === "" ? undefined : (JSON.parse(text) as StormShare));
const news = () =>
  world.triggers.signals.filter(({ kind }) => kind === "storm").map(({ data }) => JSON.parse(data) as StormNews);

/** Every triage that Slack was given, those included that shared a delivery. */
function given(): SharedTriage[] {
  return world.triggers.triages.flatMap((triage) => [triage, ...(shareOf(triage.storm)?.also ?? [])]);
}

/** Confirms everything that was given, also what shared a delivery, until nothing more comes. */
async function confirmEverything(): Promise<void> {
  const confirmed = new Set<string>();
  for (;;) {
    await world.settle();
    const open = [...given(), ...world.triggers.signals].filter(
      ({ delivery_id, incident_id }) => incident_id !== "" && !confirmed.has(delivery_id),
    );
    if (open.length === 0) return;
    for (const { delivery_id, incident_id } of open) {
      confirmed.add(delivery_id);
      const isInStorm = world.triggers.triages.some(
        (triage) => triage.storm !== "" && JSON.stringify(triage).includes(delivery_id),
      );
      const body = { deliveryId: delivery_id, incidentId: incident_id, outcome: "applied" } as const;
      const answer = await world.call("confirm", isInStorm ? { ...body, place: UMBRELLA } : body);
      expect(answer.status).toBe(200);
    }
  }
}

/** A store that nothing reaches any more once it was killed, whatever its companion still tries. */
function killableStore(store: Store): Store & { kill(): void } {
  let isKilled = false;
  return {
    transaction: (work) => (isKilled ? Promise.reject(new Error("killed")) : store.transaction(work)),
    aside: (work) => (isKilled ? Promise.reject(new Error("killed")) : store.aside(work)),
    companions: () => 1,
    close: () => store.close(),
    kill: () => void (isKilled = true),
  };
}

describe("a storm", () => {
  it("leaves the first services their channels and gathers the rest under one umbrella", async () => {
    await fail(1, 8);
    await world.settle();
    const storms = new Map(world.triggers.triages.map(({ service_id, storm }) => [service_id, shareOf(storm)]));
    const first = ["PSVC1", "PSVC2", "PSVC3", "PSVC4", "PSVC5"];
    expect(first.map((id) => storms.get(id))).toEqual(first.map(() => undefined));
    for (const id of ["PSVC6", "PSVC7", "PSVC8"]) {
      expect(storms.get(id)).toMatchObject({ number: "1", since: START, channelId: "", also: [] });
    }
    expect(new Set(["PSVC6", "PSVC7", "PSVC8"].map((id) => storms.get(id)?.id)).size).toBe(1);
  });

  it("is one storm, however many services fail at the same moment", async () => {
    const incidents = Array.from({ length: 40 }, (_, index) => world.raise(`Q${index}`, { serviceId: `S${index}` }));
    await Promise.all(incidents.map((incident) => world.event(incident)));
    await world.settle();
    await world.advance(GATHER_MS);
    expect(given()).toHaveLength(40);
    const shares = world.triggers.triages.map(({ storm }) => shareOf(storm)).filter((share) => share !== undefined);
    expect(new Set(shares.map(({ id }) => id)).size).toBe(1);
    expect(world.triggers.triages.filter(({ storm }) => storm === "")).toHaveLength(5);
  });

  it("is kept to as configured", async () => {
    await world.close();
    world = await createWorld({ settings: { STORM_SERVICES: "1", STORM_MINUTES: "1" } });
    await fail(1, 1);
    await world.settle();
    await world.advance(1 * MINUTE);
    await fail(2, 3);
    await world.settle();
    expect(world.triggers.triages.map(({ storm }) => storm !== "")).toEqual([false, false, true]);
  });

  it("names its umbrella channel to the next ones once Slack told which it is", async () => {
    await fail(1, 6);
    await confirmEverything();
    await fail(7, 7);
    await world.settle();
    expect(shareOf(world.triggers.triages.at(-1)?.storm ?? "")).toMatchObject({
      channelId: "CSTORM",
      channelName: "inc-storm-1",
      services: 7,
    });
  });

  it("says how it stands in messages that are bounded in number and never older than the last", async () => {
    await fail(1, 30);
    await confirmEverything();
    await world.advance(GATHER_MS);
    await confirmEverything();
    expect(news().length).toBeLessThan(5);
    expect(news().at(-1)).toMatchObject({ number: "1", services: 30, incidents: 30 });
    const sequences = world.triggers.signals.filter(({ kind }) => kind === "storm").map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => String(index + 1)));
  });
});

describe("100 services within a minute", () => {
  it("are all handed to Slack within a minute at a request a second, none twice, each with its own confirmation", async () => {
    await world.close();
    world = await createWorld({ triggerIntervalMs: 100 });
    const began = Date.now();
    await fail(1, 100);
    await expect.poll(() => world.store.transaction((tx) => tx.openingsCount(START))).toBe(100);
    world.clock.set(START + GATHER_MS);
    await expect.poll(() => given().length, { timeout: 6_000, interval: 20 }).toBe(100);
    // Ten times faster than Slack, and the clock stood still but for the moment in which they gather.
    expect((Date.now() - began) * 10 + GATHER_MS).toBeLessThan(60 * SECOND);
    expect(new Set(given().map(({ incident_id }) => incident_id)).size).toBe(100);
    expect(new Set(given().map(({ delivery_id }) => delivery_id)).size).toBe(100);
    // So few requests that their messages keep within what Slack takes for one channel.
    expect(world.triggers.triages.length).toBeLessThan(40);
    for (const { alert, title, service_name } of given()) {
      expect(alertIn(alert)).toMatchObject({ status: "triggered", title, serviceName: service_name });
      expect(alertIn(alert).paged).toHaveLength(1);
    }
    const stormId = shareOf(world.triggers.triages.find(({ storm }) => storm !== "")?.storm ?? "")?.id ?? "";
    for (const { delivery_id: deliveryId, incident_id: incidentId } of given()) {
      await world.call("confirm", { deliveryId, incidentId, outcome: "applied" });
    }
    expect(await world.store.transaction((tx) => tx.openTriagesOf(stormId))).toBe(0);
  });

  it("say of each whom PagerDuty pages and where it is, also where titles are long", async () => {
    const title = "DeadlockLoserDataAccessException: Deadlock found when trying to get a lock on the table sessions";
    for (let number = 1; number <= 40; number += 1) {
      const service = { serviceId: `PSVC${number}`, serviceName: `Recommendations ap-south-${number}` };
      await world.event(world.raise(`Q1KQ5V5QK5V5Q${number}`, { ...service, title }));
    }
    await world.settle();
    await world.advance(GATHER_MS);
    const shared = world.triggers.triages.flatMap(({ storm }) => shareOf(storm)?.also ?? []);
    expect(shared.length).toBeGreaterThan(20);
    for (const { alert } of shared) {
      expect(alertIn(alert).paged).toHaveLength(1);
      expect(alertIn(alert).url).not.toBe("");
    }
  });

  it("are decided one by one, also those that shared a delivery", async () => {
    await fail(1, 60);
    await world.settle();
    await world.advance(GATHER_MS);
    await confirmEverything();
    const shared = world.triggers.triages.flatMap(({ storm }) => shareOf(storm)?.also ?? []);
    const [dismissed, created] = shared.map(({ incident_id }) => incident_id);
    const decide = async (id: string, decision: "dismiss" | "create") =>
      (await world.call("decide", { phase: "applied", decision: decisionOf(id, decision) })).status;
    expect(await decide(dismissed ?? "", "dismiss")).toBe(200);
    expect(await decide(created ?? "", "create")).toBe(200);
    await world.settle();
    const statusOf = async (id: string | undefined) =>
      (await world.store.transaction((tx) => tx.incident(id ?? "")))?.incident.status;
    expect(await statusOf(dismissed)).toBe("dismissed");
    expect(await statusOf(created)).toBe("active");
    expect(await statusOf(shared[2]?.incident_id)).toBe("triage");
  });

  it("lose none when the companion is killed in the middle", async () => {
    await world.close();
    const path = join(mkdtempSync(join(tmpdir(), "storm-")), "companion.db");
    const killable = killableStore(await openSqliteStore(path));
    world = await createWorld({ store: killable, triggerIntervalMs: 100 });
    await fail(1, 50);
    world.clock.set(START + GATHER_MS);
    await expect.poll(() => given().length, { timeout: 5_000, interval: 5 }).toBeGreaterThan(8);
    killable.kill();
    await world.close();
    const before = new Map(given().map(({ incident_id, delivery_id }) => [incident_id, delivery_id]));
    expect(before.size).toBeLessThan(50);
    world = await createWorld({ store: await openSqliteStore(path) });
    world.clock.set(START + GATHER_MS);
    // What was sent and not written down comes again, as the same delivery.
    const all = () => new Set([...before.keys(), ...given().map(({ incident_id }) => incident_id)]);
    await expect.poll(() => all().size, { timeout: 5_000 }).toBe(50);
    for (const { incident_id, delivery_id } of given()) {
      expect([delivery_id, undefined]).toContain(before.get(incident_id));
    }
    // And what was sent and never confirmed comes again after three minutes.
    await world.advance(3 * MINUTE);
    expect(new Set(given().map(({ incident_id }) => incident_id)).size).toBe(50);
  });

  it("go alone where Slack refused the delivery that they shared", async () => {
    await world.close();
    world = await createWorld({ triggerIntervalMs: 50 });
    const refusal = { status: 400, body: '{"ok":false,"error":"parameter_validation_failed"}' };
    world.triggers.answerAll(refusal);
    await fail(1, 30);
    world.clock.set(START + GATHER_MS);
    await expect.poll(() => world.triggers.attempts.length, { timeout: 5_000 }).toBeGreaterThan(7);
    world.triggers.answerAll(undefined);
    for (let round = 0; round < 4; round += 1) await world.advance(5 * SECOND);
    // The five with channels of their own were refused for good; what had company was not.
    const seen = new Set(given().map(({ service_id }) => service_id));
    expect(seen.size).toBeGreaterThanOrEqual(20);
  });
});

describe("the end of a storm", () => {
  it("comes after ten quiet minutes, with a summary of what was decided", async () => {
    await fail(1, 8);
    await confirmEverything();
    const decided = world.triggers.triages.find(({ service_id }) => service_id === "PSVC7")?.incident_id ?? "";
    const decision = decisionOf(decided, "create", { at: START + 4 * MINUTE });
    await world.call("decide", { phase: "applied", decision });
    await world.advance(10 * MINUTE - 1);
    expect(news().some(({ ended }) => ended)).toBe(false);
    // A reminder came in the meantime.
    await confirmEverything();
    await world.advance(1 * MINUTE);
    await confirmEverything();
    const last = news().at(-1);
    expect(last).toMatchObject({ services: 8, incidents: 8, ended: { decided: 1, undecided: 7 } });
    expect(last?.ended?.longestMs).toBeGreaterThanOrEqual(10 * MINUTE);
    await confirmEverything();
    await fail(9, 9);
    await world.settle();
    expect(world.triggers.triages.at(-1)?.storm).toBe("");
  });

  it("waits for every triage to reach Slack", async () => {
    await fail(1, 7);
    await world.settle();
    await world.advance(11 * MINUTE);
    expect(news().some(({ ended }) => ended)).toBe(false);
    await confirmEverything();
    await world.advance(1 * MINUTE);
    expect(news().some(({ ended }) => ended)).toBe(true);
  });

  it("is put off by services that go on failing", async () => {
    await fail(1, 8);
    await confirmEverything();
    await world.advance(8 * MINUTE);
    await fail(11, 15);
    await confirmEverything();
    await world.advance(9 * MINUTE);
    expect(news().some(({ ended }) => ended)).toBe(false);
    await world.advance(2 * MINUTE);
    await confirmEverything();
    expect(news().at(-1)).toMatchObject({ services: 13, ended: { undecided: 13 } });
  });

  it("makes room for a second storm with a number of its own", async () => {
    await fail(1, 6);
    await confirmEverything();
    await world.advance(11 * MINUTE);
    await confirmEverything();
    await fail(21, 26);
    await world.settle();
    expect(shareOf(world.triggers.triages.at(-1)?.storm ?? "")?.number).toBe("2");
  });
});

describe("Slack's limits", () => {
  it("stop everything that goes to a trigger for as long as Slack says, at most five minutes", async () => {
    world.triggers.answerAll({ status: 429, body: "", headers: { "retry-after": "86400" } });
    await fail(1, 1);
    await world.settle();
    const attempts = () => world.triggers.attempts.filter((attempt) => attempt.startsWith("triage ")).length;
    const before = attempts();
    await fail(2, 4);
    await world.advance(4 * MINUTE);
    expect(attempts()).toBe(before);
    world.triggers.answerAll(undefined);
    await world.advance(1 * MINUTE);
    expect(new Set(world.triggers.triages.map(({ service_id }) => service_id)).size).toBe(4);
  });

  it("are kept by archives that come one after the other", async () => {
    await fail(1, 5);
    await world.confirmAll();
    for (const { incident_id } of world.triggers.triages) {
      await world.call("decide", { phase: "applied", decision: decisionOf(incident_id, "dismiss") });
    }
    await world.settle();
    const archives = () => world.triggers.signals.filter(({ kind }) => kind === "archive_due").length;
    await world.confirmAll();
    await world.advance(10 * MINUTE);
    expect(archives()).toBe(1);
    for (const expected of [2, 3, 4, 5]) {
      await world.advance(4 * SECOND);
      expect(archives()).toBe(expected);
    }
  });

  it("leave a channel's dressing to be reminded of, until nothing is left", async () => {
    await fail(1, 1);
    await world.settle();
    const [triage] = world.triggers.triages;
    const { delivery_id: deliveryId = "", incident_id: incidentId = "" } = triage ?? {};
    await world.call("confirm", { deliveryId, incidentId, outcome: "applied", undecorated: true });
    const reminders = () => world.triggers.signals.filter(({ kind }) => kind === "decorate");
    await world.advance(1 * MINUTE - 1);
    expect(reminders()).toHaveLength(0);
    await world.advance(1);
    const again = { incidentId, outcome: "applied", undecorated: true } as const;
    await world.call("confirm", { ...again, deliveryId: reminders()[0]?.delivery_id ?? "" });
    await world.advance(1 * MINUTE);
    expect(reminders()).toHaveLength(2);
    await world.call("confirm", { deliveryId: reminders()[1]?.delivery_id ?? "", incidentId, outcome: "applied" });
    await world.advance(10 * MINUTE);
    expect(reminders()).toHaveLength(2);
  });
});
