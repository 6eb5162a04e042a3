import { SlackFunctionTester } from "deno-slack-sdk/mod.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packAlert } from "../../core/alert_packing.ts";
import type { Incident } from "../../core/incident.ts";
import type { SignalKind } from "../../core/protocol.ts";
import applySignal from "../../slack-functions/apply_signal/handler.ts";
import ask from "../../slack-functions/ask_for_triage_decision/handler.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import { applyDecision } from "../../slack-functions/shared/apply_decision.ts";
import { newRecord, readIncident, type RecordPatch, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { inLivingChannel } from "../../slack-functions/shared/living_channel.ts";
import { publish } from "../../slack-functions/shared/publish.ts";
import { openSuccessorChannel } from "../../slack-functions/shared/successor_channel.ts";
import { takeBack } from "../../slack-functions/undo_triage/take_back.ts";
import { alert, AT, DANA, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { type FakeSlack, fakeSlack } from "./fake_slack.ts";

const ARCHIVED = { is_archived: true, is_member: false };
let fake: FakeApp;
let slack: FakeSlack;
/** What conversations.info tells of each channel beside that it is there. */
let channels: Record<string, Readonly<Record<string, unknown>>>;

beforeEach(async () => {
  fake = fakeApp(AT);
  slack = await fakeSlack(fake);
  channels = {};
  fake.on("auth.test", () => ({ ok: true, user_id: "UBOT" }));
  fake.on("conversations.create", ({ name }) => {
    if (channels["C2"]) return { ok: false, error: "name_taken" };
    channels["C2"] = { name, purpose: { value: "" }, creator: "UBOT" };
    return { ok: true, channel: { id: "C2", name } };
  });
  fake.on("conversations.list", () => ({ ok: true, channels: [{ id: "C2", ...channels["C2"] }] }));
  fake.on("conversations.info", ({ channel }) => ({
    ok: true,
    channel: { id: channel, ...channels[String(channel)] },
  }));
  fake.on("users.lookupByEmail", () => ({ ok: true, user: { id: "U0DANA" } }));
});
afterEach(() => slack.close());

async function incident(of: Incident, patch: RecordPatch = {}) {
  await writeAlert(fake.app, undefined, alert(), of.id);
  const place = { channelId: "C1", channelName: "inc-1-checkout", channelUrl: "https://acme.slack.com/1" };
  const messages = { cardTs: "1.1", questionTs: "1.2", questionExecutionId: "Fx1" };
  return saveIncident(fake.app, newRecord(of), of, { ...place, ...messages, alertIds: ["Q1"], ...patch });
}

async function signal(kind: SignalKind, data: object, more: object = {}) {
  const { createContext } = SlackFunctionTester("apply_signal");
  const inputs = { delivery_id: "d1", sequence: "5", incident_id: "inc_1", kind, data: JSON.stringify(data), ...more };
  await applySignal(createContext({ inputs, env: slack.env }) as never);
  return slack.ended();
}

const news = (more: object = {}) => signal("alert_changed", { alert: JSON.parse(packAlert(alert())) as unknown }, more);
const kept = () => readIncident(fake.app.slack, "inc_1");
const said = (channel: string) =>
  fake
    .made("chat.postMessage")
    .filter((message) => message["channel"] === channel)
    .map(({ text }) => String(text));

describe("a channel that a person archived while its incident was open", () => {
  beforeEach(() => {
    channels["C1"] = ARCHIVED;
  });

  it("is left with the next news for a new one, where undecided people are asked anew", async () => {
    await incident(INCIDENTS.triage);
    const { outputs } = await news();
    expect(outputs?.["ask_incident_id"]).toBe("inc_1");
    expect(await kept()).toMatchObject({
      channelId: "C2",
      channelName: "inc-1-checkout-2",
      questionTs: "",
      sequence: 5,
    });
    expect(said("C2").join("\n")).toContain("To end it, decide or resolve it here.");
    await news();
    expect(fake.made("conversations.create")).toHaveLength(1);
  });

  it("is left with the next news for a new one, where an active incident gets its controls again", async () => {
    await incident(INCIDENTS.active, { controlsTs: "1.5" });
    const { outputs } = await news();
    expect(outputs).toMatchObject({ ask_incident_id: "", active_incident_id: "inc_1" });
    expect((await news()).outputs).toMatchObject({ active_incident_id: "" });
  });

  it("is left once, however many notice it at the same time", async () => {
    const record = await incident(INCIDENTS.triage);
    const [first, second] = await Promise.all([inLivingChannel(fake.app, record), inLivingChannel(fake.app, record)]);
    expect(second.cardTs).toBe(first.cardTs);
    expect(said("C2").filter((text) => text.startsWith("This goes on from"))).toHaveLength(1);
  });

  it("is reminded of in the new one", async () => {
    await incident(INCIDENTS.triage);
    const { outputs } = await signal("reminder_due", { number: 1, direct: false, escalates: false });
    expect(said("C2").join("\n")).toContain("Nobody has decided yet");
    expect(outputs?.["ask_incident_id"]).toBe("inc_1");
  });

  it("is left for no new one where no step follows that could ask there: the news comes again, unconfirmed", async () => {
    await incident(INCIDENTS.triage);
    const { outputs } = await news({ is_alone: true });
    expect(outputs).toMatchObject({ ask_incident_id: "" });
    expect(fake.made("conversations.create")).toEqual([]);
    expect(fake.told.filter(({ call }) => call === "confirm")).toEqual([]);
    expect(await kept()).toMatchObject({ channelId: "C1" });
  });

  it("is waited out by news that comes while somebody takes back what was archived and moves it", async () => {
    await incident(INCIDENTS.triage, { archivedAt: AT });
    const record = (await kept())!;
    let reads = 0;
    const { call } = fake.app.slack;
    Object.assign(fake.app.slack, {
      call: async (method: string, args: Readonly<Record<string, unknown>>) => {
        const isRead = method === "apps.datastore.get" && args["datastore"] === "incidents";
        if (isRead) reads += 1;
        // The news has seen the old channel once.
        if (isRead && reads === 2)
          await openSuccessorChannel(fake.app, record, { why: "It was archived.", people: [] });
        return call(method, args);
      },
    });
    const { outputs } = await news({ is_alone: true });
    expect(outputs).toMatchObject({ ask_incident_id: "" });
    // The number of what was applied.
    expect(await kept()).toMatchObject({ channelId: "C2", sequence: 5 });
    expect(fake.made("conversations.create")).toHaveLength(1);
  });

  it("has later alerts offered in the new one, once the question stands there", async () => {
    await incident(INCIDENTS.triage, { offerTs: "1.5", offerUpTo: 1, laterCount: 1, unansweredCount: 1 });
    const later = JSON.parse(packAlert(alert({ id: "Q2", relation: "offered" }))) as unknown;
    const data = { laterCount: 1, unanswered: 1, bySetting: 0, attached: 1, alerts: [later], windowClosesAt: AT + 99 };
    const first = await signal("later_alert", data);
    expect(first.outputs).toMatchObject({ ask_incident_id: "inc_1", offer_alert_ids: "[]" });
    const second = await signal("later_alert", data);
    expect(second.outputs).toMatchObject({ ask_incident_id: "", offer_alert_ids: '["Q2"]', delivery_id: "d1" });
    // A rolling window's end moves with its alerts, and the card follows.
    expect(await readIncident(fake.app.slack, "inc_1")).toMatchObject({ windowClosesAt: AT + 99 });
  });

  it("has its question asked in the new one when somebody asks again", async () => {
    await incident(INCIDENTS.triage);
    const { createContext } = SlackFunctionTester("ask_for_triage_decision");
    const inputs = { incident_id: "inc_1", asked_by: "U0DANA" };
    await ask(createContext({ inputs, env: slack.env }) as never);
    const [question] = fake
      .made("chat.postMessage")
      .filter(({ blocks }) => JSON.stringify(blocks).includes('"create"'));
    expect(question).toMatchObject({ channel: "C2" });
  });

  it("is left for a new one when the open form's Create is applied, and the announcement leads there", async () => {
    await incident(INCIDENTS.triage);
    const app = { ...fake.app, settings: { ...fake.app.settings, announceChannelId: "C0ANN" } };
    const decision = { id: "Fx1", incidentId: "inc_1", decision: "create", by: DANA, at: AT, note: "" } as const;
    expect(await applyDecision(app, decision)).toMatchObject({ channelId: "C2" });
    const announced = fake.made("chat.postMessage").find(({ channel }) => channel === "C0ANN");
    expect(JSON.stringify(announced)).toContain("<#C2>");
  });

  it("is left for a new one when another incident is merged into it, which tells of it there", async () => {
    await incident(INCIDENTS.active);
    const source = { ...INCIDENTS.triage, id: "inc_9", number: "9" };
    await saveIncident(fake.app, newRecord(source), source, { channelId: "C9", cardTs: "9.1" });
    const decision = { id: "Fx9", incidentId: "inc_9", decision: "merge", by: DANA, at: AT, note: "" } as const;
    await applyDecision(fake.app, { ...decision, mergeInto: "inc_1" });
    expect(said("C2").join("\n")).toContain("Dana Ortiz merged #9 into this incident.");
  });

  it.each(["merged", "dismissed", "resolved"] as const)("stays where it is once the incident is %s", async (status) => {
    await incident(INCIDENTS[status]);
    await news();
    expect(fake.made("conversations.create")).toEqual([]);
  });

  it("is left for a thread of the feed where no channel can be made, and for nothing where there is none", async () => {
    const record = await incident(INCIDENTS.triage);
    fake.on("conversations.create", () => ({ ok: false, error: "restricted_action" }));
    const nowhere = { ...fake.app, settings: { links: {} } };
    expect(await inLivingChannel(nowhere, record)).toEqual(record);
    const after = await inLivingChannel(fake.app, record);
    expect(after).toMatchObject({ channelId: "C0FEED", threadTs: after.cardTs, questionTs: "" });
    expect(said("C0FEED").join("\n")).toContain("this workspace restricts who may create channels");
  });
});

describe("an undo whose channel is gone", () => {
  it("goes on in a thread of the feed where no new channel can be made", async () => {
    fake.on("conversations.create", () => ({ ok: false, error: "restricted_action" }));
    fake.on("conversations.info", ({ channel }) => ({
      ok: true,
      channel: channel === "C1" ? ARCHIVED : { name: "feed" },
    }));
    await incident(INCIDENTS.dismissed, { archivedAt: AT });
    const asked = {
      incidentId: "inc_1",
      command: "undo",
      requestId: "r1",
      by: DANA,
      at: AT,
      inPagerduty: "leave",
    } as const;
    await takeBack(fake.app, asked);
    const record = await kept();
    expect(record?.incident.status).toBe("triage");
    expect(record).toMatchObject({ channelId: "C0FEED", threadTs: record?.cardTs, archivedAt: 0 });
  });
});

describe("a channel that is still ours", () => {
  it.each([
    ["a person made it private", { is_private: true, is_member: true }],
    ["a person renamed it", { name: "checkout-war-room", is_member: true }],
  ])("is kept although %s", async (_, seen) => {
    channels["C1"] = seen;
    await incident(INCIDENTS.triage);
    const { outputs } = await news();
    expect(outputs).toMatchObject({ ask_incident_id: "" });
    expect(fake.made("conversations.create")).toEqual([]);
    expect(fake.made("chat.update").map(({ channel }) => channel)).toContain("C1");
  });

  it("is left where the app was taken out of it", async () => {
    channels["C1"] = { is_member: false };
    await incident(INCIDENTS.active);
    await news();
    expect(await kept()).toMatchObject({ channelId: "C2" });
  });
});

describe("a card that somebody deleted", () => {
  beforeEach(() =>
    fake.on("chat.update", ({ ts }) => (ts === "1.1" ? { ok: false, error: "message_not_found" } : { ok: true })),
  );

  it("is posted anew with the next news, pinned, and known from then on", async () => {
    await incident(INCIDENTS.active);
    await news();
    const record = await kept();
    expect(record?.cardTs).not.toBe("1.1");
    expect(fake.made("pins.add")).toEqual([{ channel: "C1", timestamp: record?.cardTs }]);
    const cards = fake.made("chat.postMessage").filter(({ blocks }) => JSON.stringify(blocks).includes("card:inc_1"));
    expect(cards).toHaveLength(1);
    await news();
    expect(fake.made("pins.add")).toHaveLength(1);
  });

  it("is posted in its old thread where the incident shares a channel, and the channel gets no pin", async () => {
    await publish(fake.app, await incident(INCIDENTS.active, { threadTs: "1.1" }));
    const card = fake.made("chat.postMessage").find(({ blocks }) => JSON.stringify(blocks).includes("card:inc_1"));
    expect(card).toMatchObject({ thread_ts: "1.1" });
    expect(fake.made("pins.add")).toEqual([]);
  });

  it("is gone for good once the incident is closed", async () => {
    await publish(fake.app, await incident(INCIDENTS.resolved));
    expect(fake.made("chat.postMessage")).toEqual([]);
  });
});

describe("a question that somebody deleted", () => {
  it("is asked again where Buttons not working? is pressed", async () => {
    fake.on("chat.update", ({ ts }) => (ts === "1.2" ? { ok: false, error: "message_not_found" } : { ok: true }));
    await incident(INCIDENTS.triage);
    const { createContext } = SlackFunctionTester("ask_for_triage_decision");
    const answer = await ask(createContext({ inputs: { incident_id: "inc_1" }, env: slack.env }) as never);
    expect(answer).toEqual({ completed: false });
    expect(said("C1").join("\n")).toContain("Is this an incident?");
  });

  it("keeps no decision from being applied", async () => {
    fake.on("chat.update", ({ ts }) => (ts === "1.2" ? { ok: false, error: "message_not_found" } : { ok: true }));
    await incident(INCIDENTS.triage);
    const decision = { id: "Fx1", incidentId: "inc_1", decision: "create", by: DANA, at: AT, note: "" } as const;
    expect((await applyDecision(fake.app, decision))?.incident.status).toBe("active");
  });
});

describe("a feed or announcement channel that cannot be posted in", () => {
  it.each([
    ["is_archived", "its channel is archived. Unarchive it, or set ANNOUNCE_CHANNEL_ID to another channel."],
    ["channel_not_found", "its channel is gone, or private without Pager Triage. Invite Pager Triage there, or set"],
    ["not_in_channel", "Pager Triage is not in its channel. Invite it there, or set"],
  ])("(%s) keeps nothing from going on, and the incident's channel says once what to mend", async (error, why) => {
    const messages: unknown[] = [];
    fake.on("chat.postMessage", (message) => {
      if (message["channel"] === "C0ANN") return { ok: false, error };
      messages.push(message);
      return { ok: true, ts: `8.${messages.length}` };
    });
    fake.on("conversations.history", () => ({ ok: true, messages }));
    const app = { ...fake.app, settings: { ...fake.app.settings, announceChannelId: "C0ANN" } };
    const record = await incident(INCIDENTS.active);
    await publish(app, record, { post: ["announcement"] });
    await publish(app, record, { post: ["announcement"] });
    const lines = said("C1").filter((text) => text.includes("could not be posted"));
    expect(lines).toEqual([expect.stringContaining(`The announcement could not be posted: ${why}`)]);
    expect(fake.made("chat.update").map(({ ts }) => ts)).toContain("1.1");
  });

  it("says so of the feed too, with its own variable", async () => {
    fake.on("chat.postMessage", ({ channel }) =>
      channel === "C0FEED" ? { ok: false, error: "is_archived" } : { ok: true, ts: "8.1" },
    );
    await publish(fake.app, await incident(INCIDENTS.triage), { post: ["feed_line"] });
    expect(said("C1").join()).toContain("The line in the triage feed could not be posted: its channel is archived.");
    expect(said("C1").join()).toContain("TRIAGE_CHANNEL_ID");
  });

  it("is not complained about when slack is only busy", async () => {
    fake.on("chat.postMessage", () => ({ ok: false, error: "ratelimited" }));
    await publish(fake.app, await incident(INCIDENTS.triage), { post: ["feed_line"] });
    expect(said("C1")).toEqual([]);
  });
});
