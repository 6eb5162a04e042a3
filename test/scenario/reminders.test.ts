import { describe, expect, it } from "vitest";
import { pagerdutyOf } from "./pagerduty_client.ts";
import { CHECKOUT, DANA, elementsOf, inSandbox, MIKA, textOf } from "./driver.ts";

const MINUTE = 60_000;
const CREATE = "Yes, create incident";

const world = inSandbox();

/** Fires an alert and waits until the question waits for its answer. */
async function openTriage() {
  await world.fire(CHECKOUT);
  const channel = await world.channel(/^inc-1-/);
  await questions(channel.id, 1);
  return channel;
}

/** Waits until so many runs wait with a question of this channel. */
async function questions(channelId: string, count: number) {
  await world.eventually(`${count} questions`, async () => {
    const asked = (await world.messages(channelId)).filter((one) => /Is this an incident\?/.test(textOf(one)));
    const runs = await world.runs();
    const waiting = runs.flatMap((run) => run.steps).filter((step) => step.status === "waiting").length;
    return asked.length === count && waiting === count;
  });
}

const liveQuestions = async (channelId: string) =>
  (await world.messages(channelId)).filter((one) =>
    elementsOf(one.blocks).some(({ element }) => element["action_id"] === "create"),
  );
const inChannel = async (channelId: string, wanted: RegExp) =>
  (await world.messages(channelId)).filter((one) => wanted.test(textOf(one)));

describe("a triage that nobody decides", () => {
  it("is reminded of in its channel, then directly, each time with a question whose buttons live", async () => {
    const channel = await openTriage();
    await world.advance(5 * MINUTE);
    const first = await world.message(channel.id, /Nobody has decided for 5 min/);
    expect(textOf(first)).toContain(`<@${DANA}>`);
    expect(textOf(first)).toContain("Paging Dana Ortiz");
    await questions(channel.id, 2);
    expect(await liveQuestions(channel.id)).toHaveLength(1);
    await world.advance(5 * MINUTE);
    await world.message(channel.id, /Nobody has decided for 10 min/);
    const direct = await world.eventually("a direct message", async () =>
      (await world.workspace(DANA)).channels.find((one) => one.isDirectMessage),
    );
    expect(textOf(await world.message(direct.id, /Please decide in/))).toContain(`<#${channel.id}>`);
    await questions(channel.id, 3);
    await world.press(DANA, channel.id, CREATE);
    await world.message(channel.id, /Active incident/);
    await world.advance(60 * MINUTE);
    expect(await inChannel(channel.id, /Nobody has decided for/)).toHaveLength(2);
  });

  it("and where somebody writes is left alone for half an hour", async () => {
    const channel = await openTriage();
    await world.advance(4 * MINUTE);
    await world.say(DANA, channel.id, "Looking at the database");
    await world.advance(1 * MINUTE);
    await world.eventually("the reminder to be looked at", async () =>
      (await world.runs()).some((run) => run.steps[0]?.inputs["kind"] === "reminder_due" && run.status === "completed"),
    );
    expect(await inChannel(channel.id, /Nobody has decided for/)).toEqual([]);
    await world.advance(29 * MINUTE);
    await world.message(channel.id, /Nobody has decided for 34 min/);
  });

  it("can be snoozed, which the card says and which ends when PagerDuty pages somebody anew", async () => {
    const channel = await openTriage();
    await world.press(MIKA, channel.id, "Snooze");
    const form = await world.modal(MIKA, /Remind nobody for/);
    const hour = { text: { type: "plain_text" as const, text: "1 hour" }, value: "1h" };
    const state = { until: { until: { type: "static_select", selected_option: hour } } };
    expect((await world.submit(MIKA, form, state)).errors).toEqual({});
    expect(textOf(await world.message(channel.id, /Reminders snoozed until/))).toContain(`<@${MIKA}>`);
    await world.advance(20 * MINUTE);
    expect(await inChannel(channel.id, /Nobody has decided for/)).toEqual([]);
    const { id } = await world.pagerdutyIncident(1);
    await pagerdutyOf(world.url).change(id, { escalation_level: 2 });
    await world.message(channel.id, /Nobody has decided for 20 min/);
    await world.eventually(
      "the card without its snooze",
      async () => (await inChannel(channel.id, /Reminders snoozed/)).length === 0,
    );
  });
});

describe("Buttons not working?", () => {
  it("asks again after a reminder and after a restart of the companion", async () => {
    const channel = await openTriage();
    await world.advance(5 * MINUTE);
    await questions(channel.id, 2);
    await world.post("/sandbox/companion", { action: "kill" });
    await world.post("/sandbox/companion", { action: "start" });
    await world.press(MIKA, channel.id, "Buttons not working?");
    await questions(channel.id, 3);
    expect(await liveQuestions(channel.id)).toHaveLength(1);
    await world.press(DANA, channel.id, CREATE);
    await world.message(channel.id, /Active incident/);
  });
});
