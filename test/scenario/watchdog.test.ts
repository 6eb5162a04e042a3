import { describe, expect, it } from "vitest";
import { inSandbox, textOf } from "./driver.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const world = inSandbox({ staleReadsMs: 0 });

const watches = async () => (await world.runs()).filter(({ workflow }) => /watch/i.test(workflow));

/** The hourly look, and its run's end. */
async function nextLook(): Promise<void> {
  const before = (await watches()).length;
  // The first is due an hour after the trigger was made, which took a moment.
  await world.advance(HOUR + (before === 0 ? MINUTE : 0));
  await world.eventually("the hourly look", async () => {
    const runs = await watches();
    return runs.length > before && runs.every(({ status }) => status !== "running");
  });
}

describe("a companion that is silent", () => {
  it("is told in the feed by Slack itself, once, and so is its return", async () => {
    const feed = await world.channel(/^triage/);
    const told = async (words: RegExp) =>
      (await world.messages(feed.id)).filter((one) => words.test(textOf(one))).length;
    await world.post("/sandbox/companion", { action: "stop" });
    await nextLook();
    await nextLook();
    expect(await told(/companion is silent/)).toBe(1);
    await world.post("/sandbox/companion", { action: "start" });
    await nextLook();
    await nextLook();
    expect(await told(/companion is silent/)).toBe(1);
    expect(await told(/companion is back/)).toBe(1);
  });
});
