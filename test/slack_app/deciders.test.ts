import { beforeEach, describe, expect, it } from "vitest";
import { whyNotDecide } from "../../slack-functions/shared/deciders.ts";
import { AT } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

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

const why = (userId: string) => whyNotDecide(fake.app, "inc_1", userId);

describe("deciding on a service whose setting names a user group", () => {
  beforeEach(() => {
    fake.answers.deciders = { ok: true, group: "S0ONCALL", isOnCall: false };
  });

  it("is for its members", async () => {
    expect(await why("U0RAVI")).toBeUndefined();
    expect(await why("U0DANA")).toMatch(/only the user group S0ONCALL and whoever is on call decide/);
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

it("every full member decides where no group is named", async () => {
  fake.answers.deciders = { ok: true, group: "everyone", isOnCall: false };
  expect(await why("U0DANA")).toBeUndefined();
  expect(fake.told).toMatchObject([{ call: "deciders", body: { incidentId: "inc_1", by: { slackUserId: "U0DANA" } } }]);
});
