import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE } from "../../core/time.ts";
import type { FakeIncident } from "./fake_pagerduty.ts";
import { alertIn, ANN, createWorld, decisionOf, type EventOptions, START, type World } from "./world.ts";

let world: World;
let incidentId: string;
let first: FakeIncident;

beforeEach(async () => {
  world = await createWorld();
  first = world.raise("P1");
  await world.event(first);
  await world.confirmAll();
  incidentId = world.triggers.triages[0]?.incident_id ?? "";
});
afterEach(() => world.close());

const signals = (kind: string, of = incidentId) =>
  world.triggers.signals.filter((one) => one.kind === kind && one.incident_id === of);
const alert = async (id = "P1", of = incidentId) => (await world.alerts(of)).find((one) => one.id === id);
const timeline = (id = incidentId) => world.store.transaction((tx) => tx.timeline(id));

/** PagerDuty changes an incident and says so. */
async function happens(incident: FakeIncident, options: EventOptions, change: Partial<FakeIncident> = {}) {
  Object.assign(incident, change);
  await world.event(incident, options);
  await world.confirmAll();
}

async function opensElsewhere(id: string): Promise<{ incident: FakeIncident; incidentId: string }> {
  const incident = world.raise(id, { serviceId: "PSVC9", serviceName: "Mail" });
  await world.event(incident);
  await world.confirmAll();
  return { incident, incidentId: world.triggers.triages.at(-1)?.incident_id ?? "" };
}

const decide = (decision: "create" | "dismiss", of = incidentId) =>
  world.call("decide", { phase: "applied", decision: decisionOf(of, decision) });

describe("a resolve in PagerDuty", () => {
  const resolvedBy = async (options: EventOptions) => {
    await happens(first, { type: "incident.resolved", ...options }, { status: "resolved", assignees: [] });
    return (await alert())?.resolution;
  };

  it("by an integration is told as by itself", async () => {
    expect(await resolvedBy({})).toEqual({ by: "itself", at: START });
    expect((await timeline()).at(-2)?.why).toBe("resolved_by_itself");
  });

  it("by a person is told with the person's name", async () => {
    expect(await resolvedBy({ byHand: true })).toEqual({ by: "person", at: START, name: "Ann Lee" });
  });

  it("is not told as a person's because that person changed something later", async () => {
    await resolvedBy({});
    await happens(first, { type: "incident.priority_updated", byHand: true, priority: "P1", at: START + MINUTE });
    expect((await alert())?.resolution).toEqual({ by: "itself", at: START });
  });

  it("that we asked for is ours, and its event coming back is no news", async () => {
    await decide("dismiss");
    await world.confirmAll();
    expect(await alert()).toMatchObject({
      status: "resolved",
      closing: { state: "confirmed" },
      resolution: { by: "us" },
    });
    const [before, lines] = [world.triggers.signals.length, (await timeline()).length];
    for (let times = 0; times < 2; times += 1) {
      await world.event(first, { type: "incident.resolved", byHand: true, at: START + 300 });
      await world.event(first, { type: "incident.annotated", byHand: true, at: START + 310 });
    }
    await world.confirmAll();
    expect([world.triggers.signals.length, (await timeline()).length]).toEqual([before, lines]);
  });

  it("does not call our own acknowledgement's event news", async () => {
    await decide("create");
    await world.confirmAll();
    expect((await alert())?.status).toBe("acknowledged");
    const before = world.triggers.signals.length;
    await happens(first, { type: "incident.acknowledged", byHand: true, at: START + 300 });
    expect(world.triggers.signals).toHaveLength(before);
  });
});

