import { SlackFunctionTester } from "deno-slack-sdk/mod.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CLAIM_VIEW } from "../../slack-functions/claim_triage/blocks.ts";
import claim from "../../slack-functions/claim_triage/handler.ts";
import { applyAnswerOf } from "../../slack-functions/answer_later_alert/handler.ts";
import ask from "../../slack-functions/ask_for_triage_decision/handler.ts";
import {
  CREATE,
  DISMISS_REASON,
  DISMISS_VIEW,
  MERGE_TARGET,
  MERGE_VIEW,
} from "../../slack-functions/ask_for_triage_decision/blocks.ts";
import dismissForm from "../../slack-functions/fill_dismiss_form/handler.ts";
import { RESOLVE_VIEW } from "../../slack-functions/fill_resolve_form/blocks.ts";
import resolveForm from "../../slack-functions/fill_resolve_form/handler.ts";
import { ATTACH, offerBlocks, SET_ASIDE } from "../../slack-functions/offer_later_alert/blocks.ts";
import offer from "../../slack-functions/offer_later_alert/handler.ts";
import resolve from "../../slack-functions/resolve_incident/handler.ts";
import { readAlert, writeAlert } from "../../slack-functions/shared/alerts.ts";
import { applyDecision } from "../../slack-functions/shared/apply_decision.ts";
import { newRecord, readIncident, type RecordPatch, saveIncident } from "../../slack-functions/shared/incidents.ts";
import type { Incident } from "../../core/incident.ts";
import { alert, AT, DANA, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { type FakeSlack, fakeSlack, pressBody } from "./fake_slack.ts";

let fake: FakeApp;
let slack: FakeSlack;

beforeEach(async () => {
  fake = fakeApp(AT);
  slack = await fakeSlack(fake);
  fake.on("users.info", ({ user }) => ({ ok: true, user: { id: user, name: String(user) } }));
});
afterEach(() => slack.close());

const asked = { questionTs: "1.2", questionExecutionId: "Fx1", cardTs: "1.1" };

async function incident(of: Incident, patch: RecordPatch = {}) {
  await writeAlert(fake.app, undefined, alert(), of.id);
  return saveIncident(fake.app, newRecord(of), of, { channelId: "C1", alertIds: ["Q1"], ...asked, ...patch });
}

type Handlers = Readonly<Record<"blockActions" | "viewSubmission", (context: unknown) => Promise<unknown>>>;
type More = Readonly<Record<string, unknown>>;

/** A handler's context. Types of the SDK ask for far more than any handler reads. */
function contextFor(body: More, inputs: More) {
  return { env: slack.env, team_id: "T1", token: "Fx1", inputs: { incident_id: "inc_1", ...inputs }, body, ...body };
}

function press(handler: unknown, user: string, actionId: string, inputs: More = {}) {
  const action = { type: "button", action_id: actionId, block_id: "b" };
  const body = pressBody("Fx1", user, { type: "block_actions", actions: [action] });
  return (handler as Handlers).blockActions({ ...contextFor(body, inputs), action });
}

function submit(handler: unknown, user: string, callbackId: string, values: More, inputs: More = {}) {
  const metadata = JSON.stringify({ questionTs: "1.2" });
  const view = { id: "V1", callback_id: callbackId, private_metadata: metadata, state: { values }, blocks: [] };
  return (handler as Handlers).viewSubmission(
    contextFor(pressBody("Fx1", user, { type: "view_submission", view }), inputs),
  );
}

const create = (user: string) => press(ask, user, CREATE);
const submitDismiss = (user: string) => submit(ask, user, DISMISS_VIEW, dismissal);
const submitMerge = (user: string, target: string) => submit(ask, user, MERGE_VIEW, mergeInto(target));
const submitResolve = (user: string) => submit(resolveForm, user, RESOLVE_VIEW, {});

const dismissal = { [DISMISS_REASON]: { [DISMISS_REASON]: { selected_option: { value: "false_alarm" } } } };
const mergeInto = (id: string) => ({ [MERGE_TARGET]: { [MERGE_TARGET]: { selected_option: { value: id } } } });
const decided = () =>
  slack.completions.filter(({ answer }) => answer === "ok").map(({ outputs }) => outputs["decision"]);
const said = () => fake.made("chat.postEphemeral").map(({ user, text }) => `${String(user)}: ${String(text)}`);

describe("two people at one question", () => {
  it("give one decision, whatever they press and however often", async () => {
    await incident(INCIDENTS.triage);
    await saveIncident(fake.app, newRecord({ ...INCIDENTS.active, id: "inc_2" }), { ...INCIDENTS.active, id: "inc_2" });
    const presses = [
      create("U0DANA"),
      create("U0DANA"),
      submitDismiss("U0RAVI"),
      submitMerge("U0LENA", "inc_2"),
      create("U0MIKA"),
    ];
    const answers = await Promise.all(presses);
    expect(decided()).toHaveLength(1);
    const errors = answers.filter((answer) => answer !== undefined).map((answer) => JSON.stringify(answer));
    const winner = slack.completions.find(({ answer }) => answer === "ok")?.outputs["decided_by"];
    expect(errors).toHaveLength(["U0RAVI", "U0LENA"].filter((user) => user !== winner).length);
    for (const error of errors) expect(error).toMatch(/Somebody else was a moment earlier|already decided/);
  });

  it.each([
    ["question", () => create("U0DANA")],
    ["question", () => submitDismiss("U0DANA")],
    ["question_asked_again", () => press(ask, "U0DANA", CREATE, { asked_by: "U0RAVI" })],
    ["dismiss_button", () => submit(dismissForm, "U0DANA", DISMISS_VIEW, dismissal)],
  ])("leave on record that it was decided through the %s", async (via, decide) => {
    await incident(INCIDENTS.triage);
    await decide();
    expect(slack.completions.map(({ outputs }) => outputs["via"])).toEqual([via]);
  });

  it("and whose form comes in after the decision, before the record shows it, are told by the form", async () => {
    await incident(INCIDENTS.triage);
    await create("U0DANA");
    const answer = JSON.stringify(await submitDismiss("U0RAVI"));
    expect(answer).toContain("Somebody else was a moment earlier, and the channel says what came of it.");
  });

  it("leave the question as it was where slack takes no answer, and whoever pressed is told to press again", async () => {
    await incident(INCIDENTS.triage);
    slack.failCompletions("internal_error", "internal_error");
    await create("U0DANA");
    expect(decided()).toEqual([]);
    expect(JSON.stringify(fake.made("chat.update").at(-1))).toContain('"action_id":"create"');
    expect(said()).toEqual([expect.stringMatching(/^U0DANA: Slack did not take the answer.*Press again/)]);
  });

  it.each([
    ["active", /already decided: it was created by Dana Ortiz/],
    ["merged", /already decided: it was merged by Dana Ortiz/],
    ["dismissed", /already decided: it was dismissed as no incident by Dana Ortiz/],
  ] as const)(
    "whose form was open while it became %s are told by the form, and nothing is completed",
    async (status, why) => {
      await incident(INCIDENTS[status]);
      expect(JSON.stringify(await submitDismiss("U0RAVI"))).toMatch(why);
      expect(JSON.stringify(await submitMerge("U0RAVI", "inc_1"))).toMatch(why);
      await create("U0RAVI");
      expect(said()[0]).toMatch(why);
      expect(slack.completions).toEqual([]);
    },
  );

  it.each(["resolved", "merged", "dismissed"] as const)(
    "who merge into an incident that was %s meanwhile are told by the form and may choose another",
    async (status) => {
      await incident(INCIDENTS.triage);
      const target = { ...INCIDENTS[status], id: "inc_2" };
      await saveIncident(fake.app, newRecord(target), target);
      const answer = await submitMerge("U0DANA", "inc_2");
      expect(JSON.stringify(answer)).toContain("That incident was closed meanwhile. Choose one that is open.");
      expect(slack.completions).toEqual([]);
    },
  );
});

describe("a question that is asked twice", () => {
  /** The messages as they stand, by their timestamps. */
  function messages(): Map<string, string> {
    const standing = new Map<string, string>();
    let count = 0;
    fake.on("chat.postMessage", ({ blocks, text }) => {
      const ts = `5.${(count += 1)}`;
      standing.set(ts, JSON.stringify([blocks, text]));
      return { ok: true, ts };
    });
    fake.on("chat.update", ({ ts, blocks, text }) => {
      standing.set(String(ts), JSON.stringify([blocks, text]));
      return { ok: true };
    });
    return standing;
  }
  const liveIn = (standing: Map<string, string>) =>
    [...standing].filter(([, shown]) => shown.includes('"action_id":"create"'));
  const { createContext } = SlackFunctionTester("ask_for_triage_decision");
  const askNow = () => ask(createContext({ inputs: { incident_id: "inc_1" }, env: slack.env }) as never);
  const decision = { id: "Fx1", incidentId: "inc_1", decision: "create", by: DANA, at: AT, note: "" } as const;

  it("at once, as a delivery that is sent again does, leaves one live question, and one decision none", async () => {
    const standing = messages();
    await incident(INCIDENTS.triage, { questionTs: "", questionExecutionId: "" });
    await Promise.all([askNow(), askNow()]);
    const [[ts] = [""], ...more] = liveIn(standing);
    expect(more).toEqual([]);
    expect((await readIncident(fake.app.slack, "inc_1"))?.questionTs).toBe(ts);
    await applyDecision(fake.app, decision, ts);
    expect(liveIn(standing)).toEqual([]);
  });

  it("while the first one is being decided leaves no live question, whoever writes first", async () => {
    const standing = messages();
    await incident(INCIDENTS.triage);
    await Promise.all([askNow(), applyDecision(fake.app, decision, "1.2")]);
    expect(liveIn(standing)).toEqual([]);
    expect(JSON.stringify([...standing])).toContain("<@U0DANA> created the incident.");
  });

  it("just before the decision of the first one is written has its buttons taken away", async () => {
    const standing = messages();
    const before = await incident(INCIDENTS.triage);
    fake.on("users.info", () => ({ ok: false, error: "user_not_found" }));
    // The step that applies has read the record; then somebody else's question is written down.
    const item = fake.datastores.get("incidents")!.get("inc_1")!;
    const applied = applyDecision(fake.app, decision, "1.2");
    fake.datastores
      .get("incidents")!
      .set("inc_1", { ...item, question_ts: "6.1", revision: before.revision + 1, writer: "x" });
    standing.set("6.1", '"action_id":"create"');
    await applied;
    expect(liveIn(standing)).toEqual([]);
  });
});

describe("two people at one offer", () => {
  const inputs = { alert_ids: '["Q2"]', up_to: "1" };
  const offered = () => writeAlert(fake.app, undefined, alert({ id: "Q2", relation: "offered" }), "inc_1");
  const waiting = { laterIds: ["Q2"], laterCount: 1, unansweredCount: 1, offerTs: "1.2", offerUpTo: 1 };

  it("give one answer, and the message ends with the one that stands", async () => {
    await incident(INCIDENTS.active, waiting);
    await offered();
    await Promise.all([press(offer, "U0DANA", ATTACH, inputs), press(offer, "U0RAVI", SET_ASIDE, inputs)]);
    const [first, ...more] = slack.completions.filter(({ answer }) => answer === "ok");
    expect(more).toEqual([]);
    fake.answers.answer = { ok: true, unanswered: 0, taken: 1, answeredBefore: [] };
    const { answer, answered_by: by } = first!.outputs;
    await applyAnswerOf(fake.app, first!.outputs as never, answer as "attach", by!);
    const last = fake
      .made("chat.update")
      .filter(({ ts }) => ts === "1.2")
      .at(-1);
    const line = answer === "attach" ? `<@${by}> attached it.` : `<@${by}> set it aside.`;
    expect(JSON.stringify(last)).toContain(line);
    expect(JSON.stringify(last)).not.toContain("action_id");
  });

  it("get the buttons back where slack takes no answer, and are told to press again", async () => {
    await incident(INCIDENTS.active, waiting);
    const { alert: shown } = await offered();
    slack.failCompletions("internal_error", "internal_error");
    await press(offer, "U0DANA", ATTACH, inputs);
    const drawn = { alerts: [{ alert: shown }], unanswered: 1, bySetting: 0, isLive: true };
    expect(fake.made("chat.update").at(-1)?.["blocks"]).toEqual(offerBlocks(drawn));
    expect(said()).toEqual([expect.stringMatching(/^U0DANA: Slack did not take the answer.*Press again/)]);
  });

  it("and one alone see that an answer to a closed incident was not taken", async () => {
    await incident(INCIDENTS.active, waiting);
    await offered();
    fake.answers.answer = "This incident is closed.";
    const outputs = { incident_id: "inc_1", alert_ids: '["Q2"]', shown_alert_ids: '["Q2"]', offer_ts: "1.2" };
    await applyAnswerOf(fake.app, outputs, "attach", "U0DANA");
    expect(JSON.stringify(fake.made("chat.update").at(-1))).not.toContain("attached it");
    expect(fake.made("chat.postMessage").at(-1)?.["text"]).toBe("<@U0DANA> This incident is closed.");
  });
});

describe("a form that is sent", () => {
  it("twice resolves once, and the second click is no error", async () => {
    await incident(INCIDENTS.active);
    const answers = await Promise.all([submitResolve("U0DANA"), submitResolve("U0DANA")]);
    expect(answers.filter((answer) => JSON.stringify(answer ?? {}).includes("errors"))).toEqual([]);
    expect(slack.completions.filter(({ answer }) => answer === "ok")).toHaveLength(1);
  });

  it("for an incident that somebody resolved meanwhile says so", async () => {
    await incident(INCIDENTS.resolved);
    expect(JSON.stringify(await submitResolve("U0RAVI"))).toContain("This incident is closed.");
    expect(slack.completions).toEqual([]);
  });

  it("and that slack does not take stays open with what to do", async () => {
    await incident(INCIDENTS.active);
    slack.failCompletions("internal_error", "internal_error");
    expect(JSON.stringify(await submitResolve("U0DANA"))).toContain("nothing was resolved. Press Resolve again");
  });

  it("at once with another is told whose stands, and nothing is said of it in public", async () => {
    await incident(INCIDENTS.resolved);
    const { createContext } = SlackFunctionTester("resolve_incident");
    const inputs = { incident_id: "inc_1", resolved_by: "U0RAVI", ticked_alerts: '["Q1"]' };
    await resolve(createContext({ inputs, env: slack.env }) as never);
    expect(slack.ended()).toEqual({ outputs: { status: "none" } });
    expect(said()).toEqual([expect.stringMatching(/^U0RAVI: Dana Ortiz resolved it a moment earlier/)]);
    expect(fake.made("chat.postMessage")).toEqual([]);
  });

  it("of an alert that was taken off meanwhile leaves it where it went", async () => {
    await incident(INCIDENTS.active);
    const elsewhere = await writeAlert(fake.app, undefined, alert({ told: 9 }), "inc_2");
    const { createContext } = SlackFunctionTester("resolve_incident");
    const inputs = { incident_id: "inc_1", resolved_by: "U0DANA", ticked_alerts: '["Q1"]' };
    await resolve(createContext({ inputs, env: slack.env }) as never);
    expect(slack.ended()).toEqual({ outputs: { status: "resolved" } });
    expect(await readAlert(fake.app.slack, "Q1")).toEqual(elsewhere);
  });

  it("for a triage by hand can be sent again where slack did not take it, with the same claim", async () => {
    const inputs = { title: "Down", service_name: "Checkout", user_id: "U0DANA" };
    const sent = () => submit(claim, "U0DANA", CLAIM_VIEW, {}, inputs);
    slack.failCompletions("internal_error", "internal_error");
    const answer = JSON.stringify(await sent());
    expect(answer).toContain("Send it again in a moment.");
    expect(answer).toContain("Open triage channel");
    await sent();
    const ids = slack.completions.map(({ outputs }) => outputs["incident_id"]);
    expect(new Set(ids).size).toBe(1);
    expect(await readIncident(fake.app.slack, ids[0]!)).toBeUndefined();
  });
});
