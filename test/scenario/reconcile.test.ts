import { describe, expect, it } from "vitest";
import { CHECKOUT, inSandbox, textOf } from "./driver.ts";

const MINUTE = 60_000;

const world = inSandbox({ staleReadsMs: 0 });

describe("what PagerDuty's webhooks do not tell", () => {
  it("opens its triage all the same, once PagerDuty is asked", async () => {
    await world.post("/sandbox/pagerduty/settings", { webhooks: "lost" });
    await world.fire(CHECKOUT);
    await world.advance(6 * MINUTE);
    const { id } = await world.channel(/^inc-1-/);
    await world.message(id, /Is this an incident\?/);
  });

  it("is said in the feed while the subscription is off, and once it is on again", async () => {
    const feed = await world.channel(/^triage/);
    await world.post("/sandbox/pagerduty/settings", { webhooks: "off" });
    await world.advance(6 * MINUTE);
    const line = await world.message(feed.id, /PagerDuty's webhook is switched off/);
    await world.post("/sandbox/pagerduty/settings", { webhooks: "on" });
    await world.advance(6 * MINUTE);
    const after = await world.message(feed.id, /PagerDuty's webhook is on again/);
    expect(after.ts).toBe(line.ts);
    expect((await world.messages(feed.id)).filter((one) => /webhook is/.test(textOf(one)))).toHaveLength(1);
  });
});
