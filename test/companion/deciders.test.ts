import { afterEach, beforeEach, expect, it } from "vitest";
import { settingsCommand } from "../../companion/settings_command.ts";
import { MINUTE } from "../../core/time.ts";
import { ANN, BEN, createWorld, EVE, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld({ settings: { PAGERDUTY_USER_MAP: "U0EVE=ann@example.com" } });
});
afterEach(() => world.close());

const set = (...words: string[]) => settingsCommand(world.store, ["set", ...words], 30 * MINUTE);

async function openTriage(): Promise<string> {
  await world.event(world.raise("P1", { serviceId: "PSVC123", assignees: ["PANN"] }));
  await world.confirmAll();
  return world.triggers.triages[0]?.incident_id ?? "";
}

it("who decides is a setting of the service, and whoever PagerDuty has on it now is on call", async () => {
  const incidentId = await openTriage();
  const asked = async (by: typeof ANN) => (await world.call("deciders", { incidentId, by })).body;
  expect(await asked(BEN)).toEqual({ ok: true, group: "everyone", isOnCall: false });
  expect(await set("PSVC123", "deciders=S0ONCALL")).toMatchObject({ ok: true });
  expect(await asked(ANN)).toEqual({ ok: true, group: "S0ONCALL", isOnCall: true });
  expect(await asked(BEN)).toEqual({ ok: true, group: "S0ONCALL", isOnCall: false });
  // The map of addresses counts as it does for acknowledging.
  expect(await asked(EVE)).toMatchObject({ isOnCall: true });
});

it("nobody is on call for what is over", async () => {
  const incidentId = await openTriage();
  const incident = world.raise("P1", { serviceId: "PSVC123", status: "resolved" });
  await world.event(incident, { type: "incident.resolved", at: world.clock.now() + 1_000 });
  await world.confirmAll();
  expect((await world.call("deciders", { incidentId, by: ANN })).body).toMatchObject({ isOnCall: false });
});

it("the setting takes a user group's id or everyone, and nothing else", async () => {
  for (const value of ["@oncall", "U0ANN", "", "<!subteam^S1>"]) {
    expect(await set("PSVC123", `deciders=${value}`), value).toMatchObject({ ok: false });
  }
  expect(await set("PSVC123", "deciders=everyone")).toMatchObject({ ok: true });
});

it("of an incident that nobody knows is no answer", async () => {
  expect((await world.call("deciders", { incidentId: "inc_none", by: ANN })).status).toBe(404);
});
