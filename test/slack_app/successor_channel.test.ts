import { beforeEach, describe, expect, it } from "vitest";
import { channelPurpose } from "../../core/channel_name.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import { newRecord, readIncident, saveIncident, type RecordPatch } from "../../slack-functions/shared/incidents.ts";
import { isChannelLost, openSuccessorChannel } from "../../slack-functions/shared/successor_channel.ts";
import { alert, AT, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

const MOVE = { why: "The old channel is archived.", people: ["U0RAVI"] };
let fake: FakeApp;

beforeEach(() => {
  fake = fakeApp(AT);
  fake.on("auth.test", () => ({ ok: true, user_id: "UBOT" }));
  fake.on("conversations.create", ({ name }) => ({ ok: true, channel: { id: "C2", name } }));
  fake.on("users.lookupByEmail", () => ({ ok: true, user: { id: "U0DANA" } }));
});

async function archived(patch: RecordPatch = {}) {
  await writeAlert(fake.app, undefined, alert(), INCIDENTS.triage.id);
  return saveIncident(fake.app, newRecord(INCIDENTS.triage), INCIDENTS.triage, {
    channelId: "C1",
    channelName: "inc-1-checkout",
    cardTs: "1.1",
    questionTs: "1.2",
    questionExecutionId: "Fx1",
    feedTs: "7.7",
    lead: "U0LENA",
    alertIds: ["Q1"],
    archivedAt: AT,
    ...patch,
  });
}

describe("a successor channel", () => {
  it("belongs to the same incident, is named after it, and has a pinned card of its own", async () => {
    const after = await openSuccessorChannel(fake.app, await archived(), MOVE);
    expect(fake.made("conversations.create")).toEqual([{ name: "inc-1-checkout-2", is_private: false }]);
    expect(fake.made("conversations.setPurpose")[0]).toMatchObject({
      channel: "C2",
      purpose: channelPurpose("inc_1", INCIDENTS.triage.title),
    });
    const kept = await readIncident(fake.app.slack, "inc_1");
    expect(kept).toMatchObject({ channelId: "C2", channelName: "inc-1-checkout-2", archivedAt: 0, threadTs: "" });
    expect(kept).toMatchObject({ questionTs: "", questionExecutionId: "", controlsTs: "", cardTs: after.cardTs });
    expect(fake.made("pins.add")).toEqual([{ channel: "C2", timestamp: after.cardTs }]);
    expect(fake.made("bookmarks.add")).toMatchObject([{ channel_id: "C2", link: alert().url }]);
  });

  it("is linked with the old one in both directions, and the feed's line leads to it", async () => {
    await openSuccessorChannel(fake.app, await archived(), MOVE);
    const said = fake.made("chat.postMessage").map(({ channel, text }) => `${String(channel)}: ${String(text)}`);
    expect(said).toContain("C2: This goes on from <#C1>. The old channel is archived.");
    expect(said).toContain("C1: This goes on in <#C2>.");
    const line = fake.made("chat.update").find(({ channel }) => channel === "C0FEED");
    expect(JSON.stringify(line)).toContain("<#C2>");
  });

  it("brings along who is paged, who leads, who asked for it, and whoever can still be seen in the old one", async () => {
    fake.on("conversations.members", () => ({ ok: true, members: ["UBOT", "U0MIKA"] }));
    await openSuccessorChannel(fake.app, await archived(), MOVE);
    const invited = fake.made("conversations.invite").map(({ users }) => users);
    expect(new Set(invited)).toEqual(new Set(["U0DANA", "U0LENA", "U0RAVI", "U0MIKA"]));
  });

  it("is found again by a second run, and never mistakes a stranger's or the old channel for it", async () => {
    const purpose = channelPurpose("inc_1", "x");
    const channel = (id: string, name: string, value: string, creator = "UBOT") => ({
      id,
      name,
      creator,
      purpose: { value },
    });
    const taken = ["inc-1-checkout-2", "inc-1-checkout-3", "inc-1-checkout-4"];
    fake.on("conversations.create", ({ name }) =>
      taken.includes(String(name)) ? { ok: false, error: "name_taken" } : { ok: true, channel: { id: "C9", name } },
    );
    fake.on("conversations.list", () => ({
      ok: true,
      channels: [
        channel("CX", taken[0]!, purpose, "USTRANGER"),
        channel("C1", taken[1]!, purpose),
        channel("C4", taken[2]!, purpose),
      ],
    }));
    const after = await openSuccessorChannel(fake.app, await archived({ channelName: taken[1]! }), MOVE);
    expect(after).toMatchObject({ channelId: "C4", channelName: "inc-1-checkout-4" });
  });
});

describe("a channel is lost", () => {
  it.each([
    ["it was archived by us", { archivedAt: AT }, { ok: true, channel: { is_archived: false, is_member: true } }, true],
    ["a person archived it", {}, { ok: true, channel: { is_archived: true, is_member: false } }, true],
    ["we were put out of it", {}, { ok: true, channel: { is_archived: false, is_member: false } }, true],
    ["it is gone", {}, { ok: false, error: "channel_not_found" }, true],
    ["Slack does not say", {}, { ok: false, error: "ratelimited" }, false],
    ["nothing happened to it", {}, { ok: true, channel: { is_archived: false, is_member: true } }, false],
  ])("when %s", async (_, patch, answer, lost) => {
    const record = await archived({ archivedAt: 0, ...patch });
    fake.on("conversations.info", () => answer);
    expect(await isChannelLost(fake.app, record)).toBe(lost);
  });
});
