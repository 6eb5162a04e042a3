import { beforeEach, describe, expect, it } from "vitest";
import { takeReminder } from "../../slack-functions/apply_signal/reminder.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import { newRecord, readIncident, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { alert, AT, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

let fake: FakeApp;
/** Messages that a read of the channel does not show although they were posted. */
let hidden: number;

beforeEach(async () => {
  fake = fakeApp(AT + 300_000);
  hidden = 0;
  fake.on("conversations.info", () => ({ ok: true, channel: { is_archived: false, is_member: true } }));
  fake.on("users.lookupByEmail", () => ({ ok: true, user: { id: "U0DANA" } }));
  fake.on("conversations.history", () => ({ ok: true, messages: fake.made("chat.postMessage").slice(hidden) }));
  await writeAlert(fake.app, undefined, alert(), "inc_1");
  const patch = { channelId: "C1", cardTs: "1.1", alertIds: ["Q1"] };
  await saveIncident(fake.app, newRecord(INCIDENTS.triage), INCIDENTS.triage, patch);
});

async function remind(number = 1) {
  const record = await readIncident(fake.app.slack, "inc_1");
  return takeReminder(fake.app, record!, JSON.stringify({ number, direct: true, escalates: false }));
}
const reminders = () => fake.made("chat.postMessage").filter(({ channel }) => channel === "C1");
const direct = () => fake.made("chat.postMessage").filter(({ channel }) => channel === "U0DANA");

describe("a reminder", () => {
  it("of which two runs come at the same instant is posted once, and one of them asks anew", async () => {
    const outcomes = await Promise.all([remind(), remind()]);
    expect(reminders()).toHaveLength(1);
    expect(direct()).toHaveLength(1);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
    expect(outcomes.filter(({ askIncidentId }) => askIncidentId)).toHaveLength(1);
  });

  it("that comes again later is not posted again, and asks anew since the run before may have died over that", async () => {
    await remind();
    expect(await remind()).toEqual({ outcome: "applied", askIncidentId: "inc_1" });
    expect(reminders()).toHaveLength(1);
    await remind(2);
    expect(reminders()).toHaveLength(2);
  });

  it("whose other run took it on and died before it posted it comes again", async () => {
    const first = remind();
    hidden = Number.MAX_SAFE_INTEGER;
    const second = remind();
    const outcomes = await Promise.allSettled([first, second]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});
