import { beforeEach, describe, expect, it, vi } from "vitest";
import { create } from "../../slack-functions/ask_for_triage_decision/actions.ts";
import { answerAll } from "../../slack-functions/offer_later_alert/actions.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import { whyNotDecide } from "../../slack-functions/shared/deciders.ts";
import { newRecord, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { alert, AT, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { pressBody } from "./fake_slack.ts";

vi.mock(import("../../slack-functions/shared/app.ts"), async (original) => ({
  ...(await original()),
  openAppForClick: () => fake.app,
}));

let fake: FakeApp;
beforeEach(() => {
  fake = fakeApp(AT);
  fake.on("users.info", ({ user }) => ({
    ok: true,
    user: {
      id: user,
      team_id: "T1",
      is_restricted: user === "U0GUEST",
      profile: { email: `${String(user)}@example.com` },
    },
  }));
  fake.on("usergroups.users.list", ({ usergroup }) => ({
    ok: true,
    users: usergroup === "S0ONCALL" ? ["U0RAVI"] : [],
  }));
});

const pressContext = (user: string) => ({
  env: {},
  team_id: "T1",
  token: "Fx1",
  inputs: { incident_id: "inc_1" },
  user,
});

const why = (userId: string) => whyNotDecide(fake.app, "inc_1", userId);

describe("deciding on a service whose setting names a user group", () => {
  beforeEach(() => {
    fake.answers.deciders = { ok: true, group: "S0ONCALL", isOnCall: false };
  });

  it("is for its members", async () => {
    expect(await why("U0RAVI")).toBeUndefined();
    expect(await why("U0DANA")).toMatch(/only the user group S0ONCALL and whoever is on call decide/);
    const usergroups = [
      { id: "S0OTHER", handle: "others" },
      { id: "S0ONCALL", handle: "checkout_on-call" },
    ];
    fake.on("usergroups.list", () => ({ ok: true, usergroups }));
    expect(await why("U0DANA")).toMatch(/only @checkout_on-call and whoever is on call decide/);
  });

  it("is for whoever is on call, without asking Slack who is in the group", async () => {
    fake.answers.deciders = { ok: true, group: "S0ONCALL", isOnCall: true };
    expect(await why("U0DANA")).toBeUndefined();
    expect(fake.made("usergroups.users.list")).toEqual([]);
  });

  it("is not for a guest, on call or not", async () => {
    fake.answers.deciders = { ok: true, group: "S0ONCALL", isOnCall: true };
    expect(await why("U0GUEST")).toMatch(/Only full members/);
  });

  it("waits neither for a Slack that does not tell the members nor for a companion that is down", async () => {
    fake.on("usergroups.users.list", () => ({ ok: false, error: "missing_scope" }));
    expect(await why("U0DANA")).toBeUndefined();
    delete fake.answers.deciders;
    expect(await why("U0DANA")).toBeUndefined();
  });
});

it("a press of somebody who may not decide completes nothing, and says why to them alone", async () => {
  fake.answers.deciders = { ok: true, group: "S0ONCALL", isOnCall: false };
  await saveIncident(fake.app, newRecord(INCIDENTS.triage), INCIDENTS.triage, {
    channelId: "C1",
    questionTs: "1.2",
    questionExecutionId: "Fx1",
  });
  const press = (user: string) =>
    create({ ...pressContext(user), body: pressBody("Fx1", user) } as unknown as Parameters<typeof create>[0]);
  await press("U0DANA");
  expect(fake.made("functions.completeSuccess")).toEqual([]);
  expect(fake.made("chat.postEphemeral")).toMatchObject([
    { user: "U0DANA", text: expect.stringContaining("S0ONCALL") as string },
  ]);
  await press("U0RAVI");
  expect(fake.made("functions.completeSuccess")).toHaveLength(1);
});

it("who presses in a channel that they only look at is told directly", async () => {
  fake.answers.deciders = { ok: true, group: "S0ONCALL", isOnCall: false };
  fake.on("chat.postEphemeral", () => ({ ok: false, error: "user_not_in_channel" }));
  const question = { channelId: "C1", questionTs: "1.2", questionExecutionId: "Fx1" };
  await saveIncident(fake.app, newRecord(INCIDENTS.triage), INCIDENTS.triage, question);
  const body = pressBody("Fx1", "U0DANA", { message: { ts: "1.2", thread_ts: "1.0" } });
  await create({ ...pressContext("U0DANA"), body } as unknown as Parameters<typeof create>[0]);
  // Who is a member is told in the thread that the button stands in.
  expect(fake.made("chat.postEphemeral")).toMatchObject([{ channel: "C1", thread_ts: "1.0", user: "U0DANA" }]);
  expect(fake.made("chat.postMessage")).toMatchObject([
    { channel: "U0DANA", text: expect.stringContaining("S0ONCALL") as string },
  ]);
});

it("an answer to a later alert is asked of those who may decide", async () => {
  fake.answers.deciders = { ok: true, group: "S0ONCALL", isOnCall: false };
  const later = alert({ relation: "offered" });
  await writeAlert(fake.app, undefined, later, "inc_1");
  const messages = { channelId: "C1", cardTs: "1.1", offerTs: "1.3", laterIds: [later.id], laterCount: 1 };
  await saveIncident(fake.app, newRecord(INCIDENTS.triage), INCIDENTS.triage, messages);
  const inputs = { incident_id: "inc_1", alert_ids: JSON.stringify([later.id]), up_to: "1" };
  const press = (user: string) => {
    const context = { ...pressContext(user), inputs, body: pressBody("Fx1", user) };
    return answerAll(context as unknown as Parameters<typeof answerAll>[0], "attach");
  };
  await press("U0DANA");
  expect(fake.made("functions.completeSuccess")).toEqual([]);
  expect(fake.made("chat.postEphemeral")).toMatchObject([{ text: expect.stringContaining("S0ONCALL") as string }]);
  await press("U0RAVI");
  expect(fake.made("functions.completeSuccess")).toHaveLength(1);
});

it("every full member decides where no group is named", async () => {
  fake.answers.deciders = { ok: true, group: "everyone", isOnCall: false };
  expect(await why("U0DANA")).toBeUndefined();
  expect(fake.told).toMatchObject([{ call: "deciders", body: { incidentId: "inc_1", by: { slackUserId: "U0DANA" } } }]);
});
