import { expect } from "vitest";
import { loadSimulatedApp, simulate } from "../../simulation/simulate.ts";

const HOURS = 3;

/** Plays the days of these seeds: all end well. What was wrong names the command that plays the day again. */
export async function expectGoodDays(first: number, last: number): Promise<void> {
  const app = await loadSimulatedApp();
  const bad: string[] = [];
  for (let seed = first; seed <= last; seed += 1) {
    const { problems } = await simulate(app, { seed, hours: HOURS });
    if (problems.length > 0) bad.push(`npm run simulate -- --seed ${seed} --hours ${HOURS}: ${problems.join("; ")}`);
  }
  for (const line of bad) console.log(line);
  expect(bad).toEqual([]);
}
