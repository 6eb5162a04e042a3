import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Incident } from "../../core/incident.ts";
import claim from "../../slack-functions/claim_triage/handler.ts";
import dismissForm from "../../slack-functions/fill_dismiss_form/handler.ts";
import resolveForm from "../../slack-functions/fill_resolve_form/handler.ts";
import undoForm from "../../slack-functions/fill_undo_form/handler.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import { newRecord, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { OPEN_FORM } from "../../slack-functions/shared/pressed_form.ts";
import { alert, AT, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { type FakeSlack, fakeSlack, pressBody } from "./fake_slack.ts";

let fake: FakeApp;
let slack: FakeSlack;
/** Pointers that are 3 s old. */
let late: ReadonlySet<string>;

beforeEach(async () => {
  fake = fakeApp(AT);
  slack = await fakeSlack(fake);
  late = new Set(["pointer-of-the-button"]);
  fake.on("users.info", ({ user }) => ({
    ok: true,
    user: { id: user, team_id: "T1", name: String(user), is_restricted: user === "U0GUEST" },
  }));
  fake.on("views.open", ({ interactivity_pointer }) =>
    late.has(String(interactivity_pointer))
      ? { ok: false, error: "expired_trigger_id" }
      : { ok: true, view: { id: "V1" } },
  );
});
afterEach(() => slack.close());

type Handler = ((context: unknown) => Promise<unknown>) & {
  readonly blockActions: (context: unknown) => Promise<unknown>;
};

async function incident(of: Incident): Promise<void> {
  await writeAlert(fake.app, undefined, alert(), "inc_1");
  const patch = { channelId: "C1", cardTs: "1.1", alertIds: ["Q1"], questionTs: "1.2", questionExecutionId: "Fx9" };
  await saveIncident(fake.app, newRecord(of), of, patch);
}

const inputs = {
  incident_id: "inc_1",
  user_id: "U0DANA",
  interactivity: { interactivity_pointer: "pointer-of-the-button" },
};
const context = { inputs, team_id: "T1", token: "Fx1", event: { function_execution_id: "Fx1" } };

const begin = (handler: unknown) => (handler as Handler)({ ...context, env: slack.env });
const press = (handler: unknown) => {
  const action = { type: "button", action_id: OPEN_FORM, block_id: OPEN_FORM };
  const body = pressBody("Fx1", "U0DANA", { type: "block_actions", actions: [action] });
  return (handler as Handler).blockActions({ ...context, env: slack.env, body, ...body, action });
};

describe.each([
  ["resolve", resolveForm, INCIDENTS.active, "Resolve in PagerDuty"],
  ["undo", undoForm, INCIDENTS.dismissed, "Undo"],
  ["dismiss", dismissForm, INCIDENTS.triage, "Why not?"],
])("the form of %s, whose workflow took longer to start than its pointer lives", (_, handler, of, words) => {
  it("is offered to the person alone, and opens with the press on that", async () => {
    await incident(of);
    await begin(handler);
    expect(slack.ended()).toEqual({});
    const [offered] = fake.made("chat.postMessage");
    expect(offered).toMatchObject({ channel: "U0DANA", text: "The form could not open in time." });
    expect(JSON.stringify(offered?.["blocks"])).toContain(`"action_id":"${OPEN_FORM}"`);

    await press(handler);
    expect(JSON.stringify(fake.made("views.update"))).toContain(words);
    expect(fake.made("chat.update")).toMatchObject([{ ts: "1.2", text: "The form was opened." }]);
  });

  it("is offered in the incident's channel where the person cannot be written to", async () => {
    await incident(of);
    fake.on("chat.postMessage", ({ channel }) =>
      channel === "U0DANA" ? { ok: false, error: "channel_not_found" } : { ok: true, ts: "9.1" },
    );
    await begin(handler);
    expect(fake.made("chat.postMessage").map(({ channel }) => channel)).toEqual(["U0DANA", "C1"]);
  });

  it("whose second press is late too says to press again, and the button stays", async () => {
    await incident(of);
    late = new Set(["pointer-of-the-button", "pointer-of-U0DANA"]);
    await begin(handler);
    await press(handler);
    expect(fake.made("chat.postEphemeral")).toMatchObject([
      { user: "U0DANA", text: expect.stringMatching(/again\.$/) },
    ]);
    expect(fake.made("chat.update")).toEqual([]);
  });
});

describe("triage by hand, whose second form could not open in time", () => {
  const byHand = (user_id: string) => {
    const given = { ...inputs, title: "Down", service_name: "Checkout", user_id };
    return (claim as unknown as Handler)({ ...context, env: slack.env, inputs: given });
  };

  it("opens without it", async () => {
    await byHand("U0DANA");
    expect(slack.ended().outputs).toMatchObject({ service_name: "Checkout" });
    expect(fake.told.map(({ call }) => call)).toEqual([]);
  });

  it("opens nothing for a guest, who is told why", async () => {
    await byHand("U0GUEST");
    expect(slack.ended().outputs).toMatchObject({ incident_id: "" });
    expect(fake.made("chat.postMessage")).toMatchObject([
      { channel: "U0GUEST", text: expect.stringMatching(/full members/) },
    ]);
  });
});
