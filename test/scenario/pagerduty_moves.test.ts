import { describe, expect, it } from "vitest";
import { CHECKOUT, DANA, elementsOf, inSandbox, LENA, RAVI, SEARCH, textOf } from "./driver.ts";
import { pagerdutyOf } from "./pagerduty_client.ts";

const DISMISS = "Not an incident";
const QUESTION = ["Yes, create incident", "Part of another incident…", DISMISS];

const world = inSandbox();
const pagerduty = pagerdutyOf(world.url);

/** Fires an alert and waits until the question waits for its answer. */
async function openTriage(serviceId: string, number: number) {
  await world.fire(serviceId);
  const { id } = await world.channel(new RegExp(`^inc-${number}-`));
  await waits(id);
  return { channelId: id, pagerdutyId: (await world.pagerdutyIncident(number)).id };
}

const waits = (channelId: string) =>
  world.eventually("the question to wait for its answer", async () => {
    const runs = await world.runs();
    return runs.some((run) => run.steps[0]?.outputs["channel_id"] === channelId && run.steps[1]?.status === "waiting");
  });

const count = async (channelId: string, wanted: RegExp) =>
  (await world.messages(channelId)).filter((one) => !one.isSystem && wanted.test(textOf(one))).length;

/** The texts of the question's buttons, in their order. */
async function questionButtons(channelId: string) {
  const question = await world.message(channelId, /Is this an incident\?/);
  return elementsOf(question.blocks).map(({ element }) => (element["text"] as { text: string }).text);
}

describe("while nobody has decided", () => {
  it("the card follows PagerDuty in place and brings in whoever is paged, mentioned once", async () => {
    const { channelId, pagerdutyId } = await openTriage(CHECKOUT, 1);
    const card = await world.message(channelId, /In triage/);
    await pagerduty.change(pagerdutyId, { escalation_level: 2 });
    await world.message(channelId, /Paging Lena Fischer/);
    await world.eventually("Lena in the channel", async () =>
      (await world.channel(/^inc-1-/)).memberIds.includes(LENA),
    );
    await world.message(channelId, new RegExp(`<@${LENA}> PagerDuty has assigned this to you`));
    await pagerduty.change(pagerdutyId, { priority: { id: "PPRIO01" } });
    await world.message(channelId, /High · P1/);
    await pagerduty.change(pagerdutyId, { status: "acknowledged" });
    await world.message(channelId, /Stopped: acknowledged/);
    expect((await world.message(channelId, /In triage/)).ts).toBe(card.ts);
    expect(await count(channelId, /PagerDuty has assigned this to you/)).toBeLessThanOrEqual(2);
    expect(await count(channelId, new RegExp(`<@${LENA}> PagerDuty has assigned`))).toBe(1);
  });

  it("the card tells an alert that resolved by itself from one that a person resolved; the question stays", async () => {
    const own = await openTriage(CHECKOUT, 1);
    await pagerduty.endsItself(own.pagerdutyId, CHECKOUT);
    await world.message(own.channelId, /In triage.*PagerDuty resolved it by itself at/);
    const other = await openTriage(SEARCH, 2);
    await world.post("/sandbox/pagerduty/act", {
      incidentId: other.pagerdutyId,
      action: "resolve",
      userId: "PRAVI01",
    });
    await world.message(other.channelId, /In triage.*Ravi Menon resolved it in PagerDuty at/);
    for (const { channelId } of [own, other]) expect(await questionButtons(channelId)).toEqual(QUESTION);
  });

  it("an alert that is merged in PagerDuty goes to its target's incident, and both say so", async () => {
    const target = await openTriage(CHECKOUT, 1);
    const source = await openTriage(SEARCH, 2);
    await pagerduty.merge(target.pagerdutyId, source.pagerdutyId);
    await world.message(source.channelId, /In triage.*merged in PagerDuty into #1, where the page goes on/);
    const told = await world.message(source.channelId, /PagerDuty merged alert/);
    expect(textOf(told)).toContain(`<#${target.channelId}>`);
    await world.eventually("both alerts on the target's card", async () =>
      /merged in PagerDuty into #1/.test(textOf(await world.message(target.channelId, /In triage/))),
    );
    expect((await world.pagerdutyIncident(1)).status).toBe("triggered");
  });
});

describe("after the incident was dismissed", () => {
  it("an alert that PagerDuty reopens opens a new triage that names the old one", async () => {
    const { channelId, pagerdutyId } = await openTriage(CHECKOUT, 1);
    await world.press(DANA, channelId, DISMISS);
    expect((await world.submit(DANA, await world.modal(DANA, /Not an incident/), {})).errors).toEqual({});
    await world.pagerdutyIncident(1, "resolved");
    await world.message(channelId, /PagerDuty confirmed it/);
    await world.advance(60_000);
    await pagerduty.change(pagerdutyId, { status: "triggered" });
    const again = await world.channel(/^inc-2-checkout/);
    const card = await world.message(again.id, /In triage/);
    expect(textOf(card)).toContain(`PagerDuty reopened the alert of #1 in <#${channelId}>`);
    expect(textOf(card)).toContain("Paging Dana Ortiz");
    await waits(again.id);
    expect((await world.channel(/^inc-2-checkout/)).memberIds).not.toContain(RAVI);
  });
});
