/** The companion as a child process: production code with production configuration, only that its addresses lead here. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Instant, SECOND } from "../core/time.ts";
import type { CompanionView } from "./page_api.ts";

const READY_WITHIN_MS = 30 * SECOND;
const ENDED_WITHIN_MS = 10 * SECOND;
const CLOCK_WITHIN_MS = 5 * SECOND;
const POLL_MS = 40;
const LINES_KEPT = 1_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const guard = new URL("./end_with_parent.ts", import.meta.url).href;

export interface CompanionOptions {
  readonly port: number;
  /** The whole configuration; asked at each start. PATH and HOME are added, and nothing else of our own environment. */
  readonly configuration: () => Readonly<Record<string, string>>;
  /** Also writes the log into this file. */
  readonly logFile: string | undefined;
  /** Its state has changed. */
  readonly changed: () => void;
  /** A sentence for whoever started the sandbox. */
  readonly report: (sentence: string) => void;
  /** The program, from the project's root; the companion itself unless a test brings its own. */
  readonly entry?: string;
}

export interface CompanionProcess {
  view(): CompanionView;
  /** The last 1,000 lines of its log, oldest first. */
  log(): readonly string[];
  /** Starts it, unless it runs, and waits until it is ready. Throws a sentence with its last words when it is not. */
  start(): Promise<void>;
  /** Ends it: "stop" lets it finish its work, "kill" does not. */
  end(how: "stop" | "kill"): Promise<void>;
  /** Tells it the time of a stepped clock and waits, at most 5 s, until it has done what was due. */
  stepClock(now: Instant): Promise<void>;
}

export function createCompanionProcess(options: CompanionOptions): CompanionProcess {
  const url = `http://127.0.0.1:${options.port}`;
  const lines: string[] = [];
  const file: WriteStream | undefined = options.logFile
    ? createWriteStream(options.logFile, { flags: "a", mode: 0o600 })
    : undefined;
  let child: ChildProcess | undefined;
  // While it is being started or ended, its end is no surprise: whoever does so tells about it.
  let isExpectedToEnd = true;

  function keep(line: string): void {
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.splice(0, lines.length - LINES_KEPT);
    file?.write(`${line}\n`);
  }

  function launch(): ChildProcess {
    isExpectedToEnd = true;
    const started = spawn(
      process.execPath,
      ["--import", "tsx", "--import", guard, options.entry ?? "companion/main.ts"],
      {
        cwd: root,
        env: minimalEnvironment(options.configuration()),
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      },
    );
    for (const stream of [started.stdout, started.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", keep);
    }
    started.once("exit", (code, signal) => {
      if (child === started) child = undefined;
      if (!isExpectedToEnd) options.report(`The companion ended by itself (${signal ?? `exit code ${code}`}).`);
      options.changed();
    });
    return started;
  }

  async function untilReady(started: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      if (hasEnded(started)) break;
      if (await answersReady(url)) return;
      await pause(POLL_MS);
    }
    const why = hasEnded(started) ? "ended while it started" : "was not ready within 30 s";
    throw new Error(`The companion ${why}. Its last lines:\n${lines.slice(-12).join("\n")}`);
  }

  return {
    view: () => ({ state: child ? "running" : "stopped", url }),
    log: () => [...lines],

    async start() {
      if (child) return;
      const started = launch();
      child = started;
      await untilReady(started);
      isExpectedToEnd = false;
      options.changed();
    },

    async end(how) {
      const ending = child;
      if (!ending) return;
      isExpectedToEnd = true;
      ending.kill(how === "kill" ? "SIGKILL" : "SIGTERM");
      if (!(await endsWithin(ending, ENDED_WITHIN_MS))) {
        options.report("The companion did not end within 10 s of SIGTERM and was killed.");
        ending.kill("SIGKILL");
        await endsWithin(ending, ENDED_WITHIN_MS);
      }
    },

    async stepClock(now) {
      const told = child;
      if (!told?.connected) return;
      const answered = new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          told.off("message", listen).off("exit", done);
          resolve();
        };
        const listen = (message: unknown) => {
          if (isClockAnswer(message, now)) done();
        };
        const timer = setTimeout(done, CLOCK_WITHIN_MS);
        told.on("message", listen).once("exit", done);
      });
      // A child that is just ending cannot be told any more; the answer's listener then ends with it.
      told.send({ type: "clock", now }, () => undefined);
      await answered;
    },
  };
}

function minimalEnvironment(configuration: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { ...(PATH ? { PATH } : {}), ...(HOME ? { HOME } : {}), ...configuration };
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(SECOND) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    // Nobody listens yet; asked again until the deadline.
    return false;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function endsWithin(child: ChildProcess, ms: number): Promise<boolean> {
  if (hasEnded(child)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

function isClockAnswer(message: unknown, now: Instant): boolean {
  if (typeof message !== "object" || message === null) return false;
  return "type" in message && message.type === "clock" && "now" in message && message.now === now;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
