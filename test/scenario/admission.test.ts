import { describe, expect, it } from "vitest";
import { SERVICES } from "../../sandbox/seed.ts";
import { CHECKOUT, DANA, inSandbox, LENA, textOf } from "./driver.ts";

const FEED = "C0FEED";
const OPEN = "Open triage";

const world = inSandbox();

const channels = async () =>
  (await world.workspace(DANA)).channels.map(({ name }) => name).filter((name) => name.startsWith("inc-"));

/** An alert as a monitoring tool sends it: the same key is the same failure. */
const alarm = (key: string) =>
  world.post("/pagerduty/v2/enqueue", {
    routing_key: SERVICES.find(({ id }) => id === CHECKOUT)?.routingKey,
    event_action: "trigger",
    dedup_key: key,
    payload: { summary: "Disk is full", source: "db-1", severity: "critical" },
  });

/** Dismisses the triage of this number and waits until PagerDuty knows. */
async function dismiss(number: number): Promise<void> {
  const { id } = await world.channel(new RegExp(`^inc-${number}-`));
  await world.message(id, /Is this an incident\?/);
  await world.eventually("the question to wait", async () =>
    (await world.runs()).some((run) => run.steps[1]?.status === "waiting"),
  );
  await world.press(DANA, id, "Not an incident");
  const form = await world.modal(DANA, /Not an incident|Dismiss/);
  await world.submit(DANA, form, {});
  await world.message(id, /Not an incident/);
  await world.pagerdutyIncident(number, "resolved");
}

describe("after a dismiss", () => {
  it("the same alert makes one line, and Open triage in it opens a channel that the line links", async () => {
    await alarm("disk-1");
    await dismiss(1);
    await alarm("disk-1");
    const line = await world.message(FEED, /the same again/);
    expect(textOf(line)).toContain("Dana Ortiz said it is no incident");
    expect(await channels()).toHaveLength(1);

    await world.press(LENA, FEED, OPEN);
    const opened = await world.channel(/^inc-2-/);
    const after = await world.message(FEED, new RegExp(`opened by <@${LENA}> in <#${opened.id}>`));
    expect(after.ts).toBe(line.ts);
    expect(textOf(after)).not.toContain(`"${OPEN}"`);
  });

  it("a different alert opens a triage of its own", async () => {
    await alarm("disk-1");
    await dismiss(1);
    await alarm("memory-1");
    await world.channel(/^inc-2-/);
    expect((await world.messages(FEED)).filter((one) => /the same again/.test(textOf(one)))).toEqual([]);
  });
});
