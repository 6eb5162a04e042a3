import { parseArgs } from "node:util";
import { accept, refuse, type Result } from "../core/result.ts";

export const USAGE = `Usage: npm run sandbox -- [--port N] [--data DIR] [--manual-clock]
  --port N         the port of the page and of the stand-ins (default 3000; 0 takes a free one)
  --data DIR       keep everything in this folder, and go on from there at the next start
  --manual-clock   time stands still and is stepped by POST /sandbox/clock {"advance_ms": N}`;

export interface SandboxArguments {
  readonly port: number;
  /** Where everything is kept; without it, nothing outlives the process. */
  readonly dataFolder: string | undefined;
  readonly manualClock: boolean;
}

/** Reads the command line; the refusal is a sentence for the person who typed it. */
export function parseArguments(argv: readonly string[]): Result<SandboxArguments, string> {
  let values: { port?: string; data?: string; "manual-clock"?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: { port: { type: "string" }, data: { type: "string" }, "manual-clock": { type: "boolean" } },
      strict: true,
      allowPositionals: false,
    }));
  } catch (problem) {
    return refuse(problem instanceof Error ? problem.message : String(problem));
  }
  const port = values.port ?? "3000";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    return refuse(`--port ${port} is not a port between 0 and 65535.`);
  if (values.data?.trim() === "") return refuse("--data needs the name of a folder.");
  return accept({ port: Number(port), dataFolder: values.data, manualClock: values["manual-clock"] ?? false });
}
