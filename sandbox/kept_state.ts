/** What `--data DIR` keeps: one file with the snapshots of all stand-ins, so that they always fit each other. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const FILE = "sandbox.json";
const WAIT_MS = 300;

const KeptState = z.object({
  version: z.literal(1),
  /** Where the identifiers go on. */
  counter: z.int().nonnegative(),
  /** The time of a clock that is stepped by hand, so that it never runs backwards. */
  now: z.number(),
  slack: z.unknown(),
  pagerduty: z.unknown(),
  sentry: z.unknown(),
});
export type KeptState = z.output<typeof KeptState>;

/** What was kept in the folder, undefined where it is new. Throws a sentence when the file cannot be understood. */
export function readKeptState(folder: string): KeptState | undefined {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, FILE);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (problem) {
    if (problem instanceof Error && "code" in problem && problem.code === "ENOENT") return undefined;
    throw problem;
  }
  try {
    return KeptState.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${path} was not written by this version of the sandbox; choose another folder or delete the file.`,
    );
  }
}

/** Writes after a short rest, since changes come in bursts; a write replaces the file in one step. */
export function createKeeper(folder: string, state: () => KeptState) {
  let timer: NodeJS.Timeout | undefined;

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    const path = join(folder, FILE);
    writeFileSync(`${path}.new`, JSON.stringify(state()));
    renameSync(`${path}.new`, path);
  }

  return {
    soon(): void {
      timer ??= setTimeout(write, WAIT_MS);
    },
    /** Writes now, for the last time before the end. */
    write,
  };
}
