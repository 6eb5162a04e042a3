import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebClient } from "@slack/web-api";
import { APP } from "../../sandbox/seed.ts";
import { FEED, startHarness, type Harness } from "./harness.ts";

const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });

describe("the Web API", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());
  beforeEach(() => harness.slack.reset());

  const makeChannel = async (name: string) => String((await harness.web.conversations.create({ name })).channel?.id);
  const errorOf = async (call: Promise<unknown>) => {
    try {
      await call;
    } catch (problem) {
      return (problem as { data?: { error?: string } }).data?.error;
    }
    return "nothing was refused";
  };

  it("knows the app's bot by its token, and nobody by another", async () => {
    expect(await harness.web.auth.test()).toMatchObject({ ok: true, user_id: APP.botUserId, bot_id: APP.botId });
    expect(await harness.api("auth.test", {}, "")).toEqual({ ok: false, error: "not_authed" });
    expect(await harness.api("auth.test", {}, "xoxb-other")).toEqual({ ok: false, error: "invalid_auth" });
    const asQuery = await fetch(`${harness.url}/slack/api/auth.test?token=xoxb-sandbox`);
    expect(await asQuery.json()).toMatchObject({ ok: true });
  });

  it("refuses methods and scopes that it or the manifest does not have, and arguments that do not fit", async () => {
    expect(await harness.api("chat.shout")).toMatchObject({ ok: false, error: "unknown_method" });
    expect(await harness.api("toString")).toMatchObject({ ok: false, error: "unknown_method" });
    const missing = await harness.api("usergroups.users.list", { usergroup: "S1" });
    expect(missing).toMatchObject({ ok: false, error: "missing_scope", needed: "usergroups:read" });
    expect(missing["provided"]).toContain("chat:write,channels:manage");
    expect(await harness.api("conversations.info", { channel: 1 })).toMatchObject({
      error: "invalid_arguments",
      response_metadata: { messages: [expect.stringContaining("/channel")] },
    });
  });

  it("keeps messages in a strict order, edits and deletes the app's own", async () => {
    const sent = [];
    for (const text of ["one", "two", "three"]) sent.push(await harness.web.chat.postMessage({ channel: FEED, text }));
    const stamps = sent.map((message) => message.ts ?? "");
    expect([...stamps].sort()).toEqual(stamps);
    expect(new Set(stamps).size).toBe(3);
    await harness.web.chat.update({ channel: FEED, ts: stamps[0] ?? "", text: "uno" });
    await harness.web.chat.delete({ channel: FEED, ts: stamps[1] ?? "" });
    const { messages } = await harness.web.conversations.history({ channel: FEED });
    expect(messages?.map((message) => message.text)).toEqual(["three", "uno"]);
    await harness.post("/sandbox/say", { user: "U0DANA", channel: FEED, text: "mine" });
    const mine = (await harness.workspace()).messages.at(-1)?.ts ?? "";
    expect(await errorOf(harness.web.chat.update({ channel: FEED, ts: mine, text: "yours" }))).toBe(
      "cant_update_message",
    );
    expect(await errorOf(harness.web.chat.delete({ channel: FEED, ts: mine }))).toBe("cant_delete_message");
    expect(await errorOf(harness.web.chat.update({ channel: FEED, ts: "1.000000", text: "?" }))).toBe(
      "message_not_found",
    );
    const long = { channel: FEED, ts: stamps[0] ?? "", text: "x".repeat(4_001) };
    expect(await errorOf(harness.web.chat.update(long))).toBe("msg_too_long");
    expect(await errorOf(harness.web.chat.postMessage({ channel: FEED, text: "" }))).toBe("no_text");
    expect((await harness.web.chat.getPermalink({ channel: FEED, message_ts: stamps[0] ?? "" })).permalink).toContain(
      FEED,
    );
  });

  it.each([
    ["51 blocks", Array.from({ length: 51 }, () => section("x")), "/blocks"],
    ["a text of 3,001 characters", [section("x".repeat(3_001))], "/blocks/0/text/text"],
    ["an unknown block", [{ type: "rainbow" }], "/blocks/0/type"],
    [
      "a button without a text",
      [{ type: "actions", elements: [{ type: "button", action_id: "a" }] }],
      "/blocks/0/elements/0/text",
    ],
  ])("answers invalid_blocks for %s, with the place", async (_, blocks, pointer) => {
    const answer = await harness.api("chat.postMessage", { channel: FEED, text: "t", blocks });
    expect(answer).toMatchObject({ ok: false, error: "invalid_blocks" });
    const { messages } = answer["response_metadata"] as { messages: string[] };
    expect(messages.join("\n")).toContain(`[json-pointer:${pointer}]`);
    expect(await harness.api("blocks.validate", { blocks })).toMatchObject({ error: "invalid_blocks" });
  });

  it("makes channels whose names are good and free, archived ones included", async () => {
    const channel = await makeChannel("inc-1-checkout");
    expect(await errorOf(harness.web.conversations.create({ name: "inc-1-checkout" }))).toBe("name_taken");
    await harness.web.conversations.archive({ channel });
    expect(await errorOf(harness.web.conversations.create({ name: "inc-1-checkout" }))).toBe("name_taken");
    for (const [name, error] of [
      ["", "invalid_name_required"],
      ["Inc", "invalid_name_specials"],
      ["a b", "invalid_name_specials"],
      ["---", "invalid_name_punctuation"],
      ["x".repeat(81), "invalid_name_maxlength"],
    ] as const) {
      expect(await harness.api("conversations.create", { name })).toEqual({ ok: false, error });
    }
  });

  it("puts the app out of an archived channel, and only a person brings it back", async () => {
    const channel = await makeChannel("inc-2");
    await harness.web.conversations.invite({ channel, users: "U0DANA,U0LENA" });
    const { ts = "" } = await harness.web.chat.postMessage({ channel, text: "card" });
    await harness.web.conversations.archive({ channel });
    expect(await errorOf(harness.web.chat.postMessage({ channel, text: "?" }))).toBe("is_archived");
    expect(await errorOf(harness.web.chat.update({ channel, ts, text: "?" }))).toBe("is_inactive");
    expect(await errorOf(harness.web.conversations.archive({ channel }))).toBe("already_archived");
    expect(await errorOf(harness.web.conversations.unarchive({ channel }))).toBe("not_in_channel");
    expect(await errorOf(harness.web.conversations.history({ channel }))).toBe("not_in_channel");
    expect(await errorOf(harness.web.conversations.join({ channel }))).toBe("is_archived");
    expect(await errorOf(harness.web.conversations.invite({ channel, users: "U0MIKA" }))).toBe("is_archived");

    expect((await harness.post("/sandbox/say", { user: "U0DANA", channel, text: "hello" })).status).toBe(400);
    await harness.post("/sandbox/unarchive", { user: "U0DANA", channel });
    expect(await errorOf(harness.web.chat.postMessage({ channel, text: "?" }))).toBe("not_in_channel");
    await harness.post("/sandbox/say", { user: "U0DANA", channel, text: "/invite @pager_triage" });
    await harness.web.chat.postMessage({ channel, text: "back" });
    const texts = (await harness.workspace("U0DANA", channel)).messages.map((message) => message.text);
    expect(texts).toEqual([
      "Pager Triage joined the channel",
      "Dana Ortiz joined the channel",
      "Lena Fischer joined the channel",
      "card",
      "Pager Triage archived the channel",
      "Dana Ortiz unarchived the channel",
      "Pager Triage joined the channel",
      "back",
    ]);
  });

  it("invites people, and says about each why not", async () => {
    const channel = await makeChannel("inc-3");
    const invite = (users: string, force?: boolean) => harness.api("conversations.invite", { channel, users, force });
    expect(await invite("U0DANA")).toMatchObject({ ok: true });
    expect(await invite("U0DANA")).toMatchObject({ error: "already_in_channel" });
    expect(await invite(APP.botUserId)).toMatchObject({ error: "cant_invite_self" });
    expect(await invite("U0NOBODY,U0LENA")).toMatchObject({ error: "user_not_found" });
    expect(await invite("U0DANA,U0LENA", true)).toMatchObject({ ok: true, errors: [{ user: "U0DANA" }] });
    const { members } = await harness.web.conversations.members({ channel });
    expect(members).toEqual([APP.botUserId, "U0DANA", "U0LENA"]);
  });

  it("knows topics, purposes, bookmarks, pins and reactions", async () => {
    const channel = await makeChannel("inc-4");
    await harness.web.conversations.setTopic({ channel, topic: "Down" });
    await harness.web.conversations.setPurpose({ channel, purpose: "key 1" });
    expect(await errorOf(harness.web.conversations.setTopic({ channel, topic: "x".repeat(251) }))).toBe("too_long");
    const { channel: info } = await harness.web.conversations.info({ channel });
    expect(info).toMatchObject({ topic: { value: "Down" }, purpose: { value: "key 1" }, is_member: true });
    const { ts: timestamp = "" } = await harness.web.chat.postMessage({ channel, text: "card" });
    await harness.web.pins.add({ channel, timestamp });
    expect(await errorOf(harness.web.pins.add({ channel, timestamp }))).toBe("already_pinned");
    expect((await harness.web.pins.list({ channel })).items).toHaveLength(1);
    await harness.web.reactions.add({ channel, timestamp, name: "eyes" });
    expect(await errorOf(harness.web.reactions.add({ channel, timestamp, name: "eyes" }))).toBe("already_reacted");
    const link = { channel_id: channel, title: "Runbook", type: "link" as const, link: "https://example.com/run" };
    const { bookmark } = await harness.web.bookmarks.add(link);
    expect(await errorOf(harness.web.bookmarks.add({ ...link, link: "javascript:x" }))).toBe("invalid_link");
    await harness.web.bookmarks.edit({ channel_id: channel, bookmark_id: bookmark?.id ?? "", title: "Book" });
    const [seen] = (await harness.workspace("U0DANA", channel)).channels.filter((one) => one.id === channel);
    expect(seen).toMatchObject({ pinnedTs: [timestamp], bookmarks: [{ title: "Book", link: link.link }] });
  });

  it("finds people and pages through lists to their end", async () => {
    expect((await harness.web.users.lookupByEmail({ email: "Ravi@example.com" })).user?.id).toBe("U0RAVI");
    expect(await errorOf(harness.web.users.lookupByEmail({ email: "no@example.com" }))).toBe("users_not_found");
    expect((await harness.web.users.info({ user: "U0LENA" })).user?.profile?.email).toBe("lena@example.com");
    const names: string[] = [];
    for await (const page of harness.web.paginate("conversations.list", { limit: 2 })) {
      names.push(...((page as { channels?: { name: string }[] }).channels ?? []).map((one) => one.name));
    }
    expect(names).toEqual(["general", "triage-feed", "incidents"]);
  });

  it("shows an ephemeral message to its person alone, and never in the history", async () => {
    await harness.web.chat.postEphemeral({ channel: FEED, user: "U0LENA", text: "psst" });
    expect((await harness.workspace("U0LENA")).messages).toMatchObject([{ text: "psst", isEphemeral: true }]);
    expect((await harness.workspace("U0DANA")).messages).toEqual([]);
    expect((await harness.web.conversations.history({ channel: FEED })).messages).toEqual([]);
    const channel = await makeChannel("inc-5");
    expect(await errorOf(harness.web.chat.postEphemeral({ channel, user: "U0LENA", text: "psst" }))).toBe(
      "user_not_in_channel",
    );
  });

  it("counts what a person has not read, and what mentions them", async () => {
    await harness.web.chat.postMessage({ channel: FEED, text: "for <@U0DANA>" });
    await harness.web.chat.postMessage({ channel: FEED, text: "blocks", blocks: [section("<@U0DANA>, look")] });
    await harness.web.chat.postMessage({ channel: FEED, text: "for all" });
    const feedOf = async (user: string) => (await harness.workspace(user)).channels.find((one) => one.id === FEED);
    expect(await feedOf("U0DANA")).toMatchObject({ unread: 3, mentions: 2 });
    expect(await feedOf("U0LENA")).toMatchObject({ unread: 3, mentions: 0 });
    await harness.post("/sandbox/read", { user: "U0DANA", channel: FEED });
    expect(await feedOf("U0DANA")).toMatchObject({ unread: 0, mentions: 0 });
  });

  it("puts replies into threads", async () => {
    const { ts = "" } = await harness.web.chat.postMessage({ channel: FEED, text: "parent" });
    await harness.web.chat.postMessage({ channel: FEED, text: "child", thread_ts: ts });
    await harness.post("/sandbox/say", { user: "U0DANA", channel: FEED, text: "me too", threadTs: ts });
    const { messages } = await harness.web.conversations.history({ channel: FEED });
    expect(messages).toMatchObject([{ text: "parent", reply_count: 2, thread_ts: ts }]);
    const replies = await harness.web.conversations.replies({ channel: FEED, ts });
    expect(replies.messages?.map((message) => message.text)).toEqual(["parent", "child", "me too"]);
  });

  it("answers 429 with Retry-After once limits are on and used up", async () => {
    await harness.post("/sandbox/slack", { rateLimits: true });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 21; i += 1) {
        const response = await fetch(`${harness.url}/slack/api/conversations.list?token=xoxb-sandbox`);
        statuses.push(response.status);
        if (response.status === 429) expect(response.headers.get("retry-after")).toBe("60");
      }
      expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
      const impatient = new WebClient("xoxb-sandbox", {
        slackApiUrl: `${harness.url}/slack/api/`,
        rejectRateLimitedCalls: true,
      });
      await expect(impatient.conversations.list()).rejects.toThrow("rate-limit");
      harness.clock.advance(60_000);
      expect((await impatient.conversations.list()).ok).toBe(true);
    } finally {
      await harness.post("/sandbox/slack", { rateLimits: false });
    }
  });
});
