import { SlackFunctionTester } from "deno-slack-sdk/mod.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packAlert } from "../../core/alert_packing.ts";
import openTriage from "../../slack-functions/open_triage/handler.ts";
import { readIncident } from "../../slack-functions/shared/incidents.ts";
import { invitePeople, sayUninvited } from "../../slack-functions/shared/invite.ts";
import { alert, AT, INCIDENTS, record } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { type FakeSlack, fakeSlack } from "./fake_slack.ts";

const FEED = "C0FEED";
let fake: FakeApp;
let slack: FakeSlack;

beforeEach(async () => {
  fake = fakeApp(AT);
  slack = await fakeSlack(fake);
  fake.on("auth.test", () => ({ ok: true, user_id: "UBOT" }));
  fake.on("conversations.create", ({ name }) => ({ ok: true, channel: { id: "C1", name } }));
  fake.on("conversations.info", ({ channel }) => ({ ok: true, channel: { id: channel, name: "triage" } }));
  fake.on("users.lookupByEmail", () => ({ ok: true, user: { id: "U0DANA" } }));
});
afterEach(() => slack.close());

/** Opens the triage as the companion's delivery does. */
async function open(
  env: Readonly<Record<string, string>> = { TRIAGE_CHANNEL_ID: FEED },
  serviceName = "Checkout",
  storm: object = {},
  ifKnown = "",
) {
  const { createContext } = SlackFunctionTester("open_triage");
  const inputs = {
    ...{ incident_id: "inc_1", number: "1", title: INCIDENTS.triage.title, service_name: serviceName },
    storm: JSON.stringify(storm),
    if_known: ifKnown,
    ...{ service_id: "PCHECK1", opened_at: new Date(AT).toISOString(), alert: packAlert(alert()), delivery_id: "d1" },
  };
  await openTriage(createContext({ inputs, env: { ...slack.env, ...env } }) as never);
  return slack.ended();
}

const said = (channel: string) =>
  fake
    .made("chat.postMessage")
    .filter((message) => message["channel"] === channel)
    .map(({ text, thread_ts }) => `${thread_ts === undefined ? "" : "in the thread: "}${String(text)}`);
const kept = () => readIncident(fake.app.slack, "inc_1");

