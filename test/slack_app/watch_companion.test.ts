import { beforeEach, describe, expect, it } from "vitest";
import { watchCompanion } from "../../slack-functions/watch_companion/handler.ts";
import { AT } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

let fake: FakeApp;
beforeEach(() => {
  fake = fakeApp(AT);
});

const said = () => fake.made("chat.postMessage").map(({ channel, text }) => `${String(channel)} ${String(text)}`);
const pings = () => fake.told.filter(({ call }) => call === "ping").length;
const isThere = (answers: boolean) => {
  if (answers) fake.answers.ping = { ok: true };
  else delete fake.answers.ping;
};

describe("the watch over the companion", () => {
  it("says nothing while it answers", async () => {
    isThere(true);
    expect(await watchCompanion(fake.app)).toBe(true);
    expect(said()).toEqual([]);
    expect(pings()).toBe(1);
  });

  it("says once that it is silent, after three tries, and once that it is back", async () => {
    for (let hours = 0; hours < 3; hours += 1) expect(await watchCompanion(fake.app)).toBe(false);
    expect(said()).toEqual([expect.stringMatching(/^C0FEED .*companion is silent/)]);
    expect(pings()).toBe(9);
    isThere(true);
    for (let hours = 0; hours < 3; hours += 1) expect(await watchCompanion(fake.app)).toBe(true);
    expect(said().slice(1)).toEqual([expect.stringMatching(/^C0FEED .*companion is back/)]);
    isThere(false);
    await watchCompanion(fake.app);
    expect(said()).toHaveLength(3);
  });

  it("takes a companion that says no for one that is there: it may be older than this app", async () => {
    fake.answers.ping = "not_found";
    expect(await watchCompanion(fake.app)).toBe(true);
    expect(said()).toEqual([]);
  });

  it("hands over first what waits", async () => {
    isThere(true);
    fake.answers.acknowledge = { ok: true };
    const item = { id: "acknowledge:1", incident_id: "", call: "acknowledge", body: "{}", created_at: 1 };
    fake.datastores.set("pending", new Map([[item.id, item]]));
    await watchCompanion(fake.app);
    expect(fake.told.map(({ call }) => call)).toEqual(["acknowledge", "ping"]);
    expect(fake.datastores.get("pending")?.size).toBe(0);
  });
});
