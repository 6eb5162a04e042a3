/** The real companion in a process of its own, that is killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const PRELOADED = ["../sandbox/end_with_parent.ts", "./inside/prepare.ts"].map(
  (path) => new URL(path, import.meta.url).href,
);

export interface CompanionDeps {
  /** Its whole environment; asked at each start. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** A line of its log. */
  readonly wrote: (line: string) => void;
  /** It ended and nobody had killed it. */
  readonly endedByItself: (how: string) => void;
}

export interface CompanionProcess {
  /** How many processes there have been; grows with each start. */
  generation(): number;
  /** Whether the present one has listened. */
  isUp(): boolean;
  /** Milliseconds since the present one was started. */
  age(): number;
  /** Starts one, and another whenever it ends, until told otherwise. */
  keepRunning(): void;
  /** Kills the present one at once; resolves when it is gone. */
  kill(): Promise<void>;
  /** Kills it and starts no other. */
  end(): Promise<void>;
}

const START_AGAIN_MS = 20;
const AFTER_A_BAD_END_MS = 300;
const LAST_LINES = 5;

export function createCompanionProcess(deps: CompanionDeps): CompanionProcess {
  let generation = 0;
  let startedAt = 0;
  let isUp = false;
  let isWanted = false;
  let isKilled = false;
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();

  function start(): void {
    if (!isWanted) return;
    generation += 1;
    startedAt = performance.now();
    isKilled = false;
    const { PATH, HOME } = process.env;
    const started = spawn(
      process.execPath,
      [...["tsx", ...PRELOADED].flatMap((path) => ["--import", path]), "companion/main.ts"],
      { cwd: root, env: { PATH, HOME, ...deps.environment() }, stdio: ["ignore", "pipe", "pipe", "ipc"] },
    );
    child = started;
    const last: string[] = [];
    for (const stream of [started.stdout, started.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        if (line.includes('"companion.started"') && child === started) isUp = true;
        last.push(line);
        if (last.length > LAST_LINES) last.shift();
        deps.wrote(line);
      });
    }
    ended = new Promise((resolve) => {
      started.once("exit", (code, signal) => {
        child = undefined;
        isUp = false;
        if (!isKilled) deps.endedByItself(`${signal ?? `exit code ${code}`}: ${last.join(" / ")}`);
        setTimeout(start, isKilled ? START_AGAIN_MS : AFTER_A_BAD_END_MS);
        resolve();
      });
    });
  }

  async function kill(): Promise<void> {
    isKilled = true;
    child?.kill("SIGKILL");
    await ended;
  }

  return {
    generation: () => generation,
    isUp: () => isUp,
    age: () => performance.now() - startedAt,
    keepRunning() {
      isWanted = true;
      start();
    },
    kill,
    async end() {
      isWanted = false;
      await kill();
    },
  };
}
