import { describe, expect, it } from "vitest";
import { CHECKOUT, DANA, inSandbox, LENA, MIKA, RAVI, SEARCH, textOf } from "./driver.ts";

const MINUTE = 60_000;
const CREATE = "Yes, create incident";
const MERGE = "Part of another incident…";
const DISMISS = "Not an incident";

const world = inSandbox();

/** Fires an alert and waits until the question stands in its channel. */
async function openTriage(serviceId: string, number: number) {
  await world.fire(serviceId);
  const name = new RegExp(`^inc-${number}-`);
  const { id } = await world.channel(name);
  const question = await world.message(id, /Is this an incident\?/);
  await world.eventually("the question to wait for its answer", async () => {
    const runs = await world.runs();
    return runs.some((run) => run.steps[0]?.outputs["channel_id"] === id && run.steps[1]?.status === "waiting");
  });
  return { channel: await world.channel(name), question };
}

describe("an alert", () => {
  it("opens a channel with card, question, on-call engineer, topic, bookmark and a line in the feed", async () => {
    const { channel, question } = await openTriage(CHECKOUT, 1);
    expect(channel.name).toBe("inc-1-checkout");
    expect(textOf(question)).toContain(`<@${DANA}>`);
    const card = await world.message(channel.id, /In triage/);
    const text = textOf(card);
    expect(text).toMatch(/Sentry/);
    expect(text).toMatch(/PagerDuty/);
    expect(text).toMatch(/Paging Dana Ortiz/);
    expect(text).toContain("/sentry/organizations/acme/issues/");
    const seen = await world.eventually("the dressed channel", async () => {
      const now = (await world.workspace(DANA)).channels.find((one) => one.id === channel.id);
      return now?.topic && now.bookmarks.length > 0 && now.pinnedTs.includes(card.ts) ? now : undefined;
    });
    expect(seen.memberIds).toContain(DANA);
    expect(seen.memberIds).not.toContain(RAVI);
    expect(seen.topic).toMatch(/^In triage · Checkout/);
    const line = await world.message("C0FEED", /In triage/);
    expect(textOf(line)).toContain(`<#${channel.id}>`);
  });

  it("of another service opens its own channel, with the next number", async () => {
    await openTriage(CHECKOUT, 1);
    const { channel } = await openTriage(SEARCH, 2);
    expect(channel.name).toBe("inc-2-search");
    expect(channel.memberIds).toContain(RAVI);
  });

  it("made by hand in PagerDuty opens a triage without a Sentry attachment", async () => {
    await world.fire(CHECKOUT, "by_hand", "Customers report failing payments");
    const channel = await world.channel(/^inc-1-/);
    const card = await world.message(channel.id, /In triage/);
    expect(textOf(card)).toContain("Customers report failing payments");
    expect(textOf(card)).not.toMatch(/\*Sentry\*/);
  });
});

describe("Create", () => {
  it("by an assignee acknowledges the page, leaves a note and announces the incident once", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.press(DANA, channel.id, CREATE);
    const card = await world.message(channel.id, /Active incident/);
    expect(textOf(card)).toContain(`created by <@${DANA}>`);
    const incident = await world.pagerdutyIncident(1, "acknowledged");
    const noted = await world.eventually("a note in PagerDuty", async () =>
      (await world.pagerdutyIncident(1)).notes.find((note) => /http/.test(note.text)),
    );
    expect(incident.assignees).toEqual(["Dana Ortiz"]);
    expect(noted.by).toBe("Dana Ortiz");
    await world.message(channel.id, /acknowledged, with Dana Ortiz/);
    const announcement = await world.message("C0INCIDENTS", /Active incident/);
    expect((await world.messages("C0INCIDENTS")).filter((one) => /Active incident/.test(textOf(one)))).toHaveLength(1);
    expect(textOf(announcement)).toContain(`<#${channel.id}>`);
  });

  it("by somebody else leaves the page going, says so and offers to acknowledge it", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.press(MIKA, channel.id, CREATE);
    await world.message(channel.id, /Active incident/);
    await world.message(channel.id, /Acknowledge the page/);
    expect((await world.pagerdutyIncident(1)).status).toBe("triggered");
    const card = await world.message(channel.id, /Active incident/);
    expect(textOf(card)).toMatch(/Paging Dana Ortiz/);
    await world.press(DANA, channel.id, "Acknowledge the page");
    await world.pagerdutyIncident(1, "acknowledged");
  });

  it("pressed by two people at once is one decision and leaves no live button", async () => {
    const { channel, question } = await openTriage(CHECKOUT, 1);
    await Promise.all([
      world.press(DANA, channel.id, CREATE),
      world.press(MIKA, channel.id, CREATE).catch(() => undefined),
    ]);
    const card = await world.message(channel.id, /Active incident/);
    const after = (await world.messages(channel.id)).find((one) => one.ts === question.ts);
    expect(after && textOf(after)).not.toMatch(/"action_id"/);
    expect(textOf(card).match(/created by/g)).toHaveLength(1);
    const runs = await world.runs();
    expect(runs.filter((run) => run.workflow === "triage_alert")).toHaveLength(1);
  });
});

