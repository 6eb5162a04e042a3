import { describe, expect, it } from "vitest";
import { CHECKOUT, DANA, elementsOf, inSandbox, MIKA, RAVI, SEARCH, textOf } from "./driver.ts";

const MINUTE = 60_000;
const CREATE = "Yes, create incident";
const MERGE = "Part of another incident…";
const DISMISS = "Not an incident";

const world = inSandbox();

async function openTriage(serviceId: string, number: number): Promise<string> {
  await world.fire(serviceId);
  const { id } = await world.channel(new RegExp(`^inc-${number}-`));
  await questionIn(id);
  return id;
}

/** The question stands there and its step waits, newest run first. */
async function questionIn(channel: string): Promise<void> {
  await world.message(channel, /Is this an incident\?/);
  await world.eventually("the question to wait for its answer", async () => {
    const asked = (await world.messages(channel)).filter((one) => /"action_id":"create"/.test(textOf(one)));
    return asked.length > 0;
  });
  await world.eventually("its step to wait", async () =>
    (await world.runs()).some((run) =>
      run.steps.some((step) => /ask_for_triage_decision/.test(step.functionId) && step.status === "waiting"),
    ),
  );
}

async function dismiss(user: string, channel: string): Promise<void> {
  await world.press(user, channel, DISMISS);
  const form = await world.modal(user, /Why not\?/);
  expect((await world.submit(user, form, {})).errors).toEqual({});
  await world.message(channel, /\*Not an incident\* · \*#/);
}

async function merge(user: string, channel: string, wanted: RegExp): Promise<void> {
  await world.press(user, channel, MERGE);
  const picker = await world.modal(user, /Part of another/);
  const option = (await world.suggestions(user, picker, "")).find(({ text }) => wanted.test(text))!;
  const selected = {
    type: "external_select",
    selected_option: { text: { type: "plain_text", text: option.text }, value: option.value },
  };
  expect((await world.submit(user, picker, { merge_target: { merge_target: selected } })).errors).toEqual({});
  await world.message(channel, /\*Merged\*/);
}

const choose = (value: string) => ({
  in_pagerduty: {
    in_pagerduty: {
      type: "radio_buttons",
      selected_option: { text: { type: "plain_text", text: value }, value },
    },
  },
});
const choicesOf = (blocks: Parameters<typeof elementsOf>[0]) =>
  elementsOf(blocks).flatMap(({ element }) =>
    element["type"] === "radio_buttons" ? (element["options"] as { value: string }[]).map(({ value }) => value) : [],
  );

describe("a dismissal taken back", () => {
  it("within the grace period asks again in the same channel, and comes back acknowledged by whoever undid it", async () => {
    const channel = await openTriage(CHECKOUT, 1);
    await dismiss(DANA, channel);
    await world.pagerdutyIncident(1, "resolved");
    await world.message(channel, /PagerDuty confirmed it/);
    await world.press(RAVI, channel, "Undo…");
    const form = await world.modal(RAVI, /Cannot be taken back/);
    expect(JSON.stringify(form.blocks)).toMatch(/Pages whoever is on call/);
    expect(choicesOf(form.blocks)).toEqual(["leave", "acknowledge", "page"]);
    expect((await world.submit(RAVI, form, {})).errors).toEqual({});
    await world.message(channel, /In triage/);
    await questionIn(channel);
    const incident = await world.pagerdutyIncident(1, "acknowledged");
    expect(incident.assignees).toEqual(["Ravi Menon"]);
    await world.message("C0FEED", /In triage/);
    await world.advance(30 * MINUTE);
    expect((await world.channel(/^inc-1-/)).isArchived).toBe(false);
    await world.press(DANA, channel, CREATE);
    await world.message(channel, /Active incident/);
  });

  it("leaves PagerDuty alone where that was chosen, and a second undo finds nothing to undo", async () => {
    const channel = await openTriage(CHECKOUT, 1);
    await dismiss(DANA, channel);
    await world.message(channel, /PagerDuty confirmed it/);
    await world.press(DANA, channel, "Undo…");
    const first = await world.modal(DANA, /Cannot be taken back/);
    await world.press(MIKA, channel, "Undo…");
    const second = await world.modal(MIKA, /Cannot be taken back/);
    await world.submit(DANA, first, choose("leave"));
    await questionIn(channel);
    await world.submit(MIKA, second, choose("page"));
    await world.modal(MIKA, /somebody else was a moment earlier/);
    expect((await world.pagerdutyIncident(1)).status).toBe("resolved");
  });

  it("from the feed, once the channel is archived, goes on in a successor that is linked with it", async () => {
    const channel = await openTriage(CHECKOUT, 1);
    await dismiss(DANA, channel);
    await world.message(channel, /PagerDuty confirmed it/);
    await world.advance(11 * MINUTE);
    await world.eventually("the archived channel", async () => (await world.channel(/^inc-1-/)).isArchived);
    await world.press(DANA, "C0FEED", "Undo…");
    const form = await world.modal(DANA, /Cannot be taken back/);
    expect(JSON.stringify(form.blocks)).toMatch(/goes on in a new channel/);
    await world.submit(DANA, form, choose("page"));
    const next = await world.channel(/^inc-1-checkout-2$/);
    const link = await world.message(next.id, /This goes on from/);
    expect(textOf(link)).toContain(`<#${channel}>`);
    await questionIn(next.id);
    await world.pagerdutyIncident(1, "triggered");
    const card = await world.message(next.id, /In triage/);
    await world.eventually("the pinned card and the people", async () => {
      const now = await world.channel(/^inc-1-checkout-2$/);
      return now.pinnedTs.includes(card.ts) && now.memberIds.includes(DANA);
    });
    expect(textOf(await world.message("C0FEED", /In triage/))).toContain(`<#${next.id}>`);
    await world.press(DANA, next.id, CREATE);
    await world.message(next.id, /Active incident/);
  });

  it("while a newer triage of the service is open takes no window and points there", async () => {
    const channel = await openTriage(CHECKOUT, 1);
    await dismiss(DANA, channel);
    await world.message(channel, /PagerDuty confirmed it/);
    await world.advance(30 * MINUTE);
    await world.eventually("the archived channel", async () => (await world.channel(/^inc-1-/)).isArchived);
    const newer = await openTriage(CHECKOUT, 2);
    await world.press(DANA, "C0FEED", "Undo…");
    const form = await world.modal(DANA, /Cannot be taken back/);
    expect(JSON.stringify(form.blocks)).toContain(`<#${newer}> is open for this service`);
    await world.submit(DANA, form, choose("leave"));
    const next = await world.channel(/^inc-1-checkout-2$/);
    await world.message(next.id, /keeps its later alerts/);
    await questionIn(next.id);
    await merge(DANA, next.id, /^#2 /);
    await world.message(newer, /part of this incident/);
  });

  it("works without the companion, says what is pending, and PagerDuty is told when it is back", async () => {
    const channel = await openTriage(CHECKOUT, 1);
    await dismiss(DANA, channel);
    await world.message(channel, /PagerDuty confirmed it/);
    await world.post("/sandbox/companion", { action: "kill" });
    await world.press(DANA, channel, "Undo…");
    const form = await world.modal(DANA, /companion cannot be reached/);
    await world.submit(DANA, form, choose("acknowledge"));
    await questionIn(channel);
    await world.message(channel, /PagerDuty has not been told yet/);
    expect((await world.pagerdutyIncident(1)).status).toBe("resolved");
    await world.post("/sandbox/companion", { action: "start" });
    await world.pagerdutyIncident(1, "acknowledged");
  });
});

describe("a merge taken back", () => {
  it("from the target's message gives the alerts back, says so on both sides, and asks again", async () => {
    const target = await openTriage(CHECKOUT, 1);
    await world.press(DANA, target, CREATE);
    await world.message(target, /Active incident/);
    const source = await openTriage(SEARCH, 2);
    await merge(RAVI, source, /^#1 /);
    await world.message(target, /part of this incident/);
    await world.press(DANA, target, "Take it out again…");
    const form = await world.modal(DANA, /leaves \*#1\*/);
    await world.submit(DANA, form, {});
    await world.message(source, /In triage/);
    await questionIn(source);
    await world.message(target, /took \*#2\* out of this incident/);
    await world.eventually("the target's card without the other's alert", async () => {
      const card = await world.message(target, /Active incident/);
      return (textOf(card).match(/\*PagerDuty\*/g) ?? []).length === 1;
    });
    await world.eventually("the message without its button", async () => {
      const arrival = await world.message(target, /part of this incident/);
      return !/Take it out/.test(textOf(arrival));
    });
    expect((await world.pagerdutyIncident(2)).status).not.toBe("resolved");
  });
});

describe("reopening", () => {
  it("makes a resolved incident active again, with controls, and pages where that was chosen", async () => {
    const channel = await openTriage(CHECKOUT, 1);
    await world.press(DANA, channel, CREATE);
    await world.message(channel, /Active incident/);
    await world.press(DANA, channel, "Resolve incident");
    const resolving = await world.modal(DANA, /Resolve in PagerDuty/);
    await world.submit(DANA, resolving, {});
    await world.pagerdutyIncident(1, "resolved");
    await world.message(channel, /PagerDuty confirmed it/);
    await world.press(MIKA, channel, "Reopen…");
    const form = await world.modal(MIKA, /Cannot be taken back/);
    await world.submit(MIKA, form, choose("page"));
    const card = await world.message(channel, /Active incident/);
    expect(textOf(card)).toContain(`created by <@${DANA}>`);
    await world.pagerdutyIncident(1, "triggered");
    await world.message(channel, /I take the lead/);
    await world.message("C0INCIDENTS", /Active incident/);
    await world.press(DANA, channel, "Resolve incident");
    await world.modal(DANA, /Resolve in PagerDuty/);
  });
});

describe("an alert that does not belong", () => {
  it("is taken off an open incident and gets a triage of its own", async () => {
    const channel = await openTriage(CHECKOUT, 1);
    const source = await openTriage(SEARCH, 2);
    await merge(RAVI, source, /^#1 /);
    await world.message(channel, /part of this incident/);
    await world.press(DANA, channel, "Take an alert off…");
    const form = await world.modal(DANA, /Which alerts do not belong here/);
    const none = await world.submit(DANA, form, {});
    expect(Object.values(none.errors)).toEqual(["Please complete this required field."]);
    const box = elementsOf(form.blocks).find(({ element }) => element["type"] === "checkboxes")!;
    const options = box.element["options"] as { text: { text: string }; value: string }[];
    const ticked = { type: "checkboxes", selected_options: [options[1]!] };
    expect((await world.submit(DANA, form, { [box.blockId]: { attached: ticked } })).errors).toEqual({});
    const own = await world.channel(/^inc-3-search/);
    await questionIn(own.id);
    await world.message(channel, /off this incident/);
  });
});

describe("dismissing", () => {
  it("an incident that took another one in lists both; what is not ticked gets a triage of its own", async () => {
    const channel = await openTriage(CHECKOUT, 1);
    const source = await openTriage(SEARCH, 2);
    await merge(RAVI, source, /^#1 /);
    await world.message(channel, /part of this incident/);
    await world.eventually("both alerts on the card", async () => {
      const card = await world.message(channel, /In triage/);
      return /Take an alert off/.test(textOf(card));
    });
    await world.press(DANA, channel, DISMISS);
    const form = await world.modal(DANA, /Its alerts: dismiss these/);
    const box = elementsOf(form.blocks).find(({ element }) => element["type"] === "checkboxes")!;
    const options = box.element["options"] as { text: { text: string }; value: string }[];
    expect(options).toHaveLength(2);
    expect(box.element["initial_options"]).toEqual(options);
    const own = options.filter(({ text }) => /Checkout/.test(text.text));
    const ticked = { type: "checkboxes", selected_options: own };
    expect((await world.submit(DANA, form, { [box.blockId]: { attached: ticked } })).errors).toEqual({});
    await world.pagerdutyIncident(1, "resolved");
    const apart = await world.channel(/^inc-3-search/);
    await questionIn(apart.id);
    expect((await world.pagerdutyIncident(2)).status).not.toBe("resolved");
  });

  it("works from the card once PagerDuty resolved the alert, and takes the question's buttons away", async () => {
    const channel = await openTriage(CHECKOUT, 1);
    const { id } = await world.pagerdutyIncident(1);
    await world.post("/sandbox/pagerduty/act", { incidentId: id, action: "resolve", userId: "PDANA01" });
    await world.press(DANA, channel, "Dismiss…");
    const form = await world.modal(DANA, /Why not\?/);
    expect((await world.submit(DANA, form, {})).errors).toEqual({});
    await world.message(channel, /\*Not an incident\* · \*#/);
    await world.message(channel, /dismissed it/);
    await world.eventually("no live button of the question", async () =>
      (await world.messages(channel)).every((one) => !/"action_id":"create"/.test(textOf(one))),
    );
    await world.advance(11 * MINUTE);
    await world.eventually("the archived channel", async () => (await world.channel(/^inc-1-/)).isArchived);
  });
});