describe("a merge in PagerDuty", () => {
  const merges = (incident: FakeIncident, into: string) =>
    happens(
      incident,
      { type: "incident.resolved", byHand: true, mergedInto: into },
      { status: "resolved", assignees: [] },
    );

  it("takes the alert to where its target lives, and tells both", async () => {
    const other = await opensElsewhere("P9");
    await merges(first, "P9");
    expect(await world.alerts(incidentId)).toEqual([]);
    expect(await alert("P1", other.incidentId)).toMatchObject({
      relation: "attached",
      resolution: { by: "merge", into: "P9", number: 77 },
      closing: { state: "none" },
    });
    const [told] = signals("alert_moved");
    expect(JSON.parse(told?.data ?? "{}")).toMatchObject({ movedTo: other.incidentId });
    expect(alertIn(signals("alert_changed", other.incidentId).at(-1)?.data ?? "").id).toBe("P1");
  });

  it("into something unknown leaves the alert where it is, and is no resolve", async () => {
    await merges(first, "P404");
    expect(await alert()).toMatchObject({
      relation: "attached",
      resolution: { by: "merge" },
      closing: { state: "none" },
    });
  });

  it("never has the target resolved because the merged alert was ticked", async () => {
    const other = await opensElsewhere("P9");
    const release = world.pagerduty.hold(/^\/incidents\/P1$/);
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 500, times: 1 });
    await decide("dismiss");
    release();
    await world.settle();
    await merges(first, "P9");
    await world.advance(MINUTE);
    await world.confirmAll();
    expect(await alert()).toMatchObject({ closing: { state: "none" }, resolution: { by: "merge" } });
    expect(world.pagerduty.incidents.get("P9")?.status).toBe("triggered");
    expect(world.pagerduty.calls.filter((call) => call.startsWith("PUT /incidents/P9"))).toEqual([]);
    expect(await alert("P9", other.incidentId)).toMatchObject({ closing: { state: "none" } });
  });

  it("that PagerDuty answers to our own resolve is no confirmation of it", async () => {
    first.status = "resolved";
    first.mergedInto = "P9";
    await decide("dismiss");
    await world.confirmAll();
    expect(await alert()).toMatchObject({ closing: { state: "none" }, resolution: { by: "merge", into: "P9" } });
  });

  it("of an offered alert into the attached one of the same incident attaches it there", async () => {
    const second = world.raise("P2");
    await world.event(second);
    await world.confirmAll();
    await merges(second, "P1");
    expect((await world.alerts(incidentId)).map(({ id, relation }) => [id, relation])).toEqual([
      ["P1", "attached"],
      ["P2", "attached"],
    ]);
  });
});

describe("an alert that PagerDuty reopens", () => {
  const reopens = (at = world.clock.now()) =>
    happens(first, { type: "incident.reopened", byHand: true, at }, { status: "triggered", assignees: ["PANN"] });

  it("after its incident was dismissed opens a new triage that names the old one, once", async () => {
    await decide("dismiss");
    await world.confirmAll();
    await world.advance(MINUTE);
    for (let times = 0; times < 2; times += 1) await reopens();
    expect(world.triggers.triages.map(({ reopened_from }) => reopened_from)).toEqual(["", incidentId]);
    const own = world.triggers.triages[1]?.incident_id ?? "";
    expect(await alert("P1", own)).toMatchObject({
      status: "triggered",
      relation: "attached",
      closing: { state: "none" },
    });
    expect(await world.alerts(incidentId)).toEqual([]);
    expect((await timeline(own))[0]?.why).toBe("reopened_in_pagerduty");
  });

  it("after its incident was resolved takes the service's window only where nobody has it", async () => {
    await decide("create");
    await world.confirmAll();
    await world.call("resolve", {
      requestId: "r1",
      incidentId,
      by: ANN,
      at: START,
      resolveAlertIds: ["P1"],
      setAsideAlertIds: [],
      summary: "",
    });
    await world.confirmAll();
    await world.event(world.raise("P5"));
    await world.confirmAll();
    const holder = world.triggers.triages[1]?.incident_id ?? "";
    await world.advance(MINUTE);
    await reopens();
    expect(world.triggers.triages).toHaveLength(3);
    await world.event(world.raise("P6"));
    await world.confirmAll();
    expect(signals("later_alert", holder)).toHaveLength(1);
  });

  it("while its incident is open is paging again there, and its ledger begins anew", async () => {
    await happens(first, { type: "incident.resolved" }, { status: "resolved", assignees: [] });
    await world.advance(MINUTE);
    await reopens();
    expect(await alert()).toMatchObject({
      status: "triggered",
      closing: { state: "none" },
      reopenedAt: START + MINUTE,
    });
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("is not resolved by a wish from before it was reopened", async () => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 500, times: 1 });
    await decide("dismiss");
    await world.settle();
    await happens(first, { type: "incident.resolved", byHand: true, at: START + 1_000 }, { status: "resolved" });
    await world.advance(500);
    await reopens(START + 2_000);
    await world.advance(MINUTE);
    await world.confirmAll();
    expect(first.status).toBe("triggered");
    expect(world.triggers.triages).toHaveLength(2);
  });

  it("is opened once where it was over before we ever heard of it", async () => {
    const late = world.raise("P7", { serviceId: "PSVC7", serviceName: "Late", status: "resolved" });
    await happens(late, { type: "incident.resolved" });
    expect(world.triggers.triages).toHaveLength(1);
    await happens(late, { type: "incident.reopened", at: START + 1_000 }, { status: "triggered" });
    expect(world.triggers.triages).toHaveLength(2);
  });
});

