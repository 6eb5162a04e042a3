import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type CompanionRequests, REOPEN_CHOICES, type ReopenChoice } from "../../core/protocol.ts";
import { HOUR, MINUTE, SECOND } from "../../core/time.ts";
import type { FakeIncident } from "./fake_pagerduty.ts";
import { alertIn, laterIn, ANN, BEN, createWorld, decisionOf, EVE, placeOf, START, type World } from "./world.ts";

let world: World;
let alert: FakeIncident;
let incidentId: string;

beforeEach(async () => {
  world = await createWorld();
  alert = world.raise("P1", { mayReopen: true });
  await world.event(alert);
  await world.confirmAll();
  incidentId = world.triggers.triages[0]?.incident_id ?? "";
});
afterEach(() => world.close());

const DISMISSAL = () => decisionOf(incidentId, "dismiss");
async function dismiss() {
  await world.call("decide", { phase: "applied", decision: DISMISSAL() });
  await world.confirmAll();
}
async function undo(inPagerduty: ReopenChoice = "leave", rest: Partial<CompanionRequests["undo"]> = {}) {
  const answer = await world.call("undo", {
    requestId: "undo1",
    incidentId,
    command: "undo",
    decisionId: `Fx-${rest.incidentId ?? incidentId}`,
    by: BEN,
    at: world.clock.now(),
    inPagerduty,
    ...rest,
  });
  await world.confirmAll();
  return answer;
}
async function openSecond(id = "P2", serviceId = "PSVC2"): Promise<string> {
  await world.event(world.raise(id, { serviceId, serviceName: "Search", assignees: ["PBEN"], mayReopen: true }));
  await world.confirmAll();
  return world.triggers.triages.at(-1)?.incident_id ?? "";
}
async function merge(from: string, into: string, rest = {}) {
  const decision = decisionOf(from, "merge", { mergeInto: into, ...rest });
  const answer = await world.call("decide", { phase: "applied", decision });
  await world.confirmAll();
  return answer.status;
}
const incident = async (id = incidentId) => (await world.store.transaction((tx) => tx.incident(id)))?.incident;
const statusOf = async (id = incidentId) => (await incident(id))?.status;
const homes = async (id: string) => (await world.alerts(id)).map((one) => `${one.id} ${one.relation}`).toSorted();
const signalsTo = (id: string, kind: string) =>
  world.triggers.signals.filter((signal) => signal.incident_id === id && signal.kind === kind);
const writes = () => world.pagerduty.calls.filter((call) => call.startsWith("PUT"));
const timeline = (id = incidentId) => world.store.transaction((tx) => tx.timeline(id));

