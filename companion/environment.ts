/** The only place in the companion that reads the process's environment and companion/.env. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";

export type Environment = Readonly<Record<string, string | undefined>>;

const ENV_FILE = fileURLToPath(new URL("./.env", import.meta.url));

/** The environment over companion/.env, if there is one: what is set in the environment wins, even where it is empty. */
export function readEnvironment(): Environment {
  const fromFile = existsSync(ENV_FILE) ? parseEnv(readFileSync(ENV_FILE, "utf8")) : {};
  return { ...fromFile, ...process.env };
}
