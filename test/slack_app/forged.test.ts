import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signedData } from "../../core/signal_signature.ts";
import applySignal from "../../slack-functions/apply_signal/handler.ts";
import ask from "../../slack-functions/ask_for_triage_decision/handler.ts";
import claim from "../../slack-functions/claim_triage/handler.ts";
import dismissForm from "../../slack-functions/fill_dismiss_form/handler.ts";
import resolveForm from "../../slack-functions/fill_resolve_form/handler.ts";
import undoForm from "../../slack-functions/fill_undo_form/handler.ts";
import openFromFeed from "../../slack-functions/open_from_feed/handler.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import { newRecord, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { mayDecide } from "../../slack-functions/shared/people.ts";
import snooze from "../../slack-functions/snooze_triage/handler.ts";
import splitOut from "../../slack-functions/split_out/handler.ts";
import { alert, AT, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { pressBody } from "./fake_slack.ts";

/** What real incidents' ids, sent by somebody who may not, bring about: link triggers show them to everybody. */

let fake: FakeApp;
vi.mock(import("../../slack-functions/shared/app.ts"), async (original) => ({
  ...(await original()),
  openApp: () => fake.app,
  openAppForClick: () => fake.app,
}));
vi.mock(import("../../slack-functions/shared/slack.ts"), async (original) => ({
  ...(await original()),
  createSlack: () => fake.app.slack,
}));

const KINDS: Readonly<Record<string, object>> = {
  U0GUEST: { is_restricted: true },
  U0ULTRA: { is_ultra_restricted: true },
  U0STRANGER: { is_stranger: true },
  U0OTHER: { team_id: "T2" },
  U0GONE: { deleted: true },
  U0BOT: { is_bot: true },
  U0DANA: {},
};
const OUTSIDERS = [...Object.keys(KINDS).filter((id) => id !== "U0DANA"), "U0NOBODY", ""];
const STATUSES = ["triage", "active", "dismissed", "merged", "resolved"] as const;

beforeEach(async () => {
  fake = fakeApp(AT);
  vi.spyOn(console, "warn").mockReturnValue(undefined);
  fake.on("users.info", ({ user }) => {
    const kind = KINDS[String(user)];
    return kind ? { ok: true, user: { id: user, team_id: "T1", ...kind } } : { ok: false, error: "user_not_found" };
  });
  fake.on("views.open", () => ({ ok: true, view: { id: "V1" } }));
  fake.on("conversations.info", () => ({ ok: true, channel: { is_archived: false, is_member: true } }));
  for (const status of STATUSES) {
    const incident = { ...INCIDENTS[status], id: `inc_${status}` };
    await writeAlert(fake.app, undefined, alert({ closing: { state: "failed", problem: "no" } }), incident.id);
    const place = { channelId: "C1", threadTs: "1.0", cardTs: "1.1", alertIds: ["Q1"] };
    await saveIncident(fake.app, newRecord(incident), incident, place);
  }
});
afterEach(() => vi.restoreAllMocks());

const kept = () => JSON.stringify([...fake.datastores].map(([name, items]) => [name, [...items]]));
const interactivity = { interactivity_pointer: "p", interactor: { id: "U0DANA", secret: "" } };

function run(handler: unknown, inputs: object): Promise<object> {
  const context = { inputs, env: {}, team_id: "T1", token: "Fx1", event: { function_execution_id: "Fx1" } };
  return (handler as (given: unknown) => Promise<object>)(context);
}

type Form = { viewSubmission(context: unknown): Promise<object | undefined> };

function send(form: unknown, inputs: object, user: string, callback_id: string, status: string): Promise<unknown> {
  const view = { callback_id, blocks: [], state: { values: {} }, private_metadata: JSON.stringify({ status }) };
  const body = { ...pressBody("Fx1", user), type: "view_submission", view };
  return (form as Form).viewSubmission({ inputs, env: {}, team_id: "T1", token: "Fx1", body, view });
}

describe.each(OUTSIDERS)("a link trigger started as %j", (user_id) => {
  it.each([
    ["resolve", resolveForm],
    ["dismiss", dismissForm],
    ["undo", undoForm],
    ["snooze", snooze],
    ["split out", splitOut],
  ] as const)("%s: does nothing with any incident and offers no form that can be sent", async (_, handler) => {
    const before = kept();
    for (const status of STATUSES) {
      await run(handler, { incident_id: `inc_${status}`, user_id, until: "4h", interactivity });
    }
    expect(kept()).toBe(before);
    expect(fake.told).toEqual([]);
    for (const { view } of fake.made("views.update")) expect(view).not.toHaveProperty("submit");
    expect(fake.made("conversations.create")).toEqual([]);
    for (const { channel } of fake.made("chat.postMessage")) expect(channel).toBe(user_id);
  });

  it("opens no triage from the feed, and none by hand where Slack opens no form", async () => {
    await run(openFromFeed, { key: "k", alert_id: "Q1", user_id });
    fake.on("views.open", () => ({ ok: false, error: "expired_trigger_id" }));
    await run(claim, { title: "t", service_name: "Checkout", user_id, interactivity });
    expect(fake.told).toEqual([]);
    for (const { channel } of fake.made("chat.postMessage")) expect(channel).toBe(user_id);
    for (const { user } of fake.made("chat.postEphemeral")) expect(user).toBe(user_id);
  });
});

describe("a form that was opened in somebody else's name", () => {
  it.each([
    ["resolve", resolveForm, "resolve_view", "active"],
    ["try again", resolveForm, "retry_view", "resolved"],
    ["undo", undoForm, "undo_view", "dismissed"],
    ["dismiss", dismissForm, "dismiss_view", "triage"],
  ] as const)("%s: is not taken from whoever may not decide", async (_, form, callback, status) => {
    const before = kept();
    for (const user of OUTSIDERS) {
      const answer = await send(form, { incident_id: `inc_${status}`, user_id: "U0DANA" }, user, callback, status);
      expect(JSON.stringify(answer)).toContain("Only full members");
    }
    fake.answers.deciders = { ok: true, group: "S0ONCALL", isOnCall: false };
    fake.on("usergroups.users.list", () => ({ ok: true, users: ["U0RAVI"] }));
    const answer = await send(form, { incident_id: `inc_${status}`, user_id: "U0RAVI" }, "U0DANA", callback, status);
    expect(JSON.stringify(answer)).toContain("S0ONCALL");
    expect(kept()).toBe(before);
    expect(fake.made("functions.completeSuccess")).toEqual([]);
  });
});

it("asking again needs nobody's right, and changes nothing but where the question stands", async () => {
  await run(ask, { incident_id: "inc_resolved", asked_by: "U0GUEST" });
  expect(fake.made("chat.postMessage")).toEqual([]);
});

describe("a decision that comes through a webhook trigger, whose address somebody may have found out", () => {
  const SECRET = "a-shared-secret-of-our-own";
  const by = { slackUserId: "U0DANA", name: "Dana" };
  const decision = { id: "FxEvil", incidentId: "inc_triage", decision: "dismiss", by, at: AT, note: "" };
  const undo = { what: "undo", requestId: "r1", command: "undo", decisionId: "", by, at: AT, inPagerduty: "page" };
  const forged = [
    ["apply_decision", "inc_triage", { decision }],
    ["carry_on", "inc_dismissed", { ...undo, before: { status: "dismissed", decidedBy: by } }],
    ["carry_on", "inc_active", { what: "resolve", requestId: "r1", by, at: AT, summary: "" }],
    ["decision_refused", "inc_dismissed", { decisionId: "", problem: "p" }],
  ] as const;
  const signal = (kind: string, incident_id: string, data: string) => ({
    ...{ delivery_id: "d1", sequence: "9", kind, incident_id, data },
  });
  beforeEach(() => {
    const settings = { ...fake.app.settings, companion: { url: "https://triage.example.com", secret: SECRET } };
    fake = { ...fake, app: { ...fake.app, settings } };
  });

  it.each(forged)("%s of %s without the companion's signature does nothing", async (kind, incidentId, said) => {
    const before = kept();
    const data = JSON.stringify(said);
    await run(applySignal, signal(kind, incidentId, data));
    const wrong = await signedData(["some-other-secret-0001"], signal(kind, incidentId, data));
    await run(applySignal, signal(kind, incidentId, wrong));
    expect(kept()).toBe(before);
    expect(fake.told).toEqual([]);
    const sentence = expect.stringContaining("did not sign") as string;
    expect(fake.made("functions.completeError")).toMatchObject([{ error: sentence }, { error: sentence }]);
  });

  it("counts with it", async () => {
    const data = await signedData([SECRET], signal("apply_decision", "inc_triage", JSON.stringify({ decision })));
    await run(applySignal, signal("apply_decision", "inc_triage", data));
    expect(kept()).toContain("FxEvil");
  });
});

describe("a form that could not open in time", () => {
  it.each([
    ["resolve", resolveForm],
    ["undo", undoForm],
  ] as const)("%s: is offered to the person who pressed, else in the incident's thread", async (_, handler) => {
    fake.on("views.open", () => ({ ok: false, error: "expired_trigger_id" }));
    await run(handler, { incident_id: "inc_active", user_id: "U0DANA", interactivity });
    expect(fake.made("chat.postMessage").map(({ channel }) => channel)).toEqual(["U0DANA"]);
    fake.on("chat.postMessage", ({ channel }) => (channel === "C1" ? { ok: true } : { ok: false, error: "x" }));
    await run(handler, { incident_id: "inc_active", user_id: "U0DANA", interactivity });
    expect(fake.made("chat.postMessage").at(-1)).toMatchObject({ channel: "C1", thread_ts: "1.0" });
  });
});

it.each([
  ["ratelimited", true],
  ["missing_scope", true],
  ["user_not_found", false],
  ["user_not_visible", false],
])("where Slack answers %s about somebody, may they decide? %s", async (error, may) => {
  fake.on("users.info", () => ({ ok: false, error }));
  expect(await mayDecide(fake.app.slack, "U0DANA", "T1")).toBe(may);
});