describe("an alert whose service changes in PagerDuty", () => {
  it("stays where people are at work on it, takes no window, and its account names what is open there", async () => {
    const other = await opensElsewhere("P9");
    await happens(
      first,
      { type: "incident.service_updated", byHand: true },
      { serviceId: "PSVC9", serviceName: "Mail" },
    );
    expect(await alert()).toMatchObject({ serviceId: "PSVC9", serviceName: "Mail", relation: "attached" });
    const entry = (await timeline()).find(({ what }) => what === "alert.service_changed");
    expect(entry).toMatchObject({ why: "service_changed", data: { to: "PSVC9", openThere: other.incidentId } });
    await world.event(world.raise("P8", { serviceId: "PSVC9", serviceName: "Mail" }));
    await world.confirmAll();
    expect(signals("later_alert", other.incidentId)).toHaveLength(1);
  });
});

describe("a recorded sequence of events", () => {
  /** What PagerDuty told of one incident, in its order. */
  const RECORDED: readonly { readonly options: EventOptions; readonly change: Partial<FakeIncident> }[] = [
    { options: { type: "incident.acknowledged", byHand: true }, change: { status: "acknowledged" } },
    { options: { type: "incident.reassigned", byHand: true }, change: { status: "triggered", assignees: ["PBEN"] } },
    { options: { type: "incident.priority_updated", priority: "P1" }, change: {} },
    { options: { type: "incident.escalated", priority: "P1" }, change: { assignees: ["PANN", "PBEN"] } },
    { options: { type: "incident.resolved", priority: "P1" }, change: { status: "resolved", assignees: [] } },
    { options: { type: "incident.priority_updated", byHand: true }, change: { title: "Renamed" } },
    { options: { type: "incident.reopened", byHand: true }, change: { status: "triggered", assignees: ["PANN"] } },
    { options: { type: "incident.delegated", byHand: true, urgency: "low" }, change: { assignees: ["PBEN"] } },
    {
      options: { type: "incident.service_updated", byHand: true, urgency: "low" },
      change: { serviceId: "PSVC9", serviceName: "Mail" },
    },
    { options: { type: "incident.unacknowledged", urgency: "low" }, change: { status: "triggered" } },
  ];

  /** The row of the alert after the events came in this order. */
  async function rowAfter(id: string, order: readonly number[]) {
    const base = world.raise(id, { number: 1, title: "Failure" });
    await world.event(base);
    await world.confirmAll();
    const states: FakeIncident[] = [];
    for (const { change } of RECORDED) states.push({ ...(states.at(-1) ?? base), ...change });
    for (const index of order) {
      const state = states[index];
      if (state) await world.event(state, { ...RECORDED[index]?.options, at: START + (index + 1) * 1_000 });
    }
    await world.confirmAll();
    const row = await world.store.transaction((tx) => tx.alert(id));
    if (!row) throw new Error("The alert is gone.");
    // Its own address and pictures hold its id.
    const { id: _id, url: _url, attachments: _attachments, ...facts } = row.facts;
    return { ...row, facts };
  }

  it("comes to the same end in any order and with any repetitions", async () => {
    const inOrder = RECORDED.map((_, index) => index);
    for (const length of [5, 6, RECORDED.length]) {
      const straight = inOrder.slice(0, length);
      const expected = await rowAfter(`PA${length}`, straight);
      for (let seed = 1; seed <= 12; seed += 1) {
        const order = shuffled([...straight, ...straight.slice(seed % length)], seed * 7 + length);
        expect({ order, row: await rowAfter(`PS${length}X${seed}`, order) }).toEqual({ order, row: expected });
      }
    }
  });
});

/** The same order for the same seed. */
function shuffled(list: readonly number[], seed: number): number[] {
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const rest = [...list];
  const order: number[] = [];
  while (rest.length > 0) order.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return order;
}

it("an alert that moved while news of it were under way is told once more where it went", async () => {
  const elsewhere = await opensElsewhere("P9");
  await world.event(first, { type: "incident.acknowledged", status: "acknowledged" });
  await world.settle();
  const [late] = signals("alert_changed");
  const told = () => signals("alert_changed", elsewhere.incidentId).length;
  const merge = decisionOf(incidentId, "merge", { mergeInto: elsewhere.incidentId });
  await world.call("decide", { phase: "applied", decision: merge });
  await world.settle();
  expect(told()).toBe(1);
  const [moved] = signals("alert_changed", elsewhere.incidentId);
  const confirm = (one: typeof late) => ({ deliveryId: one!.delivery_id, incidentId: one!.incident_id });
  await world.call("confirm", { ...confirm(moved), outcome: "applied" });
  await world.call("confirm", { ...confirm(late), outcome: "applied" });
  await world.settle();
  expect(told()).toBe(2);
  await world.confirmAll();
  expect(told()).toBe(2);
});
