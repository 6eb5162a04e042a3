import { beforeEach, expect, it, vi } from "vitest";
import { packAlert } from "../../core/alert_packing.ts";
import applySignal from "../../slack-functions/apply_signal/handler.ts";
import { readAlerts, writeAlert } from "../../slack-functions/shared/alerts.ts";
import { newRecord, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { alert, AT, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

let fake: FakeApp;
vi.mock(import("../../slack-functions/shared/app.ts"), async (original) => ({
  ...(await original()),
  openApp: () => fake.app,
}));
vi.mock(import("../../slack-functions/shared/slack.ts"), async (original) => ({
  ...(await original()),
  createSlack: () => fake.app.slack,
}));

beforeEach(async () => {
  fake = fakeApp(AT);
  fake.answers.confirm = { ok: true };
  fake.on("conversations.info", () => ({ ok: true, channel: { is_archived: false, is_member: true } }));
  await writeAlert(fake.app, undefined, alert(), "inc_1");
  const place = { channelId: "C1", channelName: "inc-1", channelUrl: "https://x.example/C1", cardTs: "1.1" };
  await saveIncident(fake.app, newRecord(INCIDENTS.active), INCIDENTS.active, { ...place, alertIds: ["Q1"] });
});

async function news(delivery_id: string, sequence: string, status: "acknowledged" | "triggered"): Promise<void> {
  const data = `{"alert":${packAlert(alert({ status }), 3_000)}}`;
  const inputs = { delivery_id, sequence, kind: "alert_changed", incident_id: "inc_1", data };
  const context = { inputs, env: {}, team_id: "T1", token: "Fx1", event: { function_execution_id: "Fx1" } };
  await (applySignal as unknown as (given: unknown) => Promise<unknown>)(context);
}
const status = async () => (await readAlerts(fake.app.slack, ["Q1"]))[0]?.alert.status;
const outcomes = () =>
  fake.told.flatMap(({ call, body }) => (call === "confirm" && "outcome" in body ? [body.outcome] : []));

it("news that come twice or after newer ones change nothing, and are confirmed", async () => {
  await news("d2", "2", "acknowledged");
  expect(await status()).toBe("acknowledged");
  await news("d1", "1", "triggered");
  await news("d2", "2", "triggered");
  expect(await status()).toBe("acknowledged");
  expect(outcomes()).toEqual(["applied", "already_applied", "already_applied"]);
});
