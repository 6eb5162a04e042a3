import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StormReminder } from "../../core/protocol.ts";
import { HOUR, MINUTE } from "../../core/time.ts";
import { ANN, createWorld, decisionOf, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await fail(1, 9);
  await confirmAll();
});
afterEach(() => world.close());

const UMBRELLA = { channelId: "CSTORM", channelName: "inc-storm-1", channelUrl: "https://acme.slack.example/p1" };
/** The first five services had channels of their own before it was a storm. */
const GATHERED = ["6", "7", "8", "9"];

async function fail(from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number += 1) {
    await world.event(world.raise(`P${number}`, { serviceId: `PSVC${number}`, serviceName: `Service ${number}` }));
  }
}

const confirmed = new Set<string>();
const confirm = async ({ delivery_id: deliveryId, incident_id: incidentId }: Sent, place?: object): Promise<void> => {
  const body = { deliveryId, incidentId, outcome: "applied" as const, ...(place ? { place } : {}) };
  expect((await world.call("confirm", body as never)).status).toBe(200);
};
interface Sent {
  readonly delivery_id: string;
  readonly incident_id: string;
}

async function confirmAll(): Promise<void> {
  for (;;) {
    await world.settle();
    const open = [...world.triggers.triages, ...world.triggers.signals].filter(
      ({ delivery_id, incident_id }) => incident_id !== "" && !confirmed.has(delivery_id),
    );
    if (open.length === 0) return;
    for (const sent of open) {
      confirmed.add(sent.delivery_id);
      await confirm(sent, "storm" in sent && sent.storm !== "" ? UMBRELLA : undefined);
    }
  }
}

const pass = async (ms: number): Promise<void> => {
  await world.advance(ms);
  await confirmAll();
};
const reminders = () =>
  world.triggers.signals
    .filter(({ kind }) => kind === "storm_reminder")
    .map(({ data }) => JSON.parse(data) as StormReminder);
const single = () => world.triggers.signals.filter(({ kind }) => kind === "reminder_due");
const incidentOf = (service: string) =>
  world.triggers.triages.find(({ service_id }) => service_id === `PSVC${service}`)?.incident_id ?? "";
const dismiss = async (service: string) => {
  const decision = decisionOf(incidentOf(service), "dismiss");
  expect((await world.call("decide", { phase: "applied", decision })).status).toBe(200);
};

describe("undecided triages of a storm", () => {
  it("are reminded of together, and those with channels of their own one by one", async () => {
    await pass(5 * MINUTE);
    expect(reminders()).toHaveLength(1);
    expect(reminders()[0]).toMatchObject({ undecided: 4, longestSince: START, channelId: "CSTORM", direct: false });
    expect(reminders()[0]?.first.map(({ serviceName }) => serviceName)).toEqual(GATHERED.map((n) => `Service ${n}`));
    expect(reminders()[0]?.emails).not.toEqual([]);
    expect(new Set(single().map(({ incident_id }) => incident_id)).size).toBe(5);
    const gathered = GATHERED.map(incidentOf);
    await pass(5 * MINUTE);
    await pass(5 * MINUTE);
    expect(reminders().map(({ direct }) => direct)).toEqual([false, true, false]);
    await pass(1 * HOUR);
    expect(reminders()).toHaveLength(4);
    expect(single().filter(({ incident_id }) => gathered.includes(incident_id))).toEqual([]);
  });

  it("count no more once they are decided, put off or acknowledged, and nothing is said when none is left", async () => {
    await dismiss("6");
    const until = START + 8 * HOUR;
    await world.call("snooze", { incidentId: incidentOf("7"), until, by: ANN, at: START });
    const alert = world.pagerduty.incidents.get("P8");
    if (!alert) throw new Error("P8 is not there.");
    alert.status = "acknowledged";
    await world.event(alert, { type: "incident.acknowledged", byHand: true });
    await confirmAll();
    await pass(5 * MINUTE);
    expect(reminders().at(-1)).toMatchObject({ undecided: 1, first: [{ serviceName: "Service 9" }] });
    await dismiss("9");
    await pass(5 * MINUTE);
    await pass(5 * MINUTE);
    expect(reminders()).toHaveLength(1);
    // The acknowledgement gave half an hour.
    await pass(1 * HOUR);
    expect(reminders().at(-1)).toMatchObject({ undecided: 1, first: [{ serviceName: "Service 8" }] });
  });

  it("that are decided while the reminder waits are not named by it, and the last one takes it along", async () => {
    for (const service of GATHERED.slice(1)) await dismiss(service);
    await confirmAll();
    world.triggers.answerAll({ status: 503, body: "" });
    await world.advance(5 * MINUTE);
    await dismiss("6");
    world.triggers.answerAll(undefined);
    await pass(5 * MINUTE);
    expect(reminders()).toEqual([]);
  });

  it("that come when reminders are hourly already bring the next one within a quarter of an hour", async () => {
    for (const service of ["2", "3", "4", "5"]) await dismiss(service);
    for (let times = 0; times < 4; times += 1) await pass(5 * MINUTE);
    const before = reminders().length;
    await world.store.transaction(async (tx) => {
      const storm = await tx.stormOf(incidentOf("6"));
      if (!storm) throw new Error("There is no storm.");
      const { endedAt: _, ...on } = storm;
      await tx.saveStorm(on);
    });
    await fail(20, 20);
    await confirmAll();
    await pass(15 * MINUTE);
    expect(reminders()).toHaveLength(before + 1);
    expect(reminders().at(-1)).toMatchObject({ undecided: 5 });
  });

  it("with a channel of its own since is reminded of there, once nobody was at it for half an hour", async () => {
    const own = { ...UMBRELLA, channelId: "COWN", channelName: "inc-6-service" };
    const sent = world.triggers.triages.find(({ service_id }) => service_id === "PSVC6");
    if (!sent) throw new Error("It was never sent.");
    await confirm(sent, own);
    await pass(5 * MINUTE);
    expect(reminders().at(-1)).toMatchObject({ undecided: 3 });
    const own6 = () => single().filter(({ incident_id }) => incident_id === incidentOf("6"));
    await pass(24 * MINUTE);
    expect(own6()).toEqual([]);
    await pass(1 * MINUTE);
    expect(own6()).toHaveLength(1);
  });

  it("leave the storm its end and its summary, which fall due together with a reminder", async () => {
    await world.advance(10 * MINUTE);
    await confirmAll();
    const kinds = world.triggers.signals.filter(({ kind }) => kind.startsWith("storm"));
    expect(
      kinds
        .map(({ kind }) => kind)
        .slice(-2)
        .toSorted(),
    ).toEqual(["storm", "storm_reminder"]);
    expect(kinds.find(({ data }) => data.includes('"ended"'))).toBeDefined();
  });

  it("are escalated with the third reminder where the service opted in, once Slack told people so", async () => {
    await world.store.transaction((tx) =>
      tx.saveSettingsRow({ serviceId: "PSVC7", urgency: "*", settings: { escalate: true } }),
    );
    await pass(5 * MINUTE);
    await pass(5 * MINUTE);
    await world.advance(5 * MINUTE);
    const escalations = async () =>
      Promise.all(
        ["6", "7"].map(async (n) => (await world.alerts(incidentOf(n))).find(({ id }) => id === `P${n}`)?.escalation),
      );
    expect(await escalations()).toEqual([undefined, undefined]);
    await confirmAll();
    expect(await escalations()).toEqual([undefined, expect.anything()]);
  });
});
