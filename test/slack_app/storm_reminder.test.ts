import { beforeEach, describe, expect, it } from "vitest";
import type { StormReminder } from "../../core/protocol.ts";
import { checkBlocks } from "../../sandbox/slack/blocks.ts";
import { takeStormReminder } from "../../slack-functions/apply_signal/storm_reminder.ts";
import { AT } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

const MINUTE = 60_000;
const REMINDER: StormReminder = {
  id: "storm_1",
  number: "1",
  since: AT - 20 * MINUTE,
  channelId: "CSTORM",
  channelName: "inc-storm-1",
  undecided: 40,
  longestSince: AT - 12 * MINUTE,
  first: Array.from({ length: 8 }, (_, index) => ({
    number: String(index),
    serviceName: "<!channel> <@U0DANA> *bold* ".repeat(4),
    url: "https://acme.slack.com/archives/CSTORM/p1",
  })),
  emails: ["dana@example.com", "gone@example.com"],
  direct: true,
  escalates: true,
};

let fake: FakeApp;
beforeEach(() => {
  fake = fakeApp(AT);
  fake.answers.confirm = { ok: true };
  fake.on("users.lookupByEmail", ({ email }) =>
    email === "dana@example.com" ? { ok: true, user: { id: "U0DANA" } } : { ok: false, error: "users_not_found" },
  );
  fake.on("conversations.history", () => ({
    ok: true,
    messages: fake.made("chat.postMessage").map(({ blocks }) => ({ blocks })),
  }));
});

const take = (sequence: number, patch: Partial<StormReminder> = {}) =>
  takeStormReminder(fake.app, "dlv_1", "storm:storm_1", sequence, JSON.stringify({ ...REMINDER, ...patch }));
const outcomes = () => fake.told.map(({ body }) => (body as { outcome: string }).outcome);

describe("the reminder of a storm", () => {
  it("is one message that mentions whom PagerDuty has, and tells each of them directly where that is due", async () => {
    await take(4);
    const [message, direct, ...more] = fake.made("chat.postMessage");
    expect(more).toEqual([]);
    expect(message).toMatchObject({ channel: "CSTORM" });
    const text = JSON.stringify(message?.["blocks"]);
    expect(text).toContain("<@U0DANA>");
    expect(text).toContain("40 triages of this storm are undecided, the longest for 12 min.");
    expect(text).toContain("PagerDuty is asked to page the next level");
    expect(text).toContain("and 32 more");
    expect(text.replace("<@U0DANA>", "")).not.toMatch(/<!channel>|<@U0DANA>/);
    let counter = 0;
    const checked = checkBlocks(message?.["blocks"] as unknown[], "message", () => `b${(counter += 1)}`);
    expect(checked.ok ? [] : checked).toEqual([]);
    expect(direct).toMatchObject({ channel: "U0DANA", text: expect.stringContaining("<#CSTORM>") as string });
    expect(outcomes()).toEqual(["applied"]);
  });

  it("is posted once, however often its delivery comes", async () => {
    await take(4);
    await take(4);
    expect(fake.made("chat.postMessage")).toHaveLength(2);
    expect(outcomes()).toEqual(["applied", "already_applied"]);
  });

  it("is posted once also where the first run died before it wrote that down", async () => {
    await take(4);
    fake.datastores.clear();
    await take(4);
    expect(fake.made("chat.postMessage")).toHaveLength(2);
    expect(outcomes()).toEqual(["applied", "applied"]);
  });

  it("has no effect where the channel cannot be written to", async () => {
    fake.on("chat.postMessage", () => ({ ok: false, error: "is_archived" }));
    await take(4);
    expect(outcomes()).toEqual(["stale"]);
  });
});
