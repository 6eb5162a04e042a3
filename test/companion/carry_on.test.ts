import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SignalData } from "../../core/protocol.ts";
import { MINUTE } from "../../core/time.ts";
import { ANN, BEN, createWorld, decisionOf, signedIn, START, type World } from "./world.ts";

let world: World;
let incidentId: string;

beforeEach(async () => {
  world = await createWorld();
  await world.event(world.raise("P1"));
  await world.confirmAll();
  incidentId = world.triggers.triages[0]?.incident_id ?? "";
});
afterEach(() => world.close());

const carriedOn = () =>
  world.triggers.signals
    .filter(({ kind }) => kind === "carry_on")
    .map(({ data }) => signedIn(data) as SignalData["carry_on"]);
const decide = (decision: "create" | "dismiss", id = `Fx-${incidentId}`) =>
  world.call("decide", { phase: "applied", decision: decisionOf(incidentId, decision, { id }) });
const report = (requestId: string) => world.call("carried", { requestId, incidentId });
/** Longer than a run in Slack may take. */
async function waitLong(): Promise<void> {
  await world.advance(MINUTE);
  await world.confirmAll();
}

const RESOLVE = { requestId: "Fr1", by: BEN, at: START + 5, summary: "Rolled back" };
const resolve = () => world.call("resolve", { ...RESOLVE, incidentId, resolveAlertIds: ["P1"], setAsideAlertIds: [] });
const REOPEN = {
  requestId: "Fu2",
  command: "reopen",
  decisionId: "",
  by: ANN,
  at: START + 9,
  inPagerduty: "leave",
} as const;
const UNDO = { ...REOPEN, requestId: "Fu1", command: "undo" } as const;
const undo = (phase?: "asked") =>
  world.call("undo", { ...UNDO, incidentId, decisionId: `Fx-${incidentId}`, ...(phase ? { phase } : {}) });

describe("a resolve", () => {
  beforeEach(async () => {
    await decide("create");
    await resolve();
    await world.confirmAll();
  });

  it("whose run reports no end within a minute is sent to Slack, once", async () => {
    await world.advance(MINUTE - 1);
    expect(carriedOn()).toEqual([]);
    await waitLong();
    expect(carriedOn()).toEqual([{ what: "resolve", incidentId, ...RESOLVE }]);
    await world.advance(10 * MINUTE);
    expect(carriedOn()).toHaveLength(1);
    const timeline = await world.store.transaction((tx) => tx.timeline(incidentId));
    expect(timeline.find(({ what }) => what === "closing.sent_again")?.why).toBe("not_applied_in_time");
  });

  it("whose run reports its end is not, also where it reports while the signal waits", async () => {
    world.triggers.answerAll({ status: 503, body: "" });
    await waitLong();
    await report("Fr1");
    world.triggers.answerAll(undefined);
    await world.advance(10 * MINUTE);
    await world.confirmAll();
    expect(carriedOn()).toEqual([]);
  });

  it("that was taken back since is not", async () => {
    await world.call("undo", { ...REOPEN, incidentId });
    await report("Fu2");
    await waitLong();
    expect(carriedOn()).toEqual([]);
  });
});

describe("an undo", () => {
  beforeEach(async () => {
    await decide("dismiss");
    await world.confirmAll();
  });
  const status = async () => (await world.store.transaction((tx) => tx.incident(incidentId)))?.incident.status;
  const sent = () => ({
    ...{ what: "undo", incidentId, ...UNDO, decisionId: `Fx-${incidentId}` },
    before: { status: "dismissed", decidedBy: ANN },
  });

  it("that somebody asked for changes nothing yet, and is sent to Slack where no run does it within a minute", async () => {
    expect((await undo("asked")).status).toBe(200);
    expect(await status()).toBe("dismissed");
    await waitLong();
    expect(carriedOn()).toEqual([sent()]);
    await world.advance(10 * MINUTE);
    expect(carriedOn()).toHaveLength(1);
  });

  it("whose run reports no end is sent to Slack, with what was taken back", async () => {
    await undo("asked");
    await world.advance(MINUTE / 2);
    await undo();
    await world.advance(MINUTE - 1);
    expect(carriedOn()).toEqual([]);
    await waitLong();
    expect(carriedOn()).toEqual([sent()]);
  });

  it("whose run reports its end is not", async () => {
    await undo("asked");
    await undo();
    await report("Fu1");
    await waitLong();
    expect(carriedOn()).toEqual([]);
  });

  it("is not once it was decided anew, or somebody else took it back", async () => {
    await undo();
    await decide("create", "Fx-2");
    await waitLong();
    expect(carriedOn()).toEqual([]);
  });

  it("fits into a trigger's string, whatever the people are called", async () => {
    const by = { ...ANN, name: "😀".repeat(200) };
    await world.call("undo", { ...UNDO, incidentId, decisionId: "x".repeat(120), by });
    await waitLong();
    expect(carriedOn()).toHaveLength(1);
  });
});

