import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Act, acts } from "./acts.ts";
import { createDay } from "./day.ts";
import { problemsOf } from "./invariants.ts";
import { createTriageWorld } from "./triage_world.ts";

const START = Date.parse("2026-03-02T02:00:00.000Z");

/** PROPERTY_SEED plays the days of another seed, PROPERTY_RUNS more of them; a failure names the seed and the shortest day. */
const seed = Number(process.env["PROPERTY_SEED"] ?? 20_260_302);
const numRuns = Number(process.env["PROPERTY_RUNS"] ?? 150);

async function playDay(day: readonly Act[]): Promise<void> {
  const world = await createTriageWorld(START);
  try {
    const { play, ledger } = createDay(world);
    for (const act of day) {
      const problems = await play(act);
      problems.push(...problemsOf(world, await world.recorded(), ledger));
      expect(problems, `after ${JSON.stringify(act)}`).toEqual([]);
    }
  } finally {
    await world.close();
  }
}

describe("any day of alerts, presses and news, in any order", () => {
  it("keeps every invariant after every step", { timeout: 120_000 }, async () => {
    await fc.assert(fc.asyncProperty(acts, playDay), { seed, numRuns });
  });
});
