import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE, SECOND, toIso } from "../../core/time.ts";
import type { FakeIncident } from "./fake_pagerduty.ts";
import { createWorld, decisionOf, type EventOptions, START, type World } from "./world.ts";

let world: World;
let alert: FakeIncident;
let incidentId: string;

const HEALED_AT = START + 4 * SECOND;
const REOPENED_AT = START + 5 * SECOND;

beforeEach(async () => {
  world = await createWorld();
  alert = world.raise("P1", { alerts: [{ created_at: toIso(START - SECOND) }], statusChangedAt: toIso(START) });
  await world.event(alert);
  await world.confirmAll();
  incidentId = world.triggers.triages[0]?.incident_id ?? "";
  await world.advance(5 * SECOND);
});
afterEach(() => world.close());

const create = () => world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
/** Ann's acknowledgement arrives just after the alert healed. */
async function cross(): Promise<void> {
  alert.healsUnderAcknowledgement = toIso(REOPENED_AT);
  await create();
  await world.confirmAll();
}
const healing = (options: EventOptions = {}) =>
  world.event(alert, { type: "incident.resolved", status: "resolved", at: HEALED_AT, ...options });
const wait = async () => {
  await world.advance(MINUTE);
  await world.confirmAll();
};
const writes = () => world.pagerduty.calls.filter((call) => call.startsWith("PUT"));
const shown = async () => (await world.alerts(incidentId))[0];
const timeline = async () =>
  (await world.store.transaction((tx) => tx.timeline(incidentId))).map(({ what, why }) => `${what} ${why}`);

describe("an alert that healed while our acknowledgement was on its way, which opened it again", () => {
  it("is resolved again in the presser's name, and the account, the card and PagerDuty say so", async () => {
    await cross();
    expect(await shown()).toMatchObject({ status: "acknowledged", reopenedAt: REOPENED_AT + 999 });
    await healing();
    await wait();
    expect(writes()).toEqual(["PUT /incidents/P1 ann@example.com", "PUT /incidents/P1 ann@example.com"]);
    expect(alert.status).toBe("resolved");
    expect(await shown()).toMatchObject({ status: "resolved", resolution: { by: "itself", again: true }, paged: [] });
    expect(alert.notes).toEqual(expect.arrayContaining([expect.stringContaining("resolved it again")]));
    const told = await timeline();
    expect(told).toContain("alert.reopened healed_meanwhile");
    expect(told).toContain("alert.resolved_again healed_meanwhile");
  });

  it("is so also where PagerDuty's word of the healing comes before its answer", async () => {
    const release = world.pagerduty.hold(/incidents\/P1$/);
    alert.healsUnderAcknowledgement = toIso(REOPENED_AT);
    await create();
    await healing();
    release();
    await wait();
    await wait();
    expect(alert.status).toBe("resolved");
  });

  it("is not called resolved by a person when PagerDuty tells of our resolve", async () => {
    await cross();
    await healing();
    await wait();
    await healing({ byHand: true, at: REOPENED_AT + 500 });
    await world.confirmAll();
    expect(await shown()).toMatchObject({ resolution: { by: "itself", again: true } });
  });

  it("is resolved again once PagerDuty has told of the healing, and left where it never does", async () => {
    await cross();
    await wait();
    await wait();
    expect(writes()).toHaveLength(1);
    for (let times = 0; times < 12; times += 1) await wait();
    await healing();
    await wait();
    expect(writes()).toHaveLength(1);
  });

  it.each<[string, () => Promise<unknown> | void]>([
    ["a person had resolved it", () => healing({ byHand: true })],
    ["it had been merged there", () => healing({ mergedInto: "P9" })],
    ["it had healed after that only", () => healing({ at: REOPENED_AT + 10 * SECOND })],
    [
      "something failed in it since",
      async () => {
        await healing();
        alert.alerts.push({ created_at: toIso(HEALED_AT + SECOND) });
      },
    ],
    [
      "somebody touched it since",
      async () => {
        await healing();
        alert.statusChangedAt = toIso(REOPENED_AT + 10 * SECOND);
      },
    ],
    [
      "it pages again",
      async () => {
        await healing();
        alert.status = "triggered";
      },
    ],
  ])("is left to people where %s", async (_what, happen) => {
    await cross();
    await happen();
    await wait();
    await wait();
    expect(writes()).toHaveLength(1);
  });
});

it("an acknowledgement that crossed nothing is followed by nothing", async () => {
  await create();
  await world.confirmAll();
  await wait();
  expect(writes()).toHaveLength(1);
  expect(await timeline()).not.toContain("alert.reopened healed_meanwhile");
});

it("an alert whose assignees had to be looked up is read once more before it is acknowledged", async () => {
  world.pagerduty.users.set("PZOE", "zoe@example.com");
  alert.assignees.push("PZOE");
  const release = world.pagerduty.hold(/users\/PZOE$/);
  await create();
  await new Promise<void>((resolve) => {
    const look = () => (world.pagerduty.calls.some((call) => call.includes("PZOE")) ? resolve() : setImmediate(look));
    look();
  });
  alert.status = "resolved";
  release();
  await world.confirmAll();
  expect(writes()).toEqual([]);
});
