import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Person } from "../../core/incident.ts";
import { HOUR, MINUTE, SECOND } from "../../core/time.ts";
import { alertIn, ANN, BEN, createWorld, decisionOf, EVE, START, type World } from "./world.ts";

let world: World;
let incidentId: string;

beforeEach(async () => {
  world = await createWorld();
  await world.event(world.raise("P1"));
  await world.confirmAll();
  incidentId = world.triggers.triages[0]?.incident_id ?? "";
  for (const id of ["P2", "P3"]) await world.event(world.raise(id));
  await world.confirmAll();
  await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create", { by: EVE }) });
  await world.confirmAll();
});
afterEach(() => world.close());

async function resolve(ticked: string[], unticked: string[], requestId = "req1", by: Person = ANN) {
  const answer = await world.call("resolve", {
    requestId,
    incidentId,
    by,
    at: world.clock.now(),
    resolveAlertIds: ticked,
    setAsideAlertIds: unticked,
    summary: "",
  });
  await world.confirmAll();
  return answer;
}
const statusOf = (id: string) => world.pagerduty.incidents.get(id)?.status;
const closings = async () =>
  Object.fromEntries((await world.alerts(incidentId)).map(({ id, closing }) => [id, closing] as const));

describe("resolve", () => {
  it("resolves exactly what was ticked, and sets aside what was shown and not ticked", async () => {
    expect((await resolve(["P1", "P2", "P404"], ["P3"])).status).toBe(200);
    expect([statusOf("P1"), statusOf("P2"), statusOf("P3")]).toEqual(["resolved", "resolved", "triggered"]);
    const known = await world.alerts(incidentId);
    expect(known.map(({ id, relation, closing }) => [id, relation, closing.state])).toEqual([
      ["P1", "attached", "confirmed"],
      ["P2", "attached", "confirmed"],
      ["P3", "set_aside", "none"],
    ]);
    const timeline = await world.store.transaction((tx) => tx.timeline(incidentId));
    expect(timeline.find(({ what }) => what === "alert.set_aside")).toMatchObject({ actor: "slack:U0ANN" });
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("gives an alert that came while the form was open a triage of its own", async () => {
    await resolve(["P1"], ["P2"]);
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P3"]);
    expect(statusOf("P3")).toBe("triggered");
  });

  it("offers such an alert to the incident that has the service's window by then, and leaves the window there", async () => {
    await world.advance(31 * MINUTE);
    await world.event(world.raise("P4"));
    await world.confirmAll();
    await resolve(["P1"], ["P2"]);
    await world.event(world.raise("P5"));
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P4"]);
    const known = await world.alerts(world.triggers.triages[1]?.incident_id ?? "");
    expect(known.map(({ id, relation }) => [id, relation])).toEqual([
      ["P3", "offered"],
      ["P4", "attached"],
      ["P5", "offered"],
    ]);
  });

  it("ends the service's window", async () => {
    await resolve(["P1", "P2", "P3"], []);
    await world.event(world.raise("P4"));
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P4"]);
  });

  it("speaks in the fallback's name for a person whose address no header can hold", async () => {
    await resolve(["P1"], ["P2", "P3"], "req1", { slackUserId: "U0IVAN", name: "Ivan", email: "иван@example.com" });
    expect(world.pagerduty.calls.filter((call) => call.startsWith("PUT"))).toEqual([
      "PUT /incidents/P1 bot@example.com",
    ]);
    expect(statusOf("P1")).toBe("resolved");
  });

  it("hears of a reopening right after it, by a clock that is behind ours", async () => {
    await world.advance(1 * MINUTE);
    await resolve(["P1"], ["P2", "P3"]);
    const incident = world.pagerduty.incidents.get("P1");
    if (!incident) throw new Error("There is no P1.");
    incident.status = "triggered";
    await world.event(incident, { type: "incident.reopened", at: world.clock.now() - 2 * SECOND });
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P1"]);
  });

  it("does nothing twice for one request", async () => {
    await resolve(["P1"], ["P2", "P3"]);
    const calls = world.pagerduty.calls.length;
    expect((await resolve(["P1", "P2", "P3"], [])).status).toBe(200);
    expect(world.pagerduty.calls).toHaveLength(calls);
  });

  it("is to come again while nobody has decided: the decision may still be on its way", async () => {
    await world.event(world.raise("P9", { serviceId: "PSVC9" }));
    await world.confirmAll();
    incidentId = world.triggers.triages[1]?.incident_id ?? "";
    expect(await resolve(["P9"], [])).toMatchObject({ status: 425, body: { error: "not_decided_yet" } });
    expect(statusOf("P9")).toBe("triggered");
  });

  it("says which alert PagerDuty refused and why, and resolves the others; another request tries again", async () => {
    const refusal = { error: { message: "Resolution is required", code: 2001 } };
    world.pagerduty.fail({ method: "PUT", path: /P2$/, status: 400, body: refusal });
    await resolve(["P1", "P2", "P3"], []);
    expect([statusOf("P1"), statusOf("P2"), statusOf("P3")]).toEqual(["resolved", "triggered", "resolved"]);
    expect((await closings())["P2"]).toEqual({
      state: "failed",
      problem: "PagerDuty refused (400: Resolution is required).",
    });
    const news = world.triggers.signals.filter(({ kind }) => kind === "alert_changed").map(({ data }) => alertIn(data));
    expect(news.findLast(({ id }) => id === "P2")?.closing.state).toBe("failed");
    await resolve(["P2"], [], "req2");
    expect(statusOf("P2")).toBe("resolved");
    expect((await closings())["P2"]?.state).toBe("confirmed");
  });

  it("asks again for exactly what PagerDuty refused, once for each press, and never while it is open", async () => {
    const again = (requestId: string) =>
      world.call("tryAgain", { requestId, incidentId, by: BEN, at: world.clock.now() });
    expect(await again("early")).toMatchObject({ status: 409, body: { error: "not_closed" } });
    const refusal = { error: { message: "Resolution is required", code: 2001 } };
    world.pagerduty.fail({ method: "PUT", path: /P2$/, status: 400, body: refusal });
    await resolve(["P1", "P2"], ["P3"]);
    const asked = () => world.pagerduty.calls.filter((call) => call.startsWith("PUT"));
    const before = asked().length;
    expect((await again("r1")).status).toBe(200);
    expect((await again("r1")).status).toBe(200);
    await world.confirmAll();
    expect(asked().slice(before)).toEqual(["PUT /incidents/P2 ben@example.com"]);
    expect((await closings())["P2"]?.state).toBe("confirmed");
    expect(statusOf("P3")).toBe("triggered");
    expect(world.triggers.triages).toHaveLength(1);
  });

  it.each([401, 402, 403])("goes on trying after %i, ever more slowly, and says so meanwhile", async (status) => {
    const refusal = { error: { message: "Access denied", code: 2010 } };
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status, body: refusal });
    world.pagerduty.fail({ method: "GET", path: /P1$/, status, body: refusal });
    await resolve(["P1"], ["P2", "P3"]);
    expect((await closings())["P1"]).toEqual({
      state: "wanted",
      problem: expect.stringMatching(new RegExp(`^PagerDuty.* \\(${status}: Access denied\\)\\.$`)) as string,
    });
    await world.advance(1 * MINUTE);
    await world.advance(2 * MINUTE - 1);
    expect(statusOf("P1")).toBe("triggered");
    await world.advance(1);
    expect((await closings())["P1"]?.state).toBe("confirmed");
  });

  it.each([
    ["a code", { error: { message: "Invalid", code: 1001 } }],
    [
      "words in the list of errors",
      { error: { message: "Arguments", code: 2001, errors: ["Incident Already Resolved"] } },
    ],
  ])("takes a refusal that says by %s that it is resolved already as done", async (_, body) => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 400, body });
    await resolve(["P1"], ["P2", "P3"]);
    expect((await closings())["P1"]?.state).toBe("confirmed");
  });

  it("reads again after any other refusal of the request", async () => {
    const incident = world.pagerduty.incidents.get("P1");
    if (incident) incident.status = "resolved";
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 409, body: "<html>conflict</html>" });
    await resolve(["P1"], ["P2", "P3"]);
    expect((await closings())["P1"]?.state).toBe("confirmed");
  });

  it.each([
    ["a server error", { status: 500, body: { error: { message: "oops" } } }, 1],
    ["a gateway's page", { status: 502, body: "<html>bad gateway</html>" }, 1],
    ["an empty answer", { status: 200, body: "" }, 1],
    ["a timeout of theirs", { status: 408, body: {} }, 1],
  ])("tries again after %s, and says so meanwhile", async (_, fault, times) => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, times, ...fault });
    await resolve(["P1"], ["P2", "P3"]);
    expect((await closings())["P1"]).toMatchObject({ state: "wanted", problem: expect.stringContaining("PagerDuty") });
    await world.advance(2 * SECOND);
    await world.confirmAll();
    expect((await closings())["P1"]?.state).toBe("confirmed");
    expect(statusOf("P1")).toBe("resolved");
  });

  it("waits as long as PagerDuty asks for", async () => {
    const fault = { status: 429, headers: { "ratelimit-reset": "45" }, body: {}, times: 4 };
    world.pagerduty.fail({ method: "PUT", path: /P1$/, ...fault });
    await resolve(["P1"], ["P2", "P3"]);
    const calls = world.pagerduty.calls.length;
    await world.advance(44 * SECOND);
    expect(world.pagerduty.calls.length).toBe(calls);
    expect(statusOf("P1")).not.toBe("resolved");
  });

  it("does not resolve again what was reopened in PagerDuty since", async () => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 500, body: {} });
    world.clock.set(START + MINUTE);
    await resolve(["P1"], ["P2", "P3"]);
    const incident = world.pagerduty.incidents.get("P1");
    if (incident) incident.reopenedAt = new Date(START + 2 * MINUTE).toISOString();
    world.clock.set(START + 3 * MINUTE);
    await world.confirmAll();
    expect((await closings())["P1"]).toMatchObject({ state: "failed", problem: expect.stringContaining("reopened") });
  });

  it("gives up after a day and says so", async () => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 500, body: {}, times: 9_999 });
    await resolve(["P1"], ["P2", "P3"]);
    await world.advance(25 * HOUR);
    await world.confirmAll();
    expect((await closings())["P1"]?.state).toBe("failed");
  });

  it("falls back to the configured user where PagerDuty does not know the presser, and names them in a note", async () => {
    await resolve(["P1"], ["P2", "P3"], "req1", EVE);
    expect(statusOf("P1")).toBe("resolved");
    expect(world.pagerduty.calls.filter((call) => call.startsWith("PUT /incidents/P1"))).toEqual([
      "PUT /incidents/P1 eve@elsewhere.example",
      "PUT /incidents/P1 bot@example.com",
    ]);
    expect(world.pagerduty.incidents.get("P1")?.notes.at(-1)).toContain("Eve Ray resolved this in Slack");
  });

  it("counts a resolve by somebody in PagerDuty as confirmed", async () => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 403, body: {} });
    await resolve(["P1"], ["P2", "P3"]);
    const incident = world.pagerduty.incidents.get("P1");
    if (incident) await world.event(incident, { type: "incident.resolved", status: "resolved" });
    await world.confirmAll();
    expect((await closings())["P1"]?.state).toBe("confirmed");
  });
});
