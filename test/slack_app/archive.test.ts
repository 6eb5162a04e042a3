import { beforeEach, describe, expect, it } from "vitest";
import { MINUTE } from "../../core/time.ts";
import { archiveIfQuiet } from "../../slack-functions/apply_signal/signals.ts";
import type { SlackAnswer } from "../../slack-functions/shared/slack.ts";
import { AT, INCIDENTS, record } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

const GRACE = 10 * MINUTE;
const DATA = JSON.stringify({ graceMs: GRACE });
const LATER = { outcome: "postponed", notBefore: AT + GRACE };
let fake: FakeApp;

beforeEach(() => {
  fake = fakeApp(AT);
  fake.on("conversations.history", () => ({ ok: true, messages: [] }));
});

const ts = (at: number) => String(at / 1_000);
const says = (at: number, more = {}) => ({ type: "message", user: "U0DANA", ts: ts(at), ...more });
const archive = (incident = INCIDENTS.dismissed, patch = {}) => archiveIfQuiet(fake.app, record(incident, patch), DATA);
const archived = () => fake.made("conversations.archive");

describe("the channel of a closed incident", () => {
  it("is archived when nobody wrote in it within the grace period", async () => {
    fake.on("conversations.history", () => ({
      ok: true,
      messages: [says(AT - GRACE), says(AT - 1, { bot_id: "B1" }), says(AT - 1, { subtype: "channel_join" })],
    }));
    expect(await archive()).toEqual({ outcome: "applied" });
    expect(archived()).toEqual([{ channel: "C1" }]);
  });

  it.each([
    ["a message", {}],
    ["a file", { subtype: "file_share" }],
  ])("stays for the grace period after %s", async (_, more) => {
    fake.on("conversations.history", () => ({ ok: true, messages: [says(AT - MINUTE, more)] }));
    expect(await archive()).toEqual({ outcome: "postponed", notBefore: AT - MINUTE + GRACE });
    expect(archived()).toEqual([]);
  });

  it("stays for the grace period after a reply in a thread, of which the history tells only that there is one", async () => {
    const parent = says(AT - 60 * MINUTE, { bot_id: "B1", reply_count: 2, latest_reply: ts(AT - 1_000) });
    fake.on("conversations.history", () => ({ ok: true, messages: [parent] }));
    fake.on("conversations.replies", () => ({
      ok: true,
      messages: [parent, says(AT - 2 * MINUTE), says(AT - 1_000, { bot_id: "B1" })],
    }));
    expect(await archive()).toEqual({ outcome: "postponed", notBefore: AT - 2 * MINUTE + GRACE });
    expect(fake.made("conversations.replies")[0]).toMatchObject({ channel: "C1", ts: parent.ts });
  });

  it.each([
    ["conversations.history", "ratelimited"],
    ["conversations.history", "unreachable"],
    ["conversations.archive", "internal_error"],
    ["conversations.archive", "restricted_action"],
  ])("is looked at again later where %s fails with %s", async (method, error) => {
    fake.on(method, (): SlackAnswer => ({ ok: false, error }));
    expect(await archive()).toEqual(LATER);
  });

  it.each(["already_archived", "channel_not_found", "not_in_channel"])(
    "is done with where archiving says %s",
    async (error) => {
      fake.on("conversations.archive", (): SlackAnswer => ({ ok: false, error }));
      expect(await archive()).toEqual({ outcome: "applied" });
    },
  );

  it("is looked at again later where the record does not show yet that it is closed", async () => {
    for (const incident of [INCIDENTS.triage, INCIDENTS.active]) {
      expect(await archiveIfQuiet(fake.app, record(incident), DATA)).toEqual(LATER);
    }
    expect(archived()).toEqual([]);
  });

  it("that is only a thread of a shared channel leaves that one alone", async () => {
    expect(await archive(INCIDENTS.dismissed, { threadTs: "5.5" })).toEqual({ outcome: "applied" });
    expect(archived()).toEqual([]);
  });
});
