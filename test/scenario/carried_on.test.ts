import { describe, expect, it } from "vitest";
import { CHECKOUT, DANA, elementsOf, inSandbox, MIKA } from "./driver.ts";

const MINUTE = 60_000;
const CREATE = "Yes, create incident";

const world = inSandbox();

async function openTriage(): Promise<string> {
  await world.fire(CHECKOUT);
  const { id } = await world.channel(/^inc-1-/);
  await world.eventually("a question that waits", async () =>
    (await world.runs()).flatMap((run) => run.steps).some((step) => step.status === "waiting"),
  );
  await world.message(id, /Yes, create incident/);
  return id;
}

/** What a person does then fails half way: Slack refuses this method until the run has failed. */
async function failingAt(method: string, workflow: string, act: () => Promise<unknown>): Promise<void> {
  await world.post("/sandbox/slack", { errors: { [method]: "internal_error" } });
  await act();
  await world.eventually(`${workflow} to fail`, async () =>
    (await world.runs()).some((run) => run.workflow === workflow && run.steps.some(({ error }) => error)),
  );
  await world.post("/sandbox/slack", { errors: {} });
  await world.advance(1.1 * MINUTE);
}

const living = async (channel: string) =>
  (await world.messages(channel)).filter((message) =>
    elementsOf(message.blocks).some(({ element }) => element["action_id"] === "take_lead"),
  );

/** The controls stand once, and a press on them works. */
async function expectControls(channel: string): Promise<void> {
  await world.eventually("controls", async () => (await living(channel)).length === 1);
  await world.press(MIKA, channel, "I take the lead");
  await world.message(channel, new RegExp(`Lead: <@${MIKA}>`));
  expect(await living(channel)).toHaveLength(1);
}

describe("what a run in Slack did not live to end", () => {
  it("is ended by itself: an incident that was created gets its card and its controls", async () => {
    const channel = await openTriage();
    await failingAt("apps.datastore.update", "triage_alert", () => world.press(DANA, channel, CREATE));
    await world.message(channel, /Active incident/);
    await expectControls(channel);
  });

  it("is ended by itself: an incident that was reopened gets its card and its controls", async () => {
    const channel = await openTriage();
    await world.press(DANA, channel, CREATE);
    await world.message(channel, /Active incident/);
    await world.eventually("controls", async () => (await living(channel)).length === 1);
    await world.press(DANA, channel, "Resolve incident");
    await world.submit(DANA, await world.modal(DANA, /Resolve in PagerDuty/), {});
    await world.message(channel, /PagerDuty confirmed it/);
    await world.eventually("no controls", async () => (await living(channel)).length === 0);
    await failingAt("apps.datastore.put", "undo_triage", async () => {
      await world.press(MIKA, channel, "Reopen…");
      await world.submit(MIKA, await world.modal(MIKA, /Cannot be taken back/), {});
    });
    await world.message(channel, new RegExp(`<@${MIKA}> reopened the incident`));
    await world.message(channel, /Active incident/);
    await expectControls(channel);
  });
});
