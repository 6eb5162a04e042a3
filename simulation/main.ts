/** `npm run simulate`: plays days with seeded trouble, tells what happened, and judges. */
import { parseArgs } from "node:util";
import { FAULTS, type Fault } from "./planted.ts";
import { loadSimulatedApp, simulate, type SimulationResult } from "./simulate.ts";

const USAGE = `Usage: npm run simulate -- [--seed N] [--seeds COUNT] [--hours H] [--detail] [--fault NAME] [--storm COUNT]
  --seed N       the day to play (default 1); the same seed gives the same day
  --seeds COUNT  so many days from that seed on, told in a line each
  --hours H      how long the trouble lasts (default 24)
  --storm COUNT  so many services fail within the first minute, at most 105, and nothing else goes wrong
  --detail       every call of Slack's API and every webhook as well
  --fault NAME   plants a fault: ${FAULTS.join(", ")}`;

interface Wanted {
  readonly seed: number;
  readonly seeds: number;
  readonly hours: number;
  readonly fault: Fault | undefined;
  readonly isDetailed: boolean;
  readonly storm: number | undefined;
}

function read(argv: readonly string[]): Wanted | undefined {
  try {
    const text = { type: "string" } as const;
    const options = {
      seed: text,
      seeds: text,
      hours: text,
      fault: text,
      storm: text,
      detail: { type: "boolean" } as const,
    };
    const { values } = parseArgs({ args: [...argv], options, strict: true });
    const fault = FAULTS.find((one) => one === values.fault);
    const [seed, seeds, hours] = [Number(values.seed ?? 1), Number(values.seeds ?? 1), Number(values.hours ?? 24)];
    const storm = values.storm === undefined ? undefined : Number(values.storm);
    const fits = [seed, seeds, storm ?? 1].every(Number.isSafeInteger) && seeds > 0 && hours > 0 && (storm ?? 1) > 0;
    return fits && fault === values.fault
      ? { seed, seeds, hours, fault, storm, isDetailed: values.detail ?? false }
      : undefined;
  } catch {
    return undefined;
  }
}

function tell({ seed, problems, account, digest, figures }: SimulationResult, inFull: boolean): void {
  if (inFull) process.stdout.write(`${account.join("\n")}\n\n`);
  const counted = Object.entries(figures).map(([name, count]) => `${count} ${name}`);
  const verdict = problems.length === 0 ? "ok" : `${problems.length} problems`;
  process.stdout.write(`seed ${seed}: ${verdict} (${counted.join(", ")}; digest ${digest.slice(0, 12)})\n`);
  for (const problem of problems) process.stdout.write(`  ${problem}\n`);
}

async function main(): Promise<void> {
  const wanted = read(process.argv.slice(2));
  if (!wanted) {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = 2;
    return;
  }
  const app = await loadSimulatedApp();
  let bad = 0;
  const began = performance.now();
  for (let offset = 0; offset < wanted.seeds; offset += 1) {
    const result = await simulate(app, { ...wanted, seed: wanted.seed + offset });
    tell(result, wanted.seeds === 1);
    if (result.problems.length > 0) bad += 1;
    // One finding is enough to show that a planted fault is found.
    if (wanted.fault && bad > 0) break;
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  process.stdout.write(`\n${wanted.seeds - bad} of ${wanted.seeds} days were good (${seconds} s).\n`);
  process.exitCode = bad > 0 ? 1 : 0;
}

await main();