describe("Not an incident", () => {
  it("asks for a reason, resolves the alert and archives the channel after the grace period", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.press(DANA, channel.id, DISMISS);
    const form = await world.modal(DANA, /Not an incident/);
    expect(JSON.stringify(form.blocks)).toContain("ends the page of Dana Ortiz");
    expect((await world.submit(DANA, form, {})).errors).toEqual({});
    const card = await world.message(channel.id, /\*Not an incident\* · \*#/);
    expect(textOf(card)).toContain("False alarm");
    await world.pagerdutyIncident(1, "resolved");
    await world.message(channel.id, /PagerDuty confirmed it/);
    await world.advance(9 * MINUTE);
    await world.say(DANA, channel.id, "One more thing before it goes");
    await world.advance(2 * MINUTE);
    // Somebody wrote two minutes ago, so the channel stays until ten minutes after that.
    await world.eventually("the archive to be looked at", async () => {
      const runs = await world.runs();
      return runs.some(
        (run) =>
          run.workflow === "handle_news" &&
          run.steps[0]?.inputs["kind"] === "archive_due" &&
          run.status === "completed",
      );
    });
    expect((await world.channel(/^inc-1-/)).isArchived).toBe(false);
    await world.advance(9 * MINUTE);
    await world.eventually("the archived channel", async () => (await world.channel(/^inc-1-/)).isArchived);
    expect(await world.messages("C0INCIDENTS")).toHaveLength(0);
  });

  it("can be cancelled, and the question stays", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.press(DANA, channel.id, DISMISS);
    await world.close(DANA, await world.modal(DANA, /Not an incident/));
    await world.press(DANA, channel.id, CREATE);
    await world.message(channel.id, /Active incident/);
  });
});

describe("Part of another incident", () => {
  it("moves the alert and the people to the target, leaves a pointer, and the target resolves both", async () => {
    const target = await openTriage(CHECKOUT, 1);
    await world.press(DANA, target.channel.id, CREATE);
    await world.message(target.channel.id, /Active incident/);
    const source = await openTriage(SEARCH, 2);
    await world.press(RAVI, source.channel.id, MERGE);
    const picker = await world.modal(RAVI, /Part of another/);
    const options = await world.suggestions(RAVI, picker, "");
    expect(options).toHaveLength(1);
    expect(await world.suggestions(RAVI, picker, "no such thing")).toHaveLength(0);
    const option = options[0]!;
    expect(option.text).toMatch(/^#1 Checkout/);
    const selected = {
      type: "external_select",
      selected_option: { text: { type: "plain_text", text: option.text }, value: option.value },
    };
    const answer = await world.submit(RAVI, picker, { merge_target: { merge_target: selected } });
    expect(answer.errors).toEqual({});
    await world.message(source.channel.id, /\*Merged\*/);
    const pointer = await world.message(source.channel.id, /made it part of/);
    expect(textOf(pointer)).toContain(`<#${target.channel.id}>`);
    const arrival = await world.message(target.channel.id, /part of this incident/);
    expect(textOf(arrival)).toMatch(/\*Sentry\*/);
    await world.eventually("Ravi in the target's channel", async () =>
      (await world.channel(/^inc-1-/)).memberIds.includes(RAVI),
    );
    await world.press(DANA, target.channel.id, "Resolve incident");
    const form = await world.modal(DANA, /Resolve in PagerDuty/);
    expect((await world.submit(DANA, form, {})).errors).toEqual({});
    await world.pagerdutyIncident(1, "resolved");
    await world.pagerdutyIncident(2, "resolved");
  });

  it("cannot be itself, and needs a choice", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.press(DANA, channel.id, MERGE);
    const picker = await world.modal(DANA, /Part of another/);
    expect(await world.suggestions(DANA, picker, "")).toHaveLength(0);
    const answer = await world.submit(DANA, picker, {});
    expect(Object.keys(answer.errors)).toEqual(["merge_target"]);
  });
});

