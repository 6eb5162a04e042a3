import { expect } from "vitest";
import type { ChaosDatabase } from "../../chaos/database.ts";
import type { PlanRequest } from "../../chaos/plan.ts";
import { run, type RunRequest, type RunResult } from "../../chaos/run.ts";
import { tallyLine } from "../../chaos/tally.ts";

/** Faster than a long run: minutes of patience are over in seconds. */
const SPEED = { trouble: 6, settling: 60 };

/** A run with few kills; nothing stays behind. */
export async function shortRun(
  request: Pick<PlanRequest, "seed" | "kills"> & Pick<RunRequest, "fault" | "settledWithinMs">,
  database: ChaosDatabase,
): Promise<RunResult> {
  try {
    return await run({ ...request, speed: SPEED }, database);
  } finally {
    await database.close();
  }
}

/** What a sound companion comes to. */
export function expectGood({ problems, tally }: RunResult, kills: number): void {
  console.log(tallyLine(tally));
  expect(problems).toEqual([]);
  expect(tally.kills).toBe(kills);
  expect(tally.events.taken).toBeGreaterThan(kills);
  expect(tally.events.accounted).toBe(tally.events.taken);
  expect(tally.decisions).toBeGreaterThan(0);
}
