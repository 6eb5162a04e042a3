import { beforeEach, describe, expect, it } from "vitest";
import type { Incident } from "../../core/incident.ts";
import type { SignalData } from "../../core/protocol.ts";
import { applySignal } from "../../slack-functions/apply_signal/handler.ts";
import { newRecord, readIncident, type RecordPatch, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { AT, DANA, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

const NOW = AT + 7_200_000;
let fake: FakeApp;
beforeEach(() => {
  fake = fakeApp(NOW);
  fake.on("conversations.info", () => ({ ok: true, channel: { is_archived: false, is_member: true } }));
  fake.on("conversations.history", ({ channel }) => ({
    ok: true,
    messages: fake.made("chat.postMessage").filter((message) => message["channel"] === channel),
  }));
  fake.answers.undo = { ok: true, alertIds: [], windowClosesAt: 0, windowHeldBy: "" };
});

const kept = () => readIncident(fake.app.slack, "inc_1");
const said = () => fake.made("chat.postMessage").map(({ text }) => String(text));

async function onRecord(incident: Incident, patch: RecordPatch = {}): Promise<void> {
  await saveIncident(fake.app, newRecord(incident), incident, { channelId: "C1", cardTs: "1.1", ...patch });
}

async function carryOn(data: SignalData["carry_on"]) {
  const record = await kept();
  return applySignal(fake.app, record!, "carry_on", JSON.stringify(data));
}

const asked = { requestId: "Fr1", incidentId: "inc_1", by: DANA, at: AT + 3_600_000 };
const RESOLVE = { ...asked, what: "resolve", summary: "Rolled back" } as const;
const UNDO = {
  ...asked,
  what: "undo",
  command: "undo",
  decisionId: "Fx1",
  inPagerduty: "leave",
  before: { status: "dismissed", decidedBy: DANA },
} as const;
const REOPEN = {
  ...UNDO,
  command: "reopen",
  decisionId: "",
  before: { status: "resolved", decidedBy: DANA, resolvedBy: DANA },
} as const;

describe("a resolve whose run died", () => {
  it("before the record said so is carried out", async () => {
    await onRecord(INCIDENTS.active, { controlsTs: "1.5" });
    expect(await carryOn(RESOLVE)).toEqual({ outcome: "applied" });
    expect((await kept())?.incident).toMatchObject({ status: "resolved", resolvedBy: DANA, summary: "Rolled back" });
    expect(said()).toEqual([expect.stringContaining("resolved the incident")]);
    expect(fake.made("chat.update").map(({ ts }) => ts)).toEqual(expect.arrayContaining(["1.1", "1.5"]));
  });

  it("after that is shown, and said once however often it is carried on with", async () => {
    await onRecord(INCIDENTS.resolved, { resolveId: "Fr1" });
    await carryOn(RESOLVE);
    await carryOn(RESOLVE);
    expect(JSON.stringify(fake.made("chat.update")[0])).toContain("*Resolved*");
    expect(said()).toHaveLength(1);
  });

  it("is left alone where it was reopened since, or somebody else's resolve stands", async () => {
    await onRecord(INCIDENTS.active, { resolveId: "Fr1" });
    await carryOn(RESOLVE);
    expect((await kept())?.incident.status).toBe("active");
    await onRecord(INCIDENTS.resolved, { resolveId: "Fr2" });
    await carryOn(RESOLVE);
    expect(said()).toEqual([]);
  });
});

describe("an undo whose run died", () => {
  it("before it did anything is carried out, and the question is asked anew", async () => {
    await onRecord(INCIDENTS.dismissed, { decisionId: "Fx1" });
    expect(await carryOn(UNDO)).toEqual({ outcome: "applied", askIncidentId: "inc_1" });
    expect(await kept()).toMatchObject({ incident: { status: "triage" }, undoneDecisionIds: ["Fx1"], decisionId: "" });
    expect(said()).toEqual([expect.stringContaining("took back that it is no incident")]);
  });

  it("half way is carried to its end, and said once however often", async () => {
    await onRecord(INCIDENTS.triage, { undoneDecisionIds: ["Fx1"] });
    await carryOn(UNDO);
    expect(await carryOn(UNDO)).toEqual({ outcome: "applied", askIncidentId: "inc_1" });
    expect(JSON.stringify(fake.made("chat.update")[0])).toContain("*In triage*");
    expect(said()).toHaveLength(1);
    expect(fake.told.map(({ call }) => call)).toContain("undo");
  });

  it("of a merge tells the incident that had it, once", async () => {
    const target = { ...INCIDENTS.active, id: "inc_2", number: "2" };
    await saveIncident(fake.app, newRecord(target), target, { channelId: "C2", cardTs: "2.1" });
    await onRecord(INCIDENTS.triage, { undoneDecisionIds: ["Fx1"] });
    const merge = { ...UNDO, before: { status: "merged", decidedBy: DANA, mergedInto: "inc_2" } } as const;
    await carryOn(merge);
    await carryOn(merge);
    expect(said().filter((text) => text.includes("out of this incident again"))).toHaveLength(1);
    expect(said().filter((text) => text.includes("took it out of the incident"))).toHaveLength(1);
  });

  it("is left alone once it was decided anew", async () => {
    await onRecord(INCIDENTS.dismissed, { decisionId: "Fx2", undoneDecisionIds: ["Fx1"] });
    expect(await carryOn(UNDO)).toEqual({ outcome: "applied" });
    expect((await kept())?.incident.status).toBe("dismissed");
    expect(fake.calls).toEqual([]);
  });

  it("of a resolve reopens that one and no later one", async () => {
    await onRecord(INCIDENTS.resolved);
    await carryOn({ ...REOPEN, at: INCIDENTS.resolved.resolvedAt - 1 });
    expect((await kept())?.incident.status).toBe("resolved");
    expect(await carryOn(REOPEN)).toEqual({ outcome: "applied" });
    expect((await kept())?.incident.status).toBe("active");
  });
});