describe("undo of a dismissal", () => {
  it("brings the triage back, says who and why in the timeline, and leaves PagerDuty alone unless asked", async () => {
    await dismiss();
    expect((await undo()).status).toBe(200);
    expect(await statusOf()).toBe("triage");
    expect(alert.status).toBe("resolved");
    expect(writes()).toHaveLength(1);
    expect((await timeline()).find(({ what }) => what === "incident.undone")).toMatchObject({
      why: "person_undid",
      actor: "slack:U0BEN",
      data: { from: "dismissed", inPagerduty: "leave", decisionId: `Fx-${incidentId}` },
    });
  });

  it("reopens and acknowledges in the presser's own name, and its webhooks change nothing", async () => {
    await dismiss();
    // REST names whole seconds; the webhooks about the same change are from within that second.
    Object.assign(alert, { statusChangedAt: new Date(START).toISOString(), assignees: ["PANN"] });
    await undo("acknowledge");
    expect(alert.status).toBe("acknowledged");
    expect(writes().at(-1)).toBe("PUT /incidents/P1 ben@example.com");
    const [known] = await world.alerts(incidentId);
    expect(known).toMatchObject({ status: "acknowledged", closing: { state: "none" } });
    const before = world.triggers.signals.length;
    await world.event(alert, { type: "incident.reopened", status: "triggered", at: START + 400 });
    await world.confirmAll();
    expect((await world.alerts(incidentId))[0]).toMatchObject({
      status: "acknowledged",
      paged: [{ name: "User PANN" }],
    });
    // Who has it now is news, once; that it was reopened and acknowledged is not.
    await world.event(alert, { type: "incident.acknowledged", status: "acknowledged", at: START + 400 });
    await world.confirmAll();
    const told = world.triggers.signals.slice(before).map(({ data }) => alertIn(data).status);
    expect(told).not.toContain("triggered");
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("pages again where the person chose that, as the fallback user where PagerDuty does not know them", async () => {
    await dismiss();
    await undo("page", { by: EVE });
    expect(alert.status).toBe("triggered");
    expect(writes().slice(-2)).toEqual([
      "PUT /incidents/P1 eve@elsewhere.example",
      "PUT /incidents/P1 bot@example.com",
    ]);
  });

  it("acknowledges in nobody else's name: the card says that it was not reopened and why", async () => {
    await dismiss();
    await undo("acknowledge", { by: EVE });
    expect(alert.status).toBe("resolved");
    const [known] = await world.alerts(incidentId);
    expect(known?.closing).toMatchObject({ state: "reopen_failed", problem: expect.stringContaining("no user") });
    expect(alertIn(signalsTo(incidentId, "alert_changed").at(-1)?.data ?? "").closing.state).toBe("reopen_failed");
  });

  it.each(REOPEN_CHOICES)(
    "keeps a resolve that still waits from going out, so that nothing is reopened (%s)",
    async (how) => {
      world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 503, body: {} });
      await dismiss();
      expect((await undo(how)).status).toBe(200);
      await world.advance(10 * MINUTE);
      await world.confirmAll();
      expect(alert.status).toBe("triggered");
      expect((await world.alerts(incidentId))[0]?.closing).toEqual({ state: "none" });
    },
  );

  it("looks whether a resolve that failed took effect after all, and brings that back", async () => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 500, body: {} });
    await dismiss();
    // The answer was lost and not the resolve.
    alert.status = "resolved";
    await undo("acknowledge");
    expect(alert.status).toBe("acknowledged");
    await world.advance(5 * MINUTE);
    expect(alert.status).toBe("acknowledged");
    expect(writes()).toHaveLength(2);
  });

  it.each(["is taken off the incident", "is left over when it is resolved"])(
    "gives an alert that %s before it is back a triage of its own",
    async (how) => {
      await dismiss();
      world.pagerduty.fail({ method: "GET", path: /P1$/, status: 503, body: {} });
      await undo("page");
      if (how.startsWith("is taken")) {
        await world.call("detach", { requestId: "d1", incidentId, alertIds: ["P1"], by: BEN, at: START });
      } else {
        const decision = decisionOf(incidentId, "create", { id: "Fx-2" });
        await world.call("decide", { phase: "applied", decision });
        const request = { requestId: "r1", incidentId, by: BEN, at: START, summary: "" };
        await world.call("resolve", { ...request, resolveAlertIds: [], setAsideAlertIds: [] });
      }
      await world.advance(5 * MINUTE);
      await world.confirmAll();
      expect(alert.status).toBe("triggered");
      const own = world.triggers.triages.at(-1)?.incident_id ?? "";
      expect(own).not.toBe(incidentId);
      expect((await world.alerts(own)).map(({ id, relation }) => [id, relation])).toEqual([["P1", "attached"]]);
    },
  );

  it("tries again while PagerDuty is out of order and says so; after an hour it gives up", async () => {
    await dismiss();
    world.pagerduty.fail({ method: "GET", path: /P1$/, status: 503, body: {}, times: 9_999 });
    await undo("page");
    expect((await world.alerts(incidentId))[0]?.closing).toMatchObject({ state: "reopen_wanted", as: "triggered" });
    expect((await world.alerts(incidentId))[0]?.closing).toHaveProperty("problem");
    await world.advance(HOUR + SECOND);
    await world.confirmAll();
    expect((await world.alerts(incidentId))[0]?.closing).toMatchObject({ state: "reopen_failed", as: "triggered" });
    expect(writes()).toHaveLength(1);
  });

  it("does not reopen what is open again already", async () => {
    await dismiss();
    alert.status = "triggered";
    await undo("acknowledge");
    expect(writes()).toHaveLength(1);
    expect((await timeline()).find(({ what }) => what === "alert.not_reopened")?.why).toBe("already_open");
  });

  it("dismissed again before PagerDuty could be told, it stays resolved", async () => {
    await dismiss();
    world.pagerduty.fail({ method: "GET", path: /P1$/, status: 503, body: {} });
    await undo("page");
    const again = decisionOf(incidentId, "dismiss", { id: "Fx-second" });
    expect((await world.call("decide", { phase: "applied", decision: again })).status).toBe(200);
    await world.advance(5 * MINUTE);
    await world.confirmAll();
    expect(alert.status).toBe("resolved");
    expect(await statusOf()).toBe("dismissed");
  });

  it("while the resolve is just on its way, brings back what that resolves: late news of it is none", async () => {
    const release = world.pagerduty.hold(/\/incidents\/P1$/);
    await world.call("decide", { phase: "applied", decision: DISMISSAL() });
    await vi.waitUntil(() => writes().length === 1);
    const reads = () => world.pagerduty.calls.filter((call) => call === "GET /incidents/P1").length;
    const asked = { requestId: "undo1", incidentId, command: "undo", decisionId: `Fx-${incidentId}`, by: BEN } as const;
    expect((await world.call("undo", { ...asked, at: world.clock.now(), inPagerduty: "page" })).status).toBe(200);
    // What brings it back waits for that, whichever companion has it in hand.
    const jobs = await world.store.transaction((tx) => tx.dueJobs(["pagerduty_reopen"], world.clock.now(), 9));
    expect([jobs, reads()]).toEqual([[], 0]);
    release();
    await world.confirmAll();
    expect(writes()).toHaveLength(2);
    expect(alert.status).toBe("triggered");
    expect((await world.alerts(incidentId))[0]).toMatchObject({ status: "triggered", closing: { state: "none" } });
  });

  it("while the resolve is just failing, has it tried no more", async () => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 503, body: {}, times: 9_999 });
    const release = world.pagerduty.hold(/\/incidents\/P1$/);
    await world.call("decide", { phase: "applied", decision: DISMISSAL() });
    await vi.waitUntil(() => writes().length === 1);
    const asked = { requestId: "undo1", incidentId, command: "undo", decisionId: `Fx-${incidentId}`, by: BEN } as const;
    await world.call("undo", { ...asked, at: world.clock.now(), inPagerduty: "leave" });
    release();
    await world.confirmAll();
    await world.advance(HOUR);
    expect(writes()).toHaveLength(1);
    expect(alert.status).toBe("triggered");
  });

  it("keeps the channel from being archived", async () => {
    await dismiss();
    await undo();
    await world.advance(HOUR);
    expect(signalsTo(incidentId, "archive_due")).toEqual([]);
  });

  it("is done once for one request, and a second person's is declined with a sentence", async () => {
    await dismiss();
    const first = await undo("page");
    expect(await undo("page")).toEqual(first);
    expect(await undo("page", { requestId: "undo2", by: ANN })).toMatchObject({
      status: 409,
      body: { error: "not_closed" },
    });
    expect(writes()).toHaveLength(2);
  });

  it("takes the new place over", async () => {
    await dismiss();
    await undo("leave", { place: placeOf("12") });
    const row = await world.store.transaction((tx) => tx.incident(incidentId));
    expect(row?.place).toEqual(placeOf("12"));
  });
});

