import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FEED, startHarness, type Harness } from "./harness.ts";

describe("what people do by themselves", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());
  beforeEach(() => harness.slack.reset());

  const send = (action: string, body: Record<string, unknown>) => harness.post(`/sandbox/${action}`, body);

  it("lets them write only in channels that they are in", async () => {
    const { channel } = await harness.web.conversations.create({ name: "inc-1" });
    const message = { user: "U0LENA", channel: channel?.id, text: "hello" };
    expect(await send("say", message)).toEqual({
      status: 400,
      body: { ok: false, error: "You are not in #inc-1; join it first." },
    });
    await send("join", message);
    expect(await send("say", message)).toEqual({ status: 200, body: { ok: true } });
    const { messages, channels } = await harness.workspace("U0LENA", channel?.id);
    expect(messages.map((one) => [one.text, one.isSystem])).toEqual([
      ["Pager Triage joined the channel", true],
      ["Lena Fischer joined the channel", true],
      ["hello", false],
    ]);
    expect(channels.find((one) => one.id === channel?.id)).toMatchObject({ isMember: true, unread: 0 });
  });

  it("lets a person archive a channel, and bring it back without the app", async () => {
    await send("archive", { user: "U0DANA", channel: FEED });
    const feed = async () => (await harness.workspace()).channels.find((one) => one.id === FEED);
    expect(await feed()).toMatchObject({ isArchived: true });
    expect((await send("archive", { user: "U0DANA", channel: FEED })).status).toBe(400);
    await send("unarchive", { user: "U0DANA", channel: FEED });
    const seen = await feed();
    expect(seen?.isArchived).toBe(false);
    expect(seen?.memberIds).not.toContain("U0TRIAGEBOT");
    expect((await send("archive", { user: "U0DANA", channel: "C0GENERAL" })).status).toBe(400);
  });

  const app = "U0TRIAGEBOT";
  const feed = async () => (await harness.workspace()).channels.find((one) => one.id === FEED);

  it("lets them rename a channel to a free name only", async () => {
    const rename = (name: string) => send("say", { user: "U0DANA", channel: FEED, text: `/rename ${name}` });
    expect((await rename("triage-new")).status).toBe(200);
    expect(await feed()).toMatchObject({ name: "triage-new" });
    expect((await rename("general")).body["error"]).toBe('#triage-new cannot be called "general": name_taken.');
  });

  it("lets them put the app out of a channel, where it can post as everywhere but neither pin nor read", async () => {
    await send("say", { user: "U0DANA", channel: FEED, text: "/remove @pager_triage" });
    expect((await feed())?.memberIds).not.toContain(app);
    expect(await harness.api("conversations.history", { channel: FEED })).toMatchObject({ error: "not_in_channel" });
    expect((await send("say", { user: "U0DANA", channel: FEED, text: "/remove @pager_triage" })).status).toBe(400);
  });

  it("lets them make a channel private, where the app's scopes for public channels count for nothing", async () => {
    await send("make_private", { user: "U0DANA", channel: FEED });
    expect(await harness.api("chat.postMessage", { channel: FEED, text: "hello" })).toMatchObject({ ok: true });
    const answer = await harness.api("conversations.setTopic", { channel: FEED, topic: "x" });
    expect(answer).toMatchObject({ error: "missing_scope", needed: "groups:write" });
  });

  it("lets them delete the app's message, which takes its pin along", async () => {
    const { ts } = await harness.api("chat.postMessage", { channel: FEED, text: "hello" });
    await harness.api("pins.add", { channel: FEED, timestamp: ts });
    await send("delete_message", { user: "U0DANA", channel: FEED, ts });
    expect((await feed())?.pinnedTs).toEqual([]);
    expect(await harness.api("chat.update", { channel: FEED, ts, text: "x" })).toMatchObject({
      error: "message_not_found",
    });
  });

  it.each([
    ["guest", "user_is_restricted", true],
    ["deactivated", "user_disabled", false],
  ])("has a %s whom nobody can invite", async (kind, error, isFound) => {
    const { channel } = await harness.web.conversations.create({ name: "inc-1" });
    await send("person", { person: "U0RAVI", kind });
    const invite = () => harness.api("conversations.invite", { channel: channel?.id, users: "U0RAVI" });
    expect(await invite()).toMatchObject({ ok: false, error });
    expect(await harness.api("users.lookupByEmail", { email: "ravi@example.com" })).toMatchObject({ ok: isFound });
    await send("person", { person: "U0RAVI", kind: "member" });
    expect(await invite()).toMatchObject({ ok: true });
  });

  it("answers a method with an error for as long as it is told to", async () => {
    const create = () => harness.api("conversations.create", { name: "inc-2" });
    await send("slack", { errors: { "conversations.create": "restricted_action" } });
    expect(await create()).toEqual({ ok: false, error: "restricted_action" });
    await send("slack", { errors: {} });
    expect(await create()).toMatchObject({ ok: true });
  });

  it.each([
    ["an unknown person", "say", { user: "U0NOBODY", channel: FEED, text: "x" }, "There is no person U0NOBODY."],
    ["the app itself", "say", { user: "U0TRIAGEBOT", channel: FEED, text: "x" }, "There is no person U0TRIAGEBOT."],
    ["an unknown channel", "join", { user: "U0DANA", channel: "C0NONE" }, "There is no channel C0NONE."],
    ["an empty message", "say", { user: "U0DANA", channel: FEED, text: " " }, "A message needs a text."],
    [
      "a thread that is not there",
      "say",
      { user: "U0DANA", channel: FEED, text: "x", threadTs: "1.0" },
      "There is no such thread.",
    ],
    ["a modal that is not open", "submit", { user: "U0DANA", viewId: "V0" }, "There is no such modal open."],
  ])("refuses %s with a sentence", async (_, action, body, error) => {
    expect(await send(action, body)).toEqual({ status: 400, body: { ok: false, error } });
  });

  it("refuses what is no request at all", async () => {
    const answer = await send("press", { user: "U0DANA" });
    expect(answer.status).toBe(400);
    expect(answer.body["error"]).toMatch(/^The request does not fit: blockId .+\.$/);
    expect((await fetch(`${harness.url}/sandbox/workspace?user=U0NOBODY`)).status).toBe(400);
  });
});
