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
