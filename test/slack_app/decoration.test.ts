import { SlackFunctionTester } from "deno-slack-sdk/mod.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { packAlert } from "../../core/alert_packing.ts";
import type { SignalKind } from "../../core/protocol.ts";
import applySignal from "../../slack-functions/apply_signal/handler.ts";
import openTriage from "../../slack-functions/open_triage/handler.ts";
import { DECORATIONS } from "../../slack-functions/shared/decoration.ts";
import { newRecord, readIncident, type RecordPatch, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { alert, AT, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";
import { type FakeSlack, fakeSlack } from "./fake_slack.ts";

let fake: FakeApp;
let slack: FakeSlack;
/** What the companion was told. */
let confirmed: Readonly<Record<string, unknown>>[];

beforeEach(async () => {
  fake = fakeApp(AT);
  slack = await fakeSlack(fake);
  confirmed = [];
  // Only the companion is asked by this; Slack's client brings its own.
  vi.stubGlobal("fetch", (url: string, { body }: { body: string }) => {
    if (url.endsWith("/confirmations")) confirmed.push(JSON.parse(body) as (typeof confirmed)[number]);
    return Promise.resolve(new Response('{"ok":true}'));
  });
  fake.on("conversations.create", ({ name }) => ({ ok: true, channel: { id: "C1", name } }));
  fake.on("conversations.info", ({ channel }) => ({ ok: true, channel: { id: channel, is_member: true } }));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await slack.close();
});

const kept = () => readIncident(fake.app.slack, "inc_1");
const variables = () => ({
  ...slack.env,
  ...{ TRIAGE_CHANNEL_ID: "C0FEED", COMPANION_URL: "https://companion.example", COMPANION_SECRET: "secret" },
});

async function open() {
  const { createContext } = SlackFunctionTester("open_triage");
  const inputs = {
    ...{ incident_id: "inc_1", number: "1", title: INCIDENTS.triage.title, service_name: "Checkout", sequence: "1" },
    ...{ service_id: "PCHECK1", opened_at: new Date(AT).toISOString(), alert: packAlert(alert()), delivery_id: "d1" },
  };
  await openTriage(createContext({ inputs, env: variables() }) as never);
}

async function signal(kind: SignalKind, data: object) {
  const { createContext } = SlackFunctionTester("apply_signal");
  const inputs = { delivery_id: "d2", sequence: "5", incident_id: "inc_1", kind, data: JSON.stringify(data) };
  await applySignal(createContext({ inputs, env: variables() }) as never);
}

/** The record as a run left it that died before it had dressed the channel. */
const leaveUndone = (patch: RecordPatch = {}) =>
  saveIncident(fake.app, newRecord(INCIDENTS.triage), INCIDENTS.triage, {
    ...{ channelId: "C1", channelName: "inc-1-checkout", channelUrl: "https://acme.slack.com/1", cardTs: "1.1" },
    ...{ alertIds: ["Q1"], undecorated: DECORATIONS, ...patch },
  });
const feedLines = () => fake.made("chat.postMessage").filter(({ channel }) => channel === "C0FEED");
const dressing = () =>
  ["conversations.setPurpose", "conversations.setTopic", "pins.add", "bookmarks.add"].map(
    (method) => fake.made(method).length,
  );

describe("dressing a channel", () => {
  it("is on record as undone before it is done, and as done afterwards", async () => {
    const during: unknown[] = [];
    fake.on("pins.add", () => {
      during.push(fake.datastores.get("incidents")?.get("inc_1")?.["undecorated"]);
      return { ok: true };
    });
    await open();
    expect(during).toEqual([JSON.stringify(DECORATIONS)]);
    expect((await kept())?.undecorated).toEqual([]);
    expect(confirmed).toMatchObject([{ outcome: "applied" }]);
    expect(confirmed[0]).not.toHaveProperty("undecorated");
  });

  it("is not done a second time by a second run", async () => {
    await open();
    await open();
    expect(dressing()).toEqual([1, 1, 1, 1]);
  });

  it("whose run died is done by the second run, where nobody was asked yet", async () => {
    await leaveUndone();
    await open();
    expect(dressing()).toEqual([1, 1, 1, 1]);
    expect((await kept())?.undecorated).toEqual([]);
  });

  it("whose run died is reported to the companion by the second run, where somebody was asked meanwhile", async () => {
    await leaveUndone({ questionTs: "1.2" });
    await open();
    expect(confirmed).toMatchObject([{ outcome: "already_applied", undecorated: true }]);
  });

  it("whose run died is reported with whatever is told of the incident, and done when the companion reminds of it", async () => {
    await leaveUndone({ questionTs: "1.2" });
    await signal("alert_changed", { alert: JSON.parse(packAlert(alert())) as unknown });
    expect(confirmed).toMatchObject([{ outcome: "applied", undecorated: true }]);
    const before = dressing();
    await saveIncident(fake.app, (await kept())!, INCIDENTS.triage, { sequence: 2 });
    await signal("decorate", {});
    expect(dressing().map((count, at) => count - (before[at] ?? 0))).toEqual([1, 1, 1, 1]);
    expect(confirmed[1]).toMatchObject({ outcome: "applied" });
    expect(confirmed[1]).not.toHaveProperty("undecorated");
    expect((await kept())?.undecorated).toEqual([]);
  });

  it("whose run died brings the feed its line as well, once", async () => {
    await leaveUndone({ questionTs: "1.2" });
    await signal("decorate", {});
    expect(feedLines()).toHaveLength(1);
    expect((await kept())?.feedTs).not.toBe("");
    await leaveUndone({ questionTs: "1.2", feedTs: "7.7" });
    await signal("decorate", {});
    expect(feedLines()).toHaveLength(1);
  });
});
