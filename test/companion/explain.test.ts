import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE } from "../../core/time.ts";
import { ANN, createWorld, decisionOf, START, type World } from "./world.ts";

let world: World;
let incidentId: string;

beforeEach(async () => {
  world = await createWorld();
  await world.event(world.raise("P1"));
  await world.confirmAll();
  incidentId = world.triggers.triages[0]?.incident_id ?? "";
});
afterEach(() => world.close());

const ask = (request: { incidentId?: string; pagerduty?: string }) =>
  world.call("explain", { incidentId: "", pagerduty: "", ...request });
const stepsOf = async (pagerduty: string) => (await ask({ pagerduty })).body.alerts[0]?.steps ?? [];

describe("why an alert was handled so", () => {
  it("is told for each alert of an incident, newest first, with the rule and what would have changed it", async () => {
    await world.advance(11 * MINUTE);
    await world.event(world.raise("P2"));
    await world.confirmAll();
    const { body } = await ask({ incidentId });
    expect(body.incident?.number).toBe("1");
    expect(body.alerts.map(({ alertId }) => alertId)).toEqual(["P2", "P1"]);
    expect(body.alerts[0]?.steps[0]).toMatchObject({
      did: "It was offered to incident #1: the service failed again 11 minutes after its first alert, inside its window of 30 minutes.",
      otherwise: "A window of 11 minutes or less would have opened a new incident.",
    });
    expect(body.alerts[1]?.steps[0]?.did).toBe("It opened incident #1: no window of this service was open.");
  });

  it("does not change with the settings: what held at the time is told", async () => {
    await world.advance(11 * MINUTE);
    await world.event(world.raise("P2"));
    await world.confirmAll();
    const before = await stepsOf("P2");
    await world.store.transaction((tx) =>
      tx.saveSettingsRow({ serviceId: "PSVC1", urgency: "*", settings: { window: { kind: "none" } } }),
    );
    expect(await stepsOf("P2")).toEqual(before);
  });

  it("names the person who decided, for the alert and for its incident", async () => {
    await world.event(world.raise("P2"));
    await world.confirmAll();
    await world.call("answer", { incidentId, alertIds: ["P2"], answer: "attach", by: ANN, at: START });
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    const steps = await stepsOf("https://acme.pagerduty.example/incidents/P2");
    expect(steps.map(({ did, by }) => [did, by])).toEqual([
      [expect.stringContaining("offered to incident #1"), undefined],
      ["Somebody attached it to incident #1.", ANN.slackUserId],
      ["Somebody made incident #1 of the triage.", ANN.slackUserId],
    ]);
  });

  it("follows an alert that was kept separate into its own triage, and leaves what was decided elsewhere", async () => {
    await world.event(world.raise("P2"));
    await world.confirmAll();
    await world.call("answer", { incidentId, alertIds: ["P2"], answer: "keep_separate", by: ANN, at: START });
    await world.confirmAll();
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    const own = world.triggers.triages[1]?.incident_id ?? "";
    await world.call("decide", { phase: "applied", decision: decisionOf(own, "dismiss") });
    expect((await stepsOf("P2")).map(({ did }) => did)).toEqual([
      expect.stringContaining("offered to incident #1"),
      "Somebody kept it separate from incident #1; it got a triage of its own.",
      "Somebody dismissed incident #2 (False alarm), and its alerts were to be resolved in PagerDuty.",
    ]);
  });

  it("is found by PagerDuty's number too", async () => {
    const { body } = await ask({ pagerduty: "#1" });
    expect(body.alerts.map(({ alertId }) => alertId)).toEqual(["P1"]);
  });

  it("of something unknown or unreadable is a sentence that says what to do", async () => {
    const unknown = await ask({ pagerduty: "https://acme.pagerduty.com/incidents/QNONE" });
    expect(unknown).toMatchObject({ status: 404, body: { error: "unknown_alert" } });
    const unreadable = await ask({ pagerduty: "https://acme.pagerduty.com/services/X" });
    expect(unreadable).toMatchObject({ status: 400, body: { error: "no_reference" } });
    expect((await ask({ incidentId: "inc_none" })).status).toBe(404);
  });
});