describe("an undone decision never applies again", () => {
  it("when it comes again, decided or applied, however late; a new one counts", async () => {
    await dismiss();
    await undo();
    for (const phase of ["decided", "applied"] as const) {
      expect((await world.call("decide", { phase, decision: DISMISSAL() })).status).toBe(200);
    }
    expect(await statusOf()).toBe("triage");
    expect(
      (await world.call("decide", { phase: "decided", decision: decisionOf(incidentId, "create", { id: "Fx-2" }) }))
        .status,
    ).toBe(200);
    expect(await statusOf()).toBe("active");
    await world.call("decide", { phase: "applied", decision: DISMISSAL() });
    expect(await statusOf()).toBe("active");
  });

  it("and an undo that came before its decision takes no other one back when it comes again", async () => {
    await undo("leave", { decisionId: "Fx-late" });
    await world.call("decide", { phase: "decided", decision: decisionOf(incidentId, "create", { id: "Fx-2" }) });
    expect((await undo("leave", { decisionId: "Fx-late" })).status).toBe(200);
    expect(await statusOf()).toBe("active");
    await world.call("decide", { phase: "applied", decision: { ...DISMISSAL(), id: "Fx-late" } });
    expect(await statusOf()).toBe("active");
  });

  it("when it was about to be sent again to Slack", async () => {
    await world.call("decide", { phase: "decided", decision: DISMISSAL() });
    await world.advance(MINUTE - SECOND);
    await undo();
    await world.advance(HOUR);
    await world.confirmAll();
    expect(signalsTo(incidentId, "apply_decision")).toEqual([]);
  });

  it("when it only arrives after it was undone", async () => {
    expect((await undo()).status).toBe(200);
    expect((await world.call("decide", { phase: "applied", decision: DISMISSAL() })).status).toBe(200);
    await world.confirmAll();
    expect(await statusOf()).toBe("triage");
    expect(alert.status).toBe("triggered");
  });
});

