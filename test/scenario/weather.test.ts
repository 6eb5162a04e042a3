import { describe, expect, it } from "vitest";
import { CHECKOUT, DANA, elementsOf, inSandbox, LENA, MIKA, RAVI, SEARCH, textOf } from "./driver.ts";

const MINUTE = 60_000;
const CREATE = "Yes, create incident";
const APP = "@pager_triage";

const world = inSandbox();

/** Fires an alert and waits until the question waits for its answer. */
async function openTriage(service = CHECKOUT, name = /^inc-1-/) {
  await world.fire(service);
  const channel = await world.channel(name);
  await waits(channel.id);
  return channel;
}

/** Waits until a question with live buttons stands in this channel, and its run waits. */
async function waits(channelId: string): Promise<void> {
  await world.eventually(`a question in ${channelId}`, async () => {
    const waiting = (await world.runs()).flatMap((run) => run.steps).some((step) => step.status === "waiting");
    return waiting && (await liveQuestions(channelId)).length === 1;
  });
}

const liveQuestions = async (channelId: string) =>
  (await world.messages(channelId)).filter((one) =>
    elementsOf(one.blocks).some(({ element }) => element["action_id"] === "create"),
  );
const failAt = (errors: Readonly<Record<string, string>>) => world.post("/sandbox/slack", { errors });

describe("people who press at once", () => {
  it("into each other's incidents get one merge and one question that says why not", async () => {
    const first = await openTriage();
    const second = await openTriage(SEARCH, /^inc-2-/);
    const pickers: [string, string, string][] = [
      [DANA, first.id, "#2"],
      [RAVI, second.id, "#1"],
    ];
    const forms = [];
    for (const [user, channel, typed] of pickers) {
      await world.press(user, channel, "Part of another incident…");
      const form = await world.modal(user, /Part of another/);
      const target = await world.eventually(`${typed} among the suggestions`, async () =>
        (await world.suggestions(user, form, typed)).find(({ text }) => text.startsWith(typed)),
      );
      const selected = { type: "external_select", selected_option: { value: target.value } };
      forms.push(() => world.submit(user, form, { merge_target: { merge_target: selected } }));
    }
    const answers = await Promise.all(forms.map((send) => send()));
    for (const { errors } of answers) expect(errors ?? {}).toEqual({});
    const texts = async (id: string) => (await world.messages(id)).map(textOf).join("\n");
    await world.eventually("one merged and one in triage", async () => {
      const both = [await texts(first.id), await texts(second.id)];
      const merged = both.filter((text) => /\*Merged\*/.test(text)).length;
      return (
        merged === 1 && both.some((text) => /This is still in triage\. Press \*Buttons not working\?\*/.test(text))
      );
    });
  });

  it("and whose step dies before it is applied have it applied a minute later", async () => {
    const channel = await openTriage();
    // The press writes nothing into the datastore; the step that applies it does.
    await failAt({ "apps.datastore.update": "internal_error" });
    await world.press(DANA, channel.id, CREATE);
    await world.eventually("the step to die", async () =>
      (await world.runs()).some(({ status }) => status === "failed"),
    );
    await failAt({});
    await world.advance(1 * MINUTE);
    await world.message(channel.id, /Active incident\* · .*created by <@U0DANA>/);
    expect(await liveQuestions(channel.id)).toEqual([]);
  });
});

describe("slack in the way", () => {
  it("that lets no channel be made has triage in a thread of the feed, decided there", async () => {
    await failAt({ "conversations.create": "restricted_action" });
    await world.fire(CHECKOUT);
    const why = await world.message("C0FEED", /this workspace restricts who may create channels/);
    expect(why.threadTs).toBeDefined();
    await waits("C0FEED");
    await world.press(DANA, "C0FEED", CREATE);
    await world.message("C0FEED", /Active incident\* · .*created by <@U0DANA>/);
    expect((await world.workspace(DANA)).channels.some(({ name }) => name.startsWith("inc-"))).toBe(false);
  });

  it("whose people archive an open incident's channel finds it going on in a new one, asked anew", async () => {
    const channel = await openTriage();
    await world.post("/sandbox/archive", { user: DANA, channel: channel.id });
    await world.advance(5 * MINUTE);
    const next = await world.channel(/^inc-1-.*-2$/);
    await world.message(next.id, /This goes on from .* was archived, or Pager Triage was taken out of it/);
    await waits(next.id);
    await world.press(DANA, next.id, CREATE);
    await world.message(next.id, /Active incident/);
    await world.advance(10 * MINUTE);
    expect((await world.workspace(DANA)).channels.filter(({ name }) => name.startsWith("inc-1-"))).toHaveLength(2);
  });

  it("whose people make a channel private, rename it or delete the card changes nothing else", async () => {
    const channel = await openTriage();
    const card = await world.message(channel.id, /In triage/);
    await world.post("/sandbox/make_private", { user: DANA, channel: channel.id });
    await world.say(DANA, channel.id, "/rename checkout-war-room");
    await world.post("/sandbox/delete_message", { user: DANA, channel: channel.id, ts: card.ts });
    await world.press(DANA, channel.id, CREATE);
    const again = await world.message(channel.id, /Active incident/);
    expect(again.ts).not.toBe(card.ts);
    await world.eventually("the new card to be pinned", async () =>
      (await world.workspace(DANA)).channels.find(({ id }) => id === channel.id)?.pinnedTs.includes(again.ts),
    );
    expect((await world.workspace(DANA)).channels.filter(({ name }) => name.startsWith("inc-"))).toEqual([]);
  });

  it("that starts a workflow later than a press lives opens its form with a second press", async () => {
    const channel = await openTriage();
    await world.press(DANA, channel.id, CREATE);
    await world.message(channel.id, /Active incident/);
    await failAt({ "views.open": "expired_trigger_id" });
    await world.press(DANA, channel.id, "Resolve incident");
    const direct = await world.eventually("the message to Dana", async () =>
      (await world.workspace(DANA)).channels.find((one) => one.isDirectMessage),
    );
    await world.message(direct.id, /could not open in time/);
    await failAt({});
    await world.press(DANA, direct.id, "Open the form");
    const form = await world.modal(DANA, /Resolve in PagerDuty/);
    expect((await world.submit(DANA, form, {})).errors).toEqual({});
    await world.message(channel.id, /\*Resolved\*/);
  });

  it("of guests, a removed app and a lost announcement channel is named where the incident lives", async () => {
    await world.post("/sandbox/person", { person: DANA, kind: "guest" });
    await world.post("/sandbox/archive", { user: LENA, channel: "C0INCIDENTS" });
    const channel = await openTriage();
    await world.message(channel.id, /<@U0DANA> \(a guest; a workspace admin has to add them\)/, DANA);
    await world.post("/sandbox/join", { user: MIKA, channel: channel.id });
    await world.press(MIKA, channel.id, CREATE);
    await world.message(channel.id, /announcement could not be posted: its channel is archived.*ANNOUNCE_CHANNEL_ID/);
    await world.say(MIKA, channel.id, `/remove ${APP}`);
    await world.fire(CHECKOUT);
    const next = await world.channel(/^inc-1-.*-2$/);
    await world.message(next.id, /failed again/);
  });
});