describe("the same service failing again", () => {
  it("inside the window opens no channel, is counted on the card and offered in its thread", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.press(DANA, channel.id, CREATE);
    await world.message(channel.id, /Active incident/);
    await world.advance(5 * MINUTE);
    await world.fire(CHECKOUT, "again");
    const offer = await world.message(channel.id, /failed again/);
    const card = await world.message(channel.id, /Active incident.*1 · 1 waits for an answer in the thread/s);
    expect(offer.threadTs).toBe(card.ts);
    expect((await world.workspace(DANA)).channels.filter((one) => one.name.startsWith("inc-"))).toHaveLength(1);
    await world.press(DANA, channel.id, "Attach");
    await world.message(channel.id, /attached it/);
    await world.pagerdutyIncident(2, "acknowledged");
    await world.eventually("both alerts on the card", async () => {
      const text = textOf(await world.message(channel.id, /Active incident/));
      return (text.match(/\*PagerDuty\*/g) ?? []).length === 2;
    });
  });

  it("and kept separate gets a triage of its own", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.fire(CHECKOUT, "again");
    await world.message(channel.id, /failed again/);
    await world.press(LENA, channel.id, "Keep separate");
    const own = await world.channel(/^inc-2-checkout/);
    await world.message(own.id, /Is this an incident\?/);
  });

  it("after the window opens a new channel; exactly at its end counts as after", async () => {
    await openTriage(CHECKOUT, 1);
    await world.advance(30 * MINUTE);
    const { channel } = await openTriage(CHECKOUT, 2);
    expect(channel.name).toBe("inc-2-checkout");
  });
});

describe("Resolve", () => {
  it("ticks attached alerts, leaves unanswered offers unticked, and shows PagerDuty's confirmation for each", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.press(DANA, channel.id, CREATE);
    await world.message(channel.id, /Active incident/);
    await world.fire(CHECKOUT, "again");
    await world.message(channel.id, /failed again/);
    await world.press(DANA, channel.id, "Resolve incident");
    const form = await world.modal(DANA, /Resolve in PagerDuty/);
    const boxes = form.blocks.filter(
      (block) => (block["element"] as { type?: string } | undefined)?.type === "checkboxes",
    );
    expect(boxes.map((box) => Boolean((box["element"] as { initial_options?: unknown }).initial_options))).toEqual([
      true,
      false,
    ]);
    const summary = { type: "plain_text_input", value: "The cart lost its total; rolled back." };
    expect((await world.submit(DANA, form, { summary: { summary } })).errors).toEqual({});
    await world.message(channel.id, /\*Resolved\*/);
    await world.pagerdutyIncident(1, "resolved");
    await world.message(channel.id, /PagerDuty confirmed it/);
    expect((await world.pagerdutyIncident(2)).status).not.toBe("resolved");
    const announcement = await world.message("C0INCIDENTS", /\*Resolved\*/);
    expect(textOf(announcement)).toContain("The cart lost its total");
    expect((await world.messages("C0INCIDENTS")).filter((one) => !one.isSystem)).toHaveLength(1);
  });

  it("can be closed without resolving, and pressed again", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.press(DANA, channel.id, CREATE);
    await world.message(channel.id, /Active incident/);
    await world.press(DANA, channel.id, "Resolve incident");
    await world.close(DANA, await world.modal(DANA, /Resolve in PagerDuty/));
    expect((await world.pagerdutyIncident(1)).status).not.toBe("resolved");
    await world.press(DANA, channel.id, "Resolve incident");
    await world.modal(DANA, /Resolve in PagerDuty/);
  });
});

