import { describe, expect, it } from "vitest";
import { CHECKOUT, DANA, elementsOf, inSandbox, LENA, MIKA, textOf } from "./driver.ts";

const SECOND = 1_000;

const world = inSandbox();

async function openTriage() {
  await world.fire(CHECKOUT);
  const channel = await world.channel(/^inc-1-/);
  await world.message(channel.id, /Is this an incident\?/);
  return channel;
}

const card = (channelId: string, wanted: RegExp) =>
  world.eventually(`a card with ${String(wanted)}`, async () => {
    const found = await world.message(channelId, /In triage|Active incident/);
    return wanted.test(textOf(found)) ? found : undefined;
  });

const offers = async (channelId: string) =>
  (await world.messages(channelId)).filter((message) => /failed again|Later alerts\*/.test(textOf(message)));

/** A choice in the menu beside one of several alerts in the newest offer. */
async function choose(user: string, channelId: string, index: number, answer: string): Promise<void> {
  const found = await world.eventually("the menu of an alert", async () => {
    const newest = (await offers(channelId)).at(-1);
    const menu = newest && elementsOf(newest.blocks).find(({ blockId }) => blockId === `one:${index}`);
    return newest && menu ? { ts: newest.ts, ...menu } : undefined;
  });
  const option = (found.element["options"] as { value: string }[]).find(({ value }) => value === answer);
  await world.post("/sandbox/press", {
    user,
    channel: channelId,
    ts: found.ts,
    blockId: found.blockId,
    actionId: found.element["action_id"],
    payload: { selected_option: option },
    state: {},
  });
}

describe("later alerts of an incident", () => {
  it("are one counter on the card and one live message, answered one by one and then together", async () => {
    const channel = await openTriage();
    await world.fire(CHECKOUT, "again");
    await card(channel.id, /1 · 1 waits for an answer/);
    for (let times = 0; times < 2; times += 1) await world.fire(CHECKOUT, "again");
    await world.pagerdutyIncident(4);
    await world.advance(10 * SECOND);
    await card(channel.id, /3 · 3 wait for an answer/);
    await world.message(channel.id, /Attach all 3/);
    // The older message lost its buttons to the newer one.
    await world.message(channel.id, /More came since/);
    await choose(LENA, channel.id, 0, "set_aside");
    await world.message(channel.id, /set it aside/);
    await card(channel.id, /3 · 2 wait for an answer/);
    expect((await world.pagerdutyIncident(4)).status).toBe("triggered");
    await world.press(DANA, channel.id, "Attach all 2");
    await card(channel.id, /\*Later alerts\*\\n3 · gathered/);
    await world.pagerdutyIncident(2, "acknowledged");
    await world.pagerdutyIncident(3, "acknowledged");
  });

  it("set aside alone are told with the person's name and open nothing", async () => {
    const channel = await openTriage();
    await world.fire(CHECKOUT, "again");
    await world.message(channel.id, /failed again/);
    await world.press(MIKA, channel.id, "Set aside");
    await world.message(channel.id, /<@U0MIKA> set it aside/);
    await card(channel.id, /\*Later alerts\*\\n1 · gathered/);
    expect((await world.workspace(DANA)).channels.filter((one) => one.name.startsWith("inc-"))).toHaveLength(1);
  });

  it("kept separate get a triage of their own", async () => {
    const channel = await openTriage();
    await world.fire(CHECKOUT, "again");
    await world.message(channel.id, /failed again/);
    await world.press(LENA, channel.id, "Keep separate");
    const own = await world.channel(/^inc-2-checkout/);
    await world.message(own.id, /Is this an incident\?/);
    await card(channel.id, /\*Later alerts\*\\n1 · gathered/);
  });

  it("in a storm make a bounded number of messages and no channel", async () => {
    const channel = await openTriage();
    for (let index = 0; index < 40; index += 1) {
      await world.fire(CHECKOUT, "again");
      if (index % 10 === 9) await world.advance(5 * SECOND);
    }
    await world.advance(10 * SECOND);
    await card(channel.id, /40 · 40 wait for an answer/);
    await world.message(channel.id, /Attach all 40/);
    expect((await offers(channel.id)).length).toBeLessThanOrEqual(6);
    expect((await world.workspace(DANA)).channels.filter((one) => one.name.startsWith("inc-"))).toHaveLength(1);
  });

  it("that nobody answered are listed by the dismiss form, and what is not ticked gets its own triage", async () => {
    const channel = await openTriage();
    await world.fire(CHECKOUT, "again");
    await card(channel.id, /1 · 1 waits for an answer/);
    await world.message(channel.id, /failed again/);
    await world.press(DANA, channel.id, "Not an incident");
    const form = await world.modal(DANA, /Later alerts: dismiss these too/);
    expect((await world.submit(DANA, form, {})).errors).toEqual({});
    await world.pagerdutyIncident(1, "resolved");
    const own = await world.channel(/^inc-2-checkout/);
    await world.message(own.id, /Is this an incident\?/);
    expect((await world.pagerdutyIncident(2)).status).toBe("triggered");
  });
});

describe("Why?", () => {
  it("on the card says what was done with each alert, by which rule, and what would have changed it", async () => {
    const channel = await openTriage();
    await world.fire(CHECKOUT, "again");
    await card(channel.id, /1 · 1 waits for an answer/);
    await world.press(DANA, channel.id, "Why?");
    const modal = await world.modal(DANA, /no window of this service was open/);
    expect(JSON.stringify(modal.blocks)).toContain("Only a service without a window would have opened a new incident");
    await world.close(DANA, modal);
    await world.eventually("the run to end", async () =>
      (await world.runs()).some((run) => run.workflow === "explain_alert" && run.status === "completed"),
    );
  });

  it("as a shortcut takes a PagerDuty link", async () => {
    await openTriage();
    const { shortcuts } = await world.workspace(MIKA);
    const shortcut = shortcuts.find((one) => one.name === "Why was this alert handled like this?");
    await world.post("/sandbox/link", { user: MIKA, url: shortcut?.url });
    const form = await world.modal(MIKA, /PagerDuty incident/);
    const [input] = elementsOf(form.blocks);
    const value = { type: "plain_text_input", value: "#1" };
    const state = { [input!.blockId]: { [String(input!.element["action_id"])]: value } };
    expect((await world.submit(MIKA, form, state)).errors).toEqual({});
    await world.modal(MIKA, /It opened incident #1/);
  });
});
