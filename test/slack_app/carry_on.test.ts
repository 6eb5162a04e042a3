import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Incident } from "../../core/incident.ts";
import type { Decision, SignalData } from "../../core/protocol.ts";
import { UNDO_VIEW } from "../../slack-functions/fill_undo_form/blocks.ts";
import undoForm from "../../slack-functions/fill_undo_form/handler.ts";
import { applySignal } from "../../slack-functions/apply_signal/handler.ts";
import { readAlert, writeAlert } from "../../slack-functions/shared/alerts.ts";
import { newRecord, readIncident, type RecordPatch, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { alert, AT, DANA, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { type FakeSlack, fakeSlack, pressBody } from "./fake_slack.ts";

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
    expect(said()).toEqual([expect.stringContaining("took back the dismissal")]);
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
    expect(await carryOn(REOPEN)).toEqual({ outcome: "applied", activeIncidentId: "inc_1" });
    expect((await kept())?.incident.status).toBe("active");
  });

  it("of a resolve whose controls stand already asks for no others", async () => {
    await onRecord(INCIDENTS.active, { controlsTs: "5.1" });
    expect(await carryOn(REOPEN)).toEqual({ outcome: "applied" });
  });
});

describe("a decision whose run died", () => {
  const decide = async (decision: Decision) =>
    applySignal(fake.app, (await kept())!, "apply_decision", JSON.stringify({ decision }));
  const create = { id: "Fx1", incidentId: "inc_1", decision: "create", by: DANA, at: AT, note: "" } as const;
  beforeEach(() => {
    fake.answers.decide = { ok: true, stands: create };
  });

  it("to create the incident ends with its controls, which its run would have offered", async () => {
    await onRecord(INCIDENTS.triage);
    expect(await decide(create)).toEqual({ outcome: "applied", activeIncidentId: "inc_1" });
    await onRecord(INCIDENTS.active, { decisionId: "Fx1", controlsTs: "5.1" });
    expect(await decide(create)).toEqual({ outcome: "applied" });
  });

  it("to dismiss it ends without", async () => {
    await onRecord(INCIDENTS.triage);
    const dismiss = { ...create, decision: "dismiss", reason: "false_alarm" } as const;
    fake.answers.decide = { ok: true, stands: dismiss };
    expect(await decide(dismiss)).toEqual({ outcome: "applied" });
  });
});

describe("taking alerts off, whose run died", () => {
  const DETACH = { ...asked, what: "detach", alertIds: ["Q2"] } as const;
  const relation = async () => (await readAlert(fake.app.slack, "Q2"))?.alert.relation;
  const told = () => fake.told.filter(({ call }) => call === "detach").map(({ body }) => body);
  beforeEach(async () => {
    await onRecord(INCIDENTS.active, { alertIds: ["Q1", "Q2"] });
    for (const id of ["Q1", "Q2"])
      await writeAlert(fake.app, undefined, alert({ id, title: `Failure ${id}` }), "inc_1");
    fake.answers.detach = { ok: true };
  });

  it("before it did anything is carried out", async () => {
    expect(await carryOn(DETACH)).toEqual({ outcome: "applied" });
    expect(await relation()).toBe("separate");
    expect(told()[0]).toMatchObject({ requestId: "Fr1", alertIds: ["Q2"], by: DANA });
    expect(said()).toEqual([expect.stringContaining("Failure Q2")]);
    expect(fake.made("chat.update").map(({ ts }) => ts)).toContain("1.1");
  });

  it("half way is carried to its end, and said once however often", async () => {
    const before = await readAlert(fake.app.slack, "Q2");
    await writeAlert(fake.app, before, alert({ id: "Q2", title: "Failure Q2", relation: "separate" }), "inc_1");
    await carryOn(DETACH);
    await carryOn(DETACH);
    expect(told()[0]).toMatchObject({ alertIds: ["Q2"] });
    expect(said()).toHaveLength(1);
  });

  it("leaves an alert alone that is in its own triage by now", async () => {
    const before = await readAlert(fake.app.slack, "Q2");
    await writeAlert(fake.app, before, alert({ id: "Q2", title: "Failure Q2" }), "inc_2");
    await carryOn(DETACH);
    expect(await readAlert(fake.app.slack, "Q2")).toMatchObject({
      incidentId: "inc_2",
      alert: { relation: "attached" },
    });
    expect(said()).toEqual([expect.stringContaining("Failure Q2")]);
  });

  it("is left alone once the incident is closed", async () => {
    await onRecord(INCIDENTS.resolved, { alertIds: ["Q1", "Q2"] });
    await carryOn(DETACH);
    expect(await relation()).toBe("attached");
    expect(said()).toEqual([]);
  });
});

describe("a form of second thoughts that was sent", () => {
  let slack: FakeSlack;
  const heard: object[] = [];
  beforeEach(async () => {
    slack = await fakeSlack(fake);
    heard.length = 0;
    fake.on("users.info", ({ user }) => ({ ok: true, user: { id: user, name: String(user) } }));
    // Only the companion is asked by this; Slack's client brings its own.
    vi.stubGlobal("fetch", (url: string, { body }: { body: string }) => {
      heard.push({ path: new URL(url).pathname, ...(JSON.parse(body) as object) });
      return Promise.resolve(new Response('{"ok":true}'));
    });
  });
  afterEach(async () => {
    vi.unstubAllGlobals();
    await slack.close();
  });
  const element = { type: "checkboxes", options: [{ value: "Q1" }, { value: "Q2" }] };
  const ticked = { "attached:0": { attached: { selected_options: [{ value: "Q2" }] } } };

  async function send(incident: Incident, values: object) {
    await onRecord(incident, { alertIds: ["Q1", "Q2"], decisionId: "Fx1" });
    const view = {
      ...{ id: "V1", callback_id: UNDO_VIEW, private_metadata: JSON.stringify({ status: incident.status }) },
      ...{ state: { values }, blocks: [{ element }] },
    };
    const body = pressBody("Fd1", "U0DANA", { type: "view_submission", view });
    const env = { ...slack.env, COMPANION_URL: "https://companion.example", COMPANION_SECRET: "secret" };
    const context = { env, team_id: "T1", token: "Fd1", inputs: { incident_id: "inc_1" }, body, view };
    const handler = undoForm as unknown as { viewSubmission(given: unknown): Promise<unknown> };
    expect(await handler.viewSubmission(context)).toBeUndefined();
    return heard.filter((one) => "phase" in one);
  }

  const asked = { phase: "asked", requestId: "Fd1", incidentId: "inc_1" };
  it.each([
    ["a detach", INCIDENTS.active, ticked, { path: "/slack/detachments", alertIds: ["Q2"] }],
    ["an undo", INCIDENTS.dismissed, {}, { path: "/slack/undos", command: "undo", decisionId: "Fx1" }],
    ["a reopening", INCIDENTS.resolved, {}, { path: "/slack/undos", command: "reopen", decisionId: "" }],
  ])("as %s is known to the companion before the next step begins", async (_what, incident, values, expected) => {
    expect(await send(incident, values)).toMatchObject([{ ...asked, ...expected }]);
  });
});