describe("where slack lets us make no channel", () => {
  it.each([
    ["restricted_action", /this workspace restricts who may create channels\. Ask a workspace owner/],
    ["missing_scope", /lacks the permission to create channels\. Ask whoever looks after it to deploy it again/],
    ["some_new_error", /Slack refused to create #inc-1-checkout: some_new_error\. Ask whoever looks after/],
  ])("(%s) triage goes on in a thread of the feed, which says what happened and whom to ask", async (error, why) => {
    fake.on("conversations.create", () => ({ ok: false, error }));
    const { outputs } = await open();
    expect(outputs).toEqual({ incident_id: "inc_1", channel_id: FEED });
    const incident = await kept();
    expect(incident).toMatchObject({ channelId: FEED, channelName: "triage", threadTs: incident?.cardTs });
    const reasons = said(FEED).filter((text) => why.test(text));
    expect(reasons).toEqual([expect.stringMatching(/^in the thread: .*Until then triage goes on in this thread\.$/)]);
    for (const method of ["conversations.setTopic", "conversations.setPurpose", "bookmarks.add", "pins.add"]) {
      expect(fake.made(method)).toEqual([]);
    }
  });

  it("the announcement channel stands in for a feed that is archived", async () => {
    fake.on("conversations.create", () => ({ ok: false, error: "restricted_action" }));
    fake.on("conversations.info", ({ channel }) => ({
      ok: true,
      channel: { name: "x", is_archived: channel === FEED },
    }));
    await open({ TRIAGE_CHANNEL_ID: FEED, ANNOUNCE_CHANNEL_ID: "C0ANN" });
    expect(await kept()).toMatchObject({ channelId: "C0ANN" });
  });

  it("and there is no shared channel either, the delivery comes again", async () => {
    fake.on("conversations.create", () => ({ ok: false, error: "restricted_action" }));
    expect((await open({})).error).toContain("Slack refused to create #inc-1-checkout: restricted_action.");
  });

  it.each(["ratelimited", "internal_error"])("only for the moment (%s), the delivery comes again", async (error) => {
    fake.on("conversations.create", () => ({ ok: false, error }));
    expect((await open()).error).toContain(`Slack refused to create #inc-1-checkout: ${error}.`);
    expect(await kept()).toMatchObject({ channelId: "", threadTs: "" });
  });

  it("a second delivery finds the thread and posts nothing again", async () => {
    fake.on("conversations.create", () => ({ ok: false, error: "restricted_action" }));
    await open();
    const before = fake.made("chat.postMessage").length;
    await open();
    expect(fake.made("chat.postMessage")).toHaveLength(before);
  });
});

describe("a storm", () => {
  const storm = { id: "storm_1", number: "1", since: AT, services: 9, channelId: "C7", channelName: "inc-storm-1" };

  it("whose channel somebody archived has its next triage in a channel of its own", async () => {
    fake.on("conversations.info", ({ channel }) => ({ ok: true, channel: { is_archived: channel === "C7" } }));
    fake.on("chat.postMessage", ({ channel }) =>
      channel === "C7" ? { ok: false, error: "is_archived" } : { ok: true, ts: "5.1" },
    );
    await open(undefined, undefined, storm);
    expect(await kept()).toMatchObject({ channelId: "C1", threadTs: "" });
  });

  it("for which slack lets us make no channel is gathered in the feed, which says why", async () => {
    fake.on("conversations.create", () => ({ ok: false, error: "restricted_action" }));
    await open(undefined, undefined, { ...storm, channelId: "", channelName: "" });
    expect(await kept()).toMatchObject({ channelId: FEED, threadTs: expect.stringMatching(/./) as string });
    expect(said(FEED).join("\n")).toMatch(/restricts who may create channels.*Until then triage goes on here\./);
  });
});

describe("a channel's name", () => {
  it("is varied where an archived or private channel holds it that Slack does not list", async () => {
    fake.on("conversations.create", ({ name }) =>
      name === "inc-1-checkout" ? { ok: false, error: "name_taken" } : { ok: true, channel: { id: "C2", name } },
    );
    fake.on("conversations.list", () => ({ ok: true, channels: [] }));
    await open();
    expect(await kept()).toMatchObject({ channelId: "C2", channelName: "inc-1-checkout-2" });
  });

  it("that strangers hold in all its forms does not keep triage from going on", async () => {
    fake.on("conversations.create", () => ({ ok: false, error: "name_taken" }));
    fake.on("conversations.list", () => ({ ok: true, channels: [] }));
    await open();
    expect(await kept()).toMatchObject({ channelId: FEED });
    expect(said(FEED).join("\n")).toContain("all its names are taken by channels that Pager Triage did not make");
  });

  it.each(["🔥🔥", "結帳服務", "Оплата", "---", ""])("is the number alone for a service called %j", async (service) => {
    await open(undefined, service);
    expect(fake.made("conversations.create")).toEqual([{ name: "inc-1", is_private: "false" }]);
  });
});

describe("a triage that is delivered twice at once", () => {
  it("has one channel and one card, whoever was first", async () => {
    const channels: string[] = [];
    fake.on("conversations.create", ({ name }) => {
      if (channels.length > 0) return { ok: false, error: "name_taken" };
      channels.push(String(name));
      return { ok: true, channel: { id: "C1", name } };
    });
    fake.on("conversations.list", () => ({
      ok: true,
      channels: [{ id: "C1", name: channels[0], creator: "UBOT", purpose: { value: "" } }],
    }));
    const posted: { ts: string; blocks: unknown }[] = [];
    fake.on("chat.postMessage", ({ channel, blocks }) => {
      const ts = `5.${posted.length + 1}`;
      if (channel === "C1") posted.push({ ts, blocks });
      return { ok: true, ts };
    });
    fake.on("conversations.history", () => ({ ok: true, messages: posted.toReversed() }));
    fake.on("chat.delete", ({ ts }) => {
      posted.splice(0, posted.length, ...posted.filter((message) => message.ts !== ts));
      return { ok: true };
    });
    await Promise.all([open(), open()]);
    const cards = posted.filter(({ blocks }) => JSON.stringify(blocks).includes("card:inc_1"));
    expect(cards.map(({ ts }) => ts)).toEqual([(await kept())?.cardTs]);
  });
});

describe("people who cannot be brought in", () => {
  it.each([
    ["user_is_restricted", "<@U0DANA> (a guest; a workspace admin has to add them)"],
    ["ura_max_channels", "<@U0DANA> (a guest of one channel; a workspace admin has to change that)"],
    ["user_disabled", "<@U0DANA> (deactivated in Slack; PagerDuty should page somebody else)"],
    ["cant_invite", "<@U0DANA> (Slack lets no app invite them; invite them by hand)"],
    ["user_not_found", "<@U0DANA> (not in this workspace; invite them by hand)"],
    ["surprise", "<@U0DANA> (Slack says surprise; invite them by hand)"],
  ])("are named in the channel with the reason (%s), in one line, and keep nobody else out", async (error, line) => {
    fake.on("users.lookupByEmail", ({ email }) =>
      email === "ghost@example.com"
        ? { ok: false, error: "users_not_found" }
        : { ok: true, user: { id: email === "dana@example.com" ? "U0DANA" : "U0RAVI" } },
    );
    fake.on("conversations.invite", ({ users }) => (users === "U0DANA" ? { ok: false, error } : { ok: true }));
    const paged = ["dana", "ghost", "ravi"].map((name) => ({
      pagerdutyUserId: `P${name}`,
      name: `<!here> ${name}`,
      email: `${name}@example.com`,
    }));
    const uninvited = await invitePeople(fake.app, "C1", paged, undefined);
    await sayUninvited(fake.app, record(INCIDENTS.triage), uninvited);
    const ghost =
      "&lt;!here&gt; ghost (PagerDuty pages them, but no Slack user has that e-mail address; invite them by hand)";
    expect(said("C1")).toEqual([`Could not be brought in here: ${line}, ${ghost}.`]);
    expect(fake.made("conversations.invite").map(({ users }) => users)).toEqual(["U0DANA", "U0RAVI"]);
  });

  it("are nobody where they are in the channel already", async () => {
    fake.on("conversations.invite", () => ({ ok: false, error: "already_in_channel" }));
    expect(await invitePeople(fake.app, "C1", alert().paged, undefined)).toEqual([]);
  });
});

describe("a triage that is over", () => {
  const openIfKnown = () => open(undefined, undefined, undefined, "yes");

  it("opens nothing where no earlier run began it", async () => {
    expect((await openIfKnown()).outputs).toEqual({ incident_id: "", channel_id: "" });
    expect(fake.calls).toEqual([]);
    expect(await kept()).toBeUndefined();
  });

  it("is gone on with where an earlier run died half way", async () => {
    fake.on("chat.postMessage", () => ({ ok: false, error: "internal_error" }));
    expect((await open()).error).toContain("The triage channel could not be opened.");
    fake.on("chat.postMessage", () => ({ ok: true, ts: "9.9" }));
    expect((await openIfKnown()).outputs).toEqual({ incident_id: "inc_1", channel_id: "C1" });
    expect(await kept()).toMatchObject({ cardTs: "9.9" });
  });
});
