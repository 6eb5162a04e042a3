import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ServiceSettings } from "../../core/service_settings.ts";
import { HOUR, MINUTE } from "../../core/time.ts";
import type { FakeIncident } from "./fake_pagerduty.ts";
import { ANN, createWorld, decisionOf, type EventOptions, START, type World } from "./world.ts";

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

const opts = (selfResolved: ServiceSettings["selfResolved"], serviceId = "PSVC1") =>
  world.store.transaction((tx) => tx.saveSettingsRow({ serviceId, urgency: "*", settings: { selfResolved } }));
const row = (id = incidentId) => world.store.transaction((tx) => tx.incident(id));
const status = async () => (await row())?.incident.status;

async function resolves(incident: FakeIncident, options: EventOptions = {}) {
  Object.assign(incident, { status: "resolved", assignees: [] });
  await world.event(incident, { type: "incident.resolved", ...options });
  await world.settle();
}

describe("a triage whose alert PagerDuty resolved by itself", () => {
  it("waits for a person unless its service says otherwise", async () => {
    await resolves(first);
    expect(await status()).toBe("triage");
  });

  it("is dismissed by the rule for its service, which is told to Slack at once and asks nothing of PagerDuty", async () => {
    await opts("dismiss");
    await resolves(first);
    expect((await row())?.incident).toMatchObject({
      status: "dismissed",
      reason: "healed_itself",
      decidedBy: { rule: "resolved_by_itself" },
    });
    await world.confirmAll();
    const told = world.triggers.signals.find(({ kind }) => kind === "apply_decision");
    expect(JSON.parse(told?.data ?? "{}")).toMatchObject({ decision: { by: { rule: "resolved_by_itself" } } });
    expect(world.pagerduty.calls.filter((call) => /^(PUT|POST)/.test(call))).toEqual([]);
    const entry = (await world.store.transaction((tx) => tx.timeline(incidentId))).find(
      ({ what }) => what === "incident.dismissed",
    );
    expect(entry).toMatchObject({ actor: "companion", why: "resolved_by_itself" });
  });

  it("is applied in Slack like any other decision, and nobody is reminded of it", async () => {
    await opts("dismiss");
    await resolves(first);
    const decision = (await row())?.decision;
    if (!decision) throw new Error("Nothing was decided.");
    expect((await world.call("decide", { phase: "applied", decision })).status).toBe(200);
    await world.confirmAll();
    await world.advance(2 * HOUR);
    await world.confirmAll();
    expect(world.triggers.signals.filter(({ kind }) => kind === "apply_decision")).toHaveLength(1);
    expect(world.triggers.signals.filter(({ kind }) => kind === "reminder_due")).toEqual([]);
  });

  it("stays dismissed when a person presses a moment later, who is told what stands", async () => {
    await opts("dismiss");
    await resolves(first);
    const { body } = await world.call("decide", { phase: "decided", decision: decisionOf(incidentId, "create") });
    expect(body.stands).toMatchObject({ decision: "dismiss", by: { rule: "resolved_by_itself" } });
    expect(await status()).toBe("dismissed");
  });

  it("stays a triage when a person resolved the alert, or it was merged", async () => {
    await opts("dismiss");
    await resolves(first, { byHand: true });
    expect(await status()).toBe("triage");
  });

  it("is dismissed only once what is offered to it is over as well", async () => {
    await opts("dismiss");
    const second = world.raise("P2");
    await world.event(second);
    await world.confirmAll();
    await resolves(first);
    expect(await status()).toBe("triage");
    await resolves(second);
    expect(await status()).toBe("dismissed");
  });

  it("is left alone once a person decided", async () => {
    await opts("dismiss");
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    await resolves(first);
    expect(await status()).toBe("active");
  });

  it("can be taken back by a person", async () => {
    await opts("dismiss");
    await resolves(first);
    await world.confirmAll();
    const who = { by: ANN, at: START + MINUTE };
    const undo = {
      requestId: "u1",
      incidentId,
      command: "undo",
      inPagerduty: "leave",
      decisionId: "",
      ...who,
    } as const;
    expect((await world.call("undo", undo)).status).toBe(200);
    expect(await status()).toBe("triage");
  });
});
