/** `npm run chaos`: the real companion under load, killed again and again while everything around it fails, and the verdict. */
import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type ChaosDatabase, createSqliteDatabase } from "./database.ts";
import { FAULTS, type Fault } from "./inside/planted.ts";
import { type StoreKind, STORES } from "./plan.ts";
import { run } from "./run.ts";
import { tallyLine } from "./tally.ts";

const USAGE = `Usage: npm run chaos -- [--seed N] [--kills N] [--store sqlite|postgres] [--log FILE] [--fault NAME]
  --seed N      the same seed gives the same plan (default 1)
  --kills N     how often the companion is killed (default 100, about five minutes)
  --store KIND  the companion's database: sqlite (default), or a PostgreSQL that is started for the run
  --log FILE    writes the companion's log there as well
  --fault NAME  plants a fault: ${FAULTS.join(", ")}`;

const LONGEST_RUN_MS = 15 * 60_000;

interface Wanted {
  readonly seed: number;
  readonly kills: number;
  readonly store: StoreKind;
  readonly log: string | undefined;
  readonly fault: Fault | undefined;
}

function read(argv: readonly string[]): Wanted | undefined {
  try {
    const text = { type: "string" } as const;
    const options = { seed: text, kills: text, store: text, log: text, fault: text };
    const { values } = parseArgs({ args: [...argv], options, strict: true });
    const [seed, kills] = [Number(values.seed ?? 1), Number(values.kills ?? 100)];
    const fault = FAULTS.find((one) => one === values.fault);
    const store = STORES.find((one) => one === (values.store ?? "sqlite"));
    const fits = Number.isSafeInteger(seed) && Number.isSafeInteger(kills) && kills > 0 && kills <= 1_000;
    return fits && store && fault === values.fault ? { seed, kills, store, log: values.log, fault } : undefined;
  } catch {
    return undefined;
  }
}

async function databaseOf(store: StoreKind): Promise<ChaosDatabase> {
  if (store === "sqlite") return createSqliteDatabase();
  return (await import("./postgres_database.ts")).createPostgresDatabase();
}

async function main(): Promise<number> {
  const wanted = read(process.argv.slice(2));
  if (!wanted) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { seed, kills, store, log, fault } = wanted;
  const database = await databaseOf(store);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // PostgreSQL's package would end this process before everything else is put away.
    process.removeAllListeners(signal);
    process.on(signal, () => stop.abort());
  }
  const tooLong = setTimeout(() => stop.abort(), LONGEST_RUN_MS);
  try {
    const { problems, tally } = await run(
      {
        seed,
        kills,
        fault,
        signal: stop.signal,
        tell: (sentence) => process.stdout.write(`${sentence}\n`),
        ...(log === undefined ? {} : { wrote: (line) => appendFileSync(log, `${line}\n`) }),
      },
      database,
    );
    if (stop.signal.aborted) process.stdout.write("It was stopped before its end, so it proves nothing.\n");
    else for (const problem of problems) process.stdout.write(`WRONG: ${problem}\n`);
    process.stdout.write(`seed ${seed}, ${store}: ${tallyLine(tally)}\n`);
    return problems.length > 0 || stop.signal.aborted ? 1 : 0;
  } finally {
    clearTimeout(tooLong);
    await database.close();
  }
}

// At once, since PostgreSQL's package would otherwise end the process with a code of its own.
process.exit(await main());