describe("undo of a merge", () => {
  it("gives the alerts back as they are to the source, with its window, and says so on both sides", async () => {
    const target = await openSecond();
    await world.event(world.raise("P3"));
    await world.confirmAll();
    await merge(incidentId, target);
    expect((await undo()).body).toMatchObject({ alertIds: ["P1", "P3"], windowClosesAt: START + 30 * MINUTE });
    expect(await homes(incidentId)).toEqual(["P1 attached", "P3 offered"]);
    expect(await homes(target)).toEqual(["P2 attached"]);
    expect((await timeline(target)).at(-1)).toMatchObject({ what: "incident.gave_back", actor: "slack:U0BEN" });
    expect(signalsTo(incidentId, "alert_changed").map(({ data }) => alertIn(data).id)).toEqual(
      expect.arrayContaining(["P1"]),
    );
    await world.event(world.raise("P4"));
    await world.advance(MINUTE);
    await world.confirmAll();
    const asked = signalsTo(incidentId, "later_alert").at(-1);
    expect(laterIn(asked?.data ?? "{}").alerts.map(({ id }) => id)).toEqual(["P4", "P3"]);
  });

  it("leaves in the target what joined it or was answered there since", async () => {
    const target = await openSecond();
    await world.event(world.raise("P3"));
    await world.confirmAll();
    await merge(incidentId, target);
    await world.event(world.raise("P5", { serviceId: "PSVC2" }));
    await world.call("answer", { incidentId: target, alertIds: ["P3"], answer: "attach", by: ANN, at: START });
    await undo();
    expect(await homes(incidentId)).toEqual(["P1 attached"]);
    expect(await homes(target)).toEqual(["P2 attached", "P3 attached", "P5 offered"]);
  });

  it("finds the alerts where the target was merged further, and either merge can be undone first", async () => {
    const second = await openSecond();
    const third = await openSecond("P9", "PSVC9");
    await merge(incidentId, second);
    await merge(second, third);
    await undo();
    expect(await homes(incidentId)).toEqual(["P1 attached"]);
    expect(await homes(third)).toEqual(["P2 attached", "P9 attached"]);
    await undo("leave", { requestId: "undo2", incidentId: second });
    expect(await homes(second)).toEqual(["P2 attached"]);
    expect(await homes(third)).toEqual(["P9 attached"]);
    expect(await homes(incidentId)).toEqual(["P1 attached"]);
  });

  it("after the target was resolved brings the incident back with its alerts as they are", async () => {
    const target = await openSecond();
    await merge(incidentId, target);
    await world.call("decide", { phase: "applied", decision: decisionOf(target, "create") });
    await world.call("resolve", {
      requestId: "r1",
      incidentId: target,
      by: ANN,
      at: START,
      resolveAlertIds: ["P1", "P2"],
      setAsideAlertIds: [],
      summary: "",
    });
    await world.confirmAll();
    expect((await undo("page")).status).toBe(200);
    expect(alert.status).toBe("resolved");
    expect(await homes(incidentId)).toEqual(["P1 attached"]);
    expect(await statusOf()).toBe("triage");
  });

  it("twice does nothing the second time, and it can be merged again", async () => {
    const target = await openSecond();
    await merge(incidentId, target);
    await undo();
    expect((await undo("leave", { requestId: "undo2" })).status).toBe(409);
    expect(await merge(incidentId, target, { id: "Fx-again" })).toBe(200);
    expect(await homes(target)).toEqual(["P1 attached", "P2 attached"]);
    expect((await undo("leave", { requestId: "undo3", decisionId: "Fx-again" })).status).toBe(200);
    expect(await homes(incidentId)).toEqual(["P1 attached"]);
  });
});

