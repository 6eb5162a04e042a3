/** Messages that a newer one supersedes: their buttons go, and what people had answered there stays to be read. */
import { SlackFunctionTester } from "deno-slack-sdk/mod.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import ask from "../../slack-functions/ask_for_triage_decision/handler.ts";
import { offerBlocks } from "../../slack-functions/offer_later_alert/blocks.ts";
import { ANSWER_BLOCK, QUESTION_BLOCK } from "../../slack-functions/shared/apply_decision.ts";
import { section } from "../../slack-functions/shared/card.ts";
import { newRecord, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { retireOffer } from "../../slack-functions/shared/later_alerts.ts";
import { alert, AT, INCIDENTS, record } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { type FakeSlack, fakeSlack } from "./fake_slack.ts";

let fake: FakeApp;
beforeEach(() => {
  fake = fakeApp(AT);
});
const edits = (ts: string) => fake.made("chat.update").filter((edit) => edit["ts"] === ts);

describe("the offer of later alerts, once more came", () => {
  const offered = alert({ id: "Q2", relation: "offered" });
  const stands = (blocks: readonly object[]) =>
    fake.on("conversations.replies", () => ({ ok: true, messages: [{ ts: "1.1" }, { ts: "1.5", blocks }] }));
  const retire = () =>
    retireOffer(fake.app, record(INCIDENTS.triage, { cardTs: "1.1", offerTs: "1.5" }), "More came since.");

  it("loses its buttons and says where to go on", async () => {
    stands(offerBlocks({ alerts: [{ alert: offered }], unanswered: 1, bySetting: 0, isLive: true }));
    await retire();
    expect(JSON.stringify(edits("1.5"))).toContain("More came since.");
  });

  it("goes on saying who answered it, where that was all that it asked", async () => {
    const answered = { answer: "attach", by: "U0DANA" } as const;
    stands(offerBlocks({ alerts: [{ alert: offered, answered }], unanswered: 0, bySetting: 0, isLive: false }));
    await retire();
    expect(edits("1.5")).toEqual([]);
  });

  it("loses its buttons where Slack does not show it", async () => {
    fake.on("conversations.replies", () => ({ ok: false, error: "ratelimited" }));
    await retire();
    expect(edits("1.5")).toHaveLength(1);
  });
});

describe("the question, once it is asked anew", () => {
  let slack: FakeSlack;
  beforeEach(async () => {
    slack = await fakeSlack(fake);
    const place = { channelId: "C1", channelName: "inc-1-checkout", channelUrl: "https://acme.slack.com/1" };
    const messages = { cardTs: "1.1", questionTs: "1.2", questionExecutionId: "Fx1" };
    await saveIncident(fake.app, newRecord(INCIDENTS.triage), INCIDENTS.triage, { ...place, ...messages });
    fake.on("conversations.info", () => ({ ok: true, channel: { id: "C1", is_member: true } }));
  });
  afterEach(() => slack.close());
  const askAnew = async (before: object) => {
    fake.on("conversations.history", () => ({ ok: true, messages: [{ ts: "1.2", blocks: [before] }] }));
    const { createContext } = SlackFunctionTester("ask_for_triage_decision");
    await ask(createContext({ inputs: { incident_id: "inc_1" }, env: slack.env }) as never);
    return JSON.stringify(edits("1.2"));
  };

  it("loses its buttons", async () => {
    const edit = await askAnew({ type: "actions", block_id: QUESTION_BLOCK, elements: [] });
    expect(edit).toContain("these buttons were taken away");
  });

  it("goes on saying what was decided before that was taken back", async () => {
    const edit = await askAnew(section(":no_entry_sign: <@U0DANA> dismissed it.", ANSWER_BLOCK));
    expect(edit).toContain("<@U0DANA> dismissed it.");
    expect(edit).toContain("Taken back since, and asked again below.");
    expect(edit).not.toContain("buttons");
  });
});
