import { describe, expect, it } from "vitest";
import { readAlert, writeAlert } from "../../slack-functions/shared/alerts.ts";
import { type IncidentRecord, readIncident, saveIncident, saveRecord } from "../../slack-functions/shared/incidents.ts";
import { publish } from "../../slack-functions/shared/publish.ts";
import { alert, AT, INCIDENTS, record } from "./builders.ts";
import { fakeApp } from "./fake_app.ts";

const UPDATE = { text: "Rolled back", by: "U0DANA", at: AT, viewId: "V1" };

it("what somebody else writes while the card is being drawn is drawn as well", async () => {
  const { app: plain, made } = fakeApp(AT);
  const before = await saveIncident(plain, record(INCIDENTS.active), INCIDENTS.active, {
    channelId: "C1",
    cardTs: "1.000001",
  });
  let pauses = 0;
  const app = {
    ...plain,
    async pause() {
      pauses += 1;
      if (pauses === 1) await saveRecord(plain, before, { update: UPDATE });
    },
  };
  await publish(app, before);
  const cards = made("chat.update").map(({ blocks }) => JSON.stringify(blocks));
  expect(cards).toHaveLength(2);
  expect(cards[1]).toContain("Rolled back");
});

it("an announcement that was posted meanwhile is brought up to date", async () => {
  const { app: plain, made } = fakeApp(AT);
  const settings = { ...plain.settings, announceChannelId: "C0INCIDENTS" };
  const app = { ...plain, settings };
  const places = { channelId: "C1", cardTs: "1.000001", update: UPDATE };
  const stale: IncidentRecord = await saveIncident(app, record(INCIDENTS.active), INCIDENTS.active, places);
  await saveRecord(app, stale, { announcementTs: "2.000002" });
  await publish(app, stale);
  const announced = made("chat.update").filter(({ channel }) => channel === "C0INCIDENTS");
  expect(JSON.stringify(announced)).toContain("Rolled back");
});

it("a card whose run died before it wrote down where it is is found, drawn and written down", async () => {
  const fake = fakeApp(AT);
  const card = { ts: "5.000005", blocks: [{ type: "section", block_id: "card:inc_1" }] };
  fake.on("conversations.history", () => ({ ok: true, messages: [card] }));
  for (const incident of [INCIDENTS.triage, INCIDENTS.dismissed]) {
    const before = await saveIncident(fake.app, record(incident, { cardTs: "" }), incident, {
      channelId: "C1",
      cardTs: "",
    });
    await publish(fake.app, before);
    expect(fake.made("chat.update").at(-1)).toMatchObject({ channel: "C1", ts: "5.000005" });
    expect((await readIncident(fake.app.slack, "inc_1"))?.cardTs).toBe("5.000005");
  }
  expect(fake.made("chat.postMessage")).toEqual([]);
});

it("an open incident whose run died before it posted the card gets one", async () => {
  const fake = fakeApp(AT);
  const places = { channelId: "C1", cardTs: "" };
  await publish(fake.app, await saveIncident(fake.app, record(INCIDENTS.triage, places), INCIDENTS.triage, places));
  expect(fake.made("chat.postMessage")).toHaveLength(1);
  expect((await readIncident(fake.app.slack, "inc_1"))?.cardTs).not.toBe("");
});

describe("what a call that was long on its way wrote over newer things", () => {
  /** Somebody's late write lands while the card is being drawn. */
  const drawnWhile = (fake: ReturnType<typeof fakeApp>, land: () => Promise<void>) => {
    let pauses = 0;
    return {
      ...fake.app,
      async pause() {
        pauses += 1;
        if (pauses === 1) await land();
      },
    };
  };
  const places = { channelId: "C1", cardTs: "1.000001", alertIds: ["Q1"] };

  it("is drawn as it is now, however old it calls itself", async () => {
    const fake = fakeApp(AT);
    const before = await saveIncident(fake.app, record(INCIDENTS.active), INCIDENTS.active, places);
    const late = { ...fake.app, time: () => AT - 60_000 };
    const app = drawnWhile(fake, async () => {
      await saveIncident(late, record(INCIDENTS.active), INCIDENTS.resolved);
    });
    await publish(app, before);
    expect(JSON.stringify(fake.made("chat.update").at(-1))).toContain("*Resolved*");
  });

  it("is put right where it is older news of an alert", async () => {
    const fake = fakeApp(AT);
    const before = await saveIncident(fake.app, record(INCIDENTS.active), INCIDENTS.active, places);
    const known = await writeAlert(fake.app, undefined, alert({ told: 5, status: "resolved" }), "inc_1");
    const app = drawnWhile(fake, async () => {
      await writeAlert({ ...fake.app, time: () => AT - 60_000 }, undefined, alert({ told: 3 }), "inc_2");
    });
    await publish(app, before, { known: [known] });
    const kept = await readAlert(fake.app.slack, "Q1");
    expect(kept).toMatchObject({ incidentId: "inc_1", alert: { told: 5, status: "resolved" } });
  });
});