describe("reopening after a resolve", () => {
  async function resolved(setAside: string[] = []) {
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create", { by: EVE }) });
    world.clock.set(START + 5 * MINUTE);
    await world.call("resolve", {
      requestId: "r1",
      incidentId,
      by: ANN,
      at: world.clock.now(),
      resolveAlertIds: ["P1"],
      setAsideAlertIds: setAside,
      summary: "",
    });
    await world.confirmAll();
  }
  const reopen = (how: ReopenChoice = "leave") => undo(how, { command: "reopen", decisionId: "" });

  it("is active again with its first times, its decision and its window; what was set aside stays so", async () => {
    await world.event(world.raise("P2"));
    await resolved(["P2"]);
    expect((await reopen("acknowledge")).body).toMatchObject({ windowClosesAt: START + 30 * MINUTE, windowHeldBy: "" });
    expect(await incident()).toMatchObject({ status: "active", openedAt: START, decidedAt: START, decidedBy: EVE });
    expect(await homes(incidentId)).toEqual(["P1 attached", "P2 set_aside"]);
    expect(alert.status).toBe("acknowledged");
    expect((await timeline()).find(({ what }) => what === "incident.reopened")?.why).toBe("person_reopened");
    await world.event(world.raise("P3"));
    await world.confirmAll();
    expect(world.triggers.triages).toHaveLength(1);
  });

  it("leaves the decision standing: the same one again is no news, another one is told that it stands", async () => {
    await resolved();
    await reopen();
    const same = decisionOf(incidentId, "create", { by: EVE });
    expect((await world.call("decide", { phase: "applied", decision: same })).status).toBe(200);
    const other = decisionOf(incidentId, "dismiss", { id: "Fx-2" });
    expect((await world.call("decide", { phase: "decided", decision: other })).body.stands.id).toBe(same.id);
    expect(await statusOf()).toBe("active");
  });

  it("is not for a dismissed incident, and undo is not for a resolved one", async () => {
    await dismiss();
    expect(await reopen()).toMatchObject({ status: 409, body: { error: "closed" } });
  });

  it("can be resolved again, and that counts", async () => {
    await resolved();
    await reopen("page");
    await world.call("resolve", {
      requestId: "r2",
      incidentId,
      by: ANN,
      at: world.clock.now(),
      resolveAlertIds: ["P1"],
      setAsideAlertIds: [],
      summary: "",
    });
    await world.confirmAll();
    expect(alert.status).toBe("resolved");
    expect(await statusOf()).toBe("resolved");
  });
});

describe("the service's window", () => {
  it("stays with a newer open triage of the service, which the answer names", async () => {
    await dismiss();
    await world.event(world.raise("P2"));
    await world.confirmAll();
    const newer = world.triggers.triages.at(-1)?.incident_id;
    expect((await undo()).body).toMatchObject({ windowClosesAt: 0, windowHeldBy: newer });
    await world.event(world.raise("P3"));
    await world.confirmAll();
    expect(signalsTo(newer ?? "", "later_alert")).toHaveLength(1);
  });

  it("comes back when the newer triage is closed again", async () => {
    await dismiss();
    await world.event(world.raise("P2"));
    await world.confirmAll();
    const newer = world.triggers.triages.at(-1)?.incident_id ?? "";
    await world.call("decide", { phase: "applied", decision: decisionOf(newer, "dismiss") });
    expect((await undo()).body).toMatchObject({ windowClosesAt: START + 30 * MINUTE, windowHeldBy: "" });
  });

  it("that is over stays over", async () => {
    await dismiss();
    await world.advance(30 * MINUTE);
    expect((await undo()).body).toMatchObject({ windowClosesAt: 0, windowHeldBy: "" });
    await world.event(world.raise("P2"));
    await world.confirmAll();
    expect(world.triggers.triages).toHaveLength(2);
  });
});