describe("taking alerts off", () => {
  const DETACH = { requestId: "Fd1", alertIds: ["P2", "P3"], by: BEN, at: START + 5 };
  const detach = (phase?: "asked", given = {}) =>
    world.call("detach", { ...DETACH, incidentId, ...(phase ? { phase } : {}), ...given });
  const relations = async () => (await world.alerts(incidentId)).map(({ id, relation }) => `${id} ${relation}`);
  const sent = (alertIds = ["P2", "P3"]) => ({ what: "detach", incidentId, ...DETACH, alertIds });
  beforeEach(async () => {
    for (const id of ["P2", "P3"]) await world.event(world.raise(id));
    await world.call("answer", { incidentId, alertIds: ["P2", "P3"], answer: "attach", by: ANN, at: START });
    await world.confirmAll();
  });

  it("that somebody asked for changes nothing yet, and is sent to Slack where no run does it within a minute", async () => {
    expect((await detach("asked")).status).toBe(200);
    expect(await relations()).toEqual(["P1 attached", "P2 attached", "P3 attached"]);
    await waitLong();
    expect(carriedOn()).toEqual([sent()]);
    await world.advance(10 * MINUTE);
    expect(carriedOn()).toHaveLength(1);
  });

  it("whose run reports no end is sent to Slack, with what it took off", async () => {
    await detach();
    await waitLong();
    expect(carriedOn()).toEqual([sent()]);
  });

  it("whose run reports its end is not, also where the form's word comes after that", async () => {
    await detach();
    await report("Fd1");
    await detach("asked");
    await waitLong();
    expect(carriedOn()).toEqual([]);
  });

  it("names only what is still to be taken off, and nothing that somebody else took off before", async () => {
    await detach("asked");
    await detach(undefined, { requestId: "Fd2", alertIds: ["P2"], by: ANN });
    await report("Fd2");
    await waitLong();
    expect(carriedOn()).toEqual([sent(["P3"])]);
  });

  it("takes off all that the form named, however few of them the signal could name", async () => {
    await detach("asked");
    await detach(undefined, { alertIds: ["P2"] });
    expect(await relations()).toEqual(["P1 attached", "P2 separate", "P3 separate"]);
  });

  it("is not carried on once the incident is closed", async () => {
    await detach("asked");
    await decide("dismiss");
    await waitLong();
    expect(carriedOn()).toEqual([]);
  });

  it("fits into a trigger's string, however many there are", async () => {
    const many = Array.from({ length: 120 }, (_, index) => `Q${index}${"X".repeat(40)}`);
    for (const id of many) await world.event(world.raise(id));
    await world.confirmAll();
    await world.call("answer", { incidentId, alertIds: [], upTo: 200, answer: "attach", by: ANN, at: START });
    await detach("asked", { alertIds: many });
    await waitLong();
    const named = carriedOn().flatMap((wish) => (wish.what === "detach" ? wish.alertIds : []));
    expect(named.length).toBeGreaterThan(50);
    expect(named.length).toBeLessThan(many.length);
  });
});

it("a report about an incident that nobody knows is refused", async () => {
  expect((await world.call("carried", { requestId: "Fr1", incidentId: "inc_none" })).status).toBe(404);
});
