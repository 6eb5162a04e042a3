import { beforeEach, describe, expect, it } from "vitest";
import type { Decision } from "../../core/protocol.ts";
import { applyDecision } from "../../slack-functions/shared/apply_decision.ts";
import { newRecord, readIncident, saveIncident, saveRecord } from "../../slack-functions/shared/incidents.ts";
import { context, section } from "../../slack-functions/shared/card.ts";
import { mergeMarker } from "../../slack-functions/shared/merge.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import { handOver, handOverPending } from "../../slack-functions/shared/pending.ts";
import { takeBack } from "../../slack-functions/undo_triage/take_back.ts";
import { alert, AT, DANA, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

let fake: FakeApp;
const NOW = AT + 600_000;
const asked = {
  incidentId: "inc_1",
  command: "undo",
  by: DANA,
  at: NOW,
  requestId: "Fx9",
  inPagerduty: "page",
} as const;
const dismissal: Decision = {
  id: "Fx1",
  incidentId: "inc_1",
  decision: "dismiss",
  by: DANA,
  at: AT,
  note: "",
  reason: "false_alarm",
};
const record = () => readIncident(fake.app.slack, "inc_1");

beforeEach(async () => {
  fake = fakeApp(NOW);
  fake.on("conversations.info", () => ({ ok: true, channel: { is_archived: false, is_member: true } }));
  await saveIncident(fake.app, newRecord(INCIDENTS.dismissed), INCIDENTS.dismissed, {
    channelId: "C1",
    cardTs: "1.1",
    questionTs: "1.2",
    decisionId: "Fx1",
    feedTs: "7.7",
  });
});

describe("a decision taken back in Slack", () => {
  it("is not applied when it comes again, and a new one is", async () => {
    await takeBack(fake.app, asked);
    fake.calls.length = 0;
    await applyDecision(fake.app, dismissal);
    expect(await record()).toMatchObject({
      incident: { status: "triage" },
      decisionId: "",
      undoneDecisionIds: ["Fx1"],
    });
    expect(fake.calls).toEqual([]);
    await applyDecision(fake.app, { ...dismissal, id: "Fx2", decision: "create" });
    expect(await record()).toMatchObject({ incident: { status: "active" }, decisionId: "Fx2" });
    await applyDecision(fake.app, dismissal);
    expect(await record()).toMatchObject({ incident: { status: "active" }, decisionId: "Fx2" });
  });

  it("keeps its record for ever, since it is open again", async () => {
    const before = fake.datastores.get("incidents")?.get("inc_1")?.["expires_at"];
    await takeBack(fake.app, asked);
    const after = fake.datastores.get("incidents")?.get("inc_1")?.["expires_at"];
    expect(Number(after)).toBeGreaterThan(Number(before) + 3_600 * 24 * 365);
  });

  it("is told to the companion in order: what was kept before goes first, and what was chosen for PagerDuty is kept", async () => {
    await handOver(fake.app, "decide", "inc_1", "Fx1", { phase: "applied", decision: dismissal });
    await takeBack(fake.app, asked);
    const kept = [...(fake.datastores.get("pending")?.values() ?? [])];
    expect(kept.map(({ id }) => id)).toEqual(["decide:Fx1", "undo:Fx9"]);
    fake.answers.decide = { ok: true, stands: dismissal };
    fake.answers.undo = { ok: true, alertIds: [], windowClosesAt: 0, windowHeldBy: "" };
    fake.told.length = 0;
    await handOverPending(fake.app);
    expect(fake.told.map(({ call }) => call)).toEqual(["decide", "undo"]);
    expect(fake.told[1]?.body).toMatchObject({ decisionId: "Fx1", inPagerduty: "page", requestId: "Fx9" });
    expect(fake.datastores.get("pending")?.size).toBe(0);
  });

  it("leaves nothing behind to be told again once the companion has answered", async () => {
    fake.answers.undo = { ok: true, alertIds: [], windowClosesAt: AT, windowHeldBy: "" };
    await takeBack(fake.app, asked);
    expect(fake.datastores.get("pending")?.size).toBe(0);
    expect(await record()).toMatchObject({ windowClosesAt: AT });
  });

  it("claims no later alert that waits for an answer: the closing answered for all of them", async () => {
    await saveRecord(fake.app, (await record())!, { laterCount: 4, unansweredCount: 1 });
    await takeBack(fake.app, asked);
    expect(await record()).toMatchObject({ laterCount: 4, unansweredCount: 0 });
  });

  it("is told to the companion once, though it was kept for it before anything was done", async () => {
    fake.answers.undo = { ok: true, alertIds: [], windowClosesAt: AT, windowHeldBy: "" };
    await takeBack(fake.app, asked);
    expect(fake.told.map(({ call }) => call)).toEqual(["undo"]);
  });

  it("twice does nothing the second time", async () => {
    await takeBack(fake.app, asked);
    fake.calls.length = 0;
    expect(await takeBack(fake.app, { ...asked, requestId: "Fx10" })).toBeUndefined();
    expect(fake.calls).toEqual([]);
  });
});

describe("a merge taken back", () => {
  it("leaves a message at the target that promises nothing any more", async () => {
    const { merged } = INCIDENTS;
    const source = await saveIncident(fake.app, newRecord(merged), merged, {
      channelId: "C1",
      cardTs: "1.1",
      decisionId: "Fx1",
      alertIds: ["Q1"],
    });
    const target = { ...INCIDENTS.active, id: "inc_2", number: "2" };
    await saveIncident(fake.app, newRecord(target), target, { channelId: "C2", cardTs: "2.1" });
    await writeAlert(fake.app, undefined, alert(), "inc_2");
    const blocks = [
      section("made it part of this incident", mergeMarker(source, "Fx1")),
      context("Its alerts are resolved in PagerDuty when this incident is."),
      { type: "actions", elements: [] },
    ];
    fake.on("conversations.history", () => ({ ok: true, messages: [{ ts: "2.5", blocks }] }));
    await takeBack(fake.app, asked);
    const edit = JSON.stringify(fake.made("chat.update").find(({ ts }) => ts === "2.5"));
    expect(edit).toContain("made it part of this incident");
    expect(edit).toContain("Taken out again since.");
    expect(edit).not.toContain("Its alerts are resolved");
    expect(edit).not.toContain('"actions"');
  });
});

describe("a dismissal", () => {
  const said = async (patch: Parameters<typeof alert>[0]) => {
    await writeAlert(fake.app, undefined, alert(patch), "inc_1");
    await saveIncident(fake.app, newRecord(INCIDENTS.triage), INCIDENTS.triage, {
      channelId: "C1",
      cardTs: "1.1",
      questionTs: "1.2",
      alertIds: ["Q1"],
    });
    await applyDecision(fake.app, dismissal);
    return JSON.stringify(fake.made("chat.update").find(({ ts }) => ts === "1.2"));
  };

  it("says that PagerDuty is asked to resolve only where something is left to resolve", async () => {
    expect(await said({})).toContain("PagerDuty is asked to resolve its alert");
    fake = fakeApp(NOW);
    expect(await said({ status: "resolved" })).toContain("In PagerDuty it was over already.");
  });
});
