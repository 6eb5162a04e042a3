import { SlackFunctionTester } from "deno-slack-sdk/mod.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import offerControls from "../../slack-functions/offer_incident_controls/handler.ts";
import { showResolved } from "../../slack-functions/resolve_incident/resolved.ts";
import { hasBlock } from "../../slack-functions/shared/history.ts";
import { newRecord, readIncident, type RecordPatch, saveIncident } from "../../slack-functions/shared/incidents.ts";
import type { Incident } from "../../core/incident.ts";
import { HandleSignalWorkflow } from "../../workflows/handle_signal.ts";
import { UndoTriageWorkflow } from "../../workflows/undo_triage.ts";
import { AT, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { type FakeSlack, fakeSlack } from "./fake_slack.ts";

type Message = Record<string, unknown>;

let fake: FakeApp;
let slack: FakeSlack;
let messages: Message[];

beforeEach(async () => {
  fake = fakeApp(AT);
  slack = await fakeSlack(fake);
  messages = [];
  fake.on("chat.postMessage", (message) => {
    messages.push({ ...message, ts: `5.${messages.length + 1}` });
    return { ok: true, ts: `5.${messages.length}` };
  });
  fake.on("chat.update", (update) => {
    const at = messages.findIndex(({ ts }) => ts === update["ts"]);
    if (at >= 0) messages[at] = { ...messages[at], ...update };
    return { ok: true };
  });
  fake.on("conversations.history", () => ({ ok: true, messages: messages.toReversed() }));
});
afterEach(() => slack.close());

const onRecord = (of: Incident, patch: RecordPatch = {}) =>
  saveIncident(fake.app, newRecord(of), of, { channelId: "C1", cardTs: "1.1", ...patch });
const kept = () => readIncident(fake.app.slack, "inc_1");
const living = () => messages.filter((message) => hasBlock(message, "controls")).map(({ ts }) => ts);

function offer(inputs: { incident_id: string; active_incident_id?: string }) {
  const { createContext } = SlackFunctionTester("offer_incident_controls");
  return offerControls(createContext({ inputs, env: slack.env }) as never);
}

describe("the controls of an active incident", () => {
  it("are offered after a decision, and where a run only found it active", async () => {
    await onRecord(INCIDENTS.active);
    expect(await offer({ incident_id: "", active_incident_id: "inc_1" })).toEqual({ completed: false });
    expect(await kept()).toMatchObject({ controlsTs: "5.1" });
    await onRecord(INCIDENTS.active, { controlsTs: "" });
    expect(await offer({ incident_id: "inc_1", active_incident_id: "" })).toEqual({ completed: false });
  });

  it("are not offered a second time, nor of what is not active", async () => {
    await onRecord(INCIDENTS.active, { controlsTs: "5.1" });
    await offer({ incident_id: "", active_incident_id: "inc_1" });
    await onRecord(INCIDENTS.triage);
    await offer({ incident_id: "inc_1" });
    expect(messages).toEqual([]);
  });

  it("stand once, where a run died after posting them or two runs offer them at once", async () => {
    await onRecord(INCIDENTS.active);
    await offer({ incident_id: "inc_1" });
    await onRecord(INCIDENTS.active, { controlsTs: "" });
    await offer({ incident_id: "", active_incident_id: "inc_1" });
    expect(living()).toEqual(["5.2"]);
  });

  it("that were posted later by somebody else stay, and these are taken away", async () => {
    await onRecord(INCIDENTS.active);
    const later = { ts: "6.1", blocks: [{ type: "actions", block_id: "controls", elements: [] }] };
    fake.on("conversations.history", () => ({ ok: true, messages: [later, ...messages] }));
    await offer({ incident_id: "inc_1" });
    expect(living()).toEqual([]);
    expect(slack.ended().outputs).toEqual({ incident_id: "inc_1" });
  });

  it("lose their buttons when the incident is resolved, also those that no record knows", async () => {
    await onRecord(INCIDENTS.active);
    await offer({ incident_id: "inc_1" });
    const resolved = await onRecord(INCIDENTS.resolved, { controlsTs: "" });
    await showResolved(fake.app, resolved, { requestId: "Fr1" });
    expect(living()).toEqual([]);
  });
});

describe("the workflow", () => {
  const lastStep = (workflow: { readonly steps: readonly { export(): { inputs: object } }[] }) =>
    workflow.steps.at(-1)?.export();

  it.each([
    ["of a signal", HandleSignalWorkflow, "{{steps.0.active_incident_id}}"],
    ["of second thoughts", UndoTriageWorkflow, "{{steps.1.active_incident_id}}"],
  ])("%s ends with the controls of an incident that is active again", (_of, workflow, from) => {
    expect(lastStep(workflow as never)).toMatchObject({
      function_id: "#/functions/offer_incident_controls",
      inputs: { active_incident_id: from },
    });
  });
});