describe("Start triage by hand", () => {
  async function fillForm(user: string, service: string) {
    const { shortcuts } = await world.workspace(user);
    const shortcut = shortcuts.find((one) => one.name === "Start triage");
    if (!shortcut) throw new Error("There is no shortcut to start triage.");
    await world.post("/sandbox/link", { user, url: shortcut.url });
    const form = await world.modal(user, /What fails\?/);
    const text = (value: string) => ({ type: "plain_text_input", value });
    const values = [text("Payments look slow"), text(service), text("Support hears of it since noon")];
    const inputs = form.blocks.filter((block) => block.type === "input");
    const state = Object.fromEntries(
      inputs.map((block, index) => [
        block.block_id,
        { [String((block["element"] as { action_id: string }).action_id)]: values[index]! },
      ]),
    );
    expect((await world.submit(user, form, state)).errors).toEqual({});
    return world.modal(user, /Nobody is paged/);
  }

  it("says that nobody is paged, and opens the same card and question", async () => {
    const confirm = await fillForm(MIKA, "checkout");
    await world.eventually("the look-up", async () =>
      /Nothing else is open/.test(JSON.stringify(await world.modal(MIKA, /Nobody is paged/))),
    );
    expect((await world.submit(MIKA, confirm, {})).errors).toEqual({});
    const channel = await world.channel(/^inc-1-checkout/, MIKA);
    await world.message(channel.id, /Is this an incident\?/);
    const card = await world.message(channel.id, /Nobody was paged$|Nobody was paged"/);
    expect(textOf(card)).toContain("Payments look slow");
    expect(textOf(card)).toContain("Support hears of it since noon");
    // As it is by now: when it was first seen nobody had been invited yet.
    expect((await world.channel(/^inc-1-checkout/)).memberIds).toContain(MIKA);
    // It took the service's window, so an alert now joins it.
    await world.fire(CHECKOUT);
    await world.message(channel.id, /failed again/);
  });

  it("first shows what is open for the service", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await fillForm(MIKA, "Checkout");
    const confirm = await world.modal(MIKA, /Already open for Checkout/);
    expect(JSON.stringify(confirm.blocks)).toContain(`<#${channel.id}>`);
    await world.close(MIKA, confirm);
    expect((await world.workspace(MIKA)).channels.filter((one) => one.name.startsWith("inc-"))).toHaveLength(1);
  });
});

describe("when something is down", () => {
  it("a decision made without the companion shows what is pending, and PagerDuty is told when it is back", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.post("/sandbox/companion", { action: "kill" });
    await world.press(DANA, channel.id, DISMISS);
    const form = await world.modal(DANA, /Not an incident/);
    await world.submit(DANA, form, {});
    await world.message(channel.id, /PagerDuty has not been told yet/);
    expect((await world.pagerdutyIncident(1)).status).toBe("triggered");
    await world.post("/sandbox/companion", { action: "start" });
    const pressedAt = (await world.get<{ now: number }>("/sandbox/state")).now;
    await world.pagerdutyIncident(1, "resolved");
    // What the run that pressed kept after the first sync had looked goes with the next one.
    await world.advance(60_000);
    await world.message(channel.id, /PagerDuty confirmed it/);
    for (let minutes = 0; minutes < 5; minutes += 1) await world.advance(60_000);
    const resolves = (await world.pagerdutyIncident(1)).log.filter(({ text }) => /resolved/i.test(text));
    expect(resolves).toHaveLength(1);
    expect((resolves[0]?.at ?? Infinity) - pressedAt).toBeLessThanOrEqual(60_000);
  });

  it("dead buttons are told as dead, and asking again brings live ones", async () => {
    const { channel } = await openTriage(CHECKOUT, 1);
    await world.post("/sandbox/expire", {});
    await world.press(DANA, channel.id, CREATE);
    await world.notice(DANA, /no longer works/);
    await world.press(DANA, channel.id, "Buttons not working?");
    await world.message(channel.id, /Asked again below/);
    await world.press(DANA, channel.id, CREATE);
    await world.message(channel.id, /Active incident/);
  });
});