describe("the preview of an undo", () => {
  const preview = async (by = BEN, id = incidentId) => (await world.call("undoPreview", { incidentId: id, by })).body;

  it("names what is resolved because of it, whom paging again would reach, and whether PagerDuty knows the presser", async () => {
    await dismiss();
    const before = writes();
    const shown = await preview();
    expect(shown.resolved.map(({ id }) => id)).toEqual(["P1"]);
    expect(shown).toMatchObject({
      waiting: [],
      back: [],
      isKnown: true,
      pages: ["Checkout on-call"],
      windowHeldBy: "",
    });
    expect((await preview(EVE)).isKnown).toBe(false);
    expect((await preview({ ...EVE, email: "n@example.com" })).isKnown).toBe(false);
    expect(writes()).toEqual(before);
    expect(await statusOf()).toBe("dismissed");
  });

  it("tells what still waits, what would come back, and who holds the window", async () => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 500, body: {}, times: 9 });
    await dismiss();
    expect((await preview()).waiting.map(({ id }) => id)).toEqual(["P1"]);
    const second = await openSecond();
    const third = await openSecond("P9", "PSVC9");
    await merge(second, third);
    expect((await preview(BEN, second)).back.map(({ id }) => id)).toEqual(["P2"]);
    await world.event(world.raise("P3"));
    await world.confirmAll();
    expect((await preview()).windowHeldBy).toBe(world.triggers.triages.at(-1)?.incident_id);
    expect((await world.call("undoPreview", { incidentId: "inc_none", by: BEN })).status).toBe(404);
  });
});

describe("taking an alert off an open incident", () => {
  const detach = async (alertIds: string[], requestId = "d1") => {
    const answer = await world.call("detach", { requestId, incidentId, alertIds, by: BEN, at: START });
    await world.confirmAll();
    return answer;
  };

  it("gives it a triage of its own, remembers it as separate, and leaves the window where it is", async () => {
    await world.event(world.raise("P2"));
    await world.call("answer", { incidentId, alertIds: ["P2"], answer: "attach", by: ANN, at: START });
    await world.confirmAll();
    expect((await detach(["P2"])).status).toBe(200);
    expect((await detach(["P2"])).status).toBe(200);
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P2"]);
    expect(await homes(incidentId)).toEqual(["P1 attached", "P2 separate"]);
    expect((await timeline()).filter(({ what }) => what === "alert.detached")).toHaveLength(1);
    const attached = await world.call("answer", { incidentId, alertIds: ["P2"], answer: "attach", by: ANN, at: START });
    expect(attached.status).toBe(409);
    await world.event(world.raise("P3"));
    await world.advance(MINUTE);
    await world.confirmAll();
    const asked = signalsTo(incidentId, "later_alert").at(-1);
    expect(laterIn(asked?.data ?? "{}").alerts.map(({ id }) => id)).toEqual(["P3"]);
  });

  it("is declined once the incident is closed", async () => {
    await dismiss();
    expect(await detach(["P1"])).toMatchObject({ status: 409, body: { error: "closed" } });
  });
});

describe("dismissing an incident that took another one in", () => {
  it("dismisses exactly the ticked alerts along; the others get a triage of their own", async () => {
    const second = await openSecond();
    await merge(second, incidentId);
    const third = await openSecond("P3", "PSVC3");
    await merge(third, incidentId);
    const decision = decisionOf(incidentId, "dismiss", { dismissAlertIds: ["P1", "P3"] });
    await world.call("decide", { phase: "applied", decision });
    await world.confirmAll();
    expect(["P1", "P2", "P3"].map((id) => world.pagerduty.incidents.get(id)?.status)).toEqual([
      "resolved",
      "triggered",
      "resolved",
    ]);
    const own = world.triggers.triages.at(-1);
    expect(alertIn(own?.alert ?? "").id).toBe("P2");
    expect(await homes(own?.incident_id ?? "")).toEqual(["P2 attached"]);
    expect(await homes(incidentId)).toEqual(["P1 attached", "P3 attached"]);
  });

  it("undone, brings back what was dismissed along and leaves the others where they went", async () => {
    const second = await openSecond();
    await merge(second, incidentId);
    await world.call("decide", {
      phase: "applied",
      decision: decisionOf(incidentId, "dismiss", { dismissAlertIds: ["P1"] }),
    });
    await world.confirmAll();
    await undo("acknowledge");
    expect(alert.status).toBe("acknowledged");
    expect(await homes(incidentId)).toEqual(["P1 attached"]);
  });
});
