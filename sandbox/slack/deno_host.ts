/** One long-lived Deno process that executes the functions, with a hosted function's permissions. */
import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const RUNTIME = fileURLToPath(new URL("deno_runtime.js", import.meta.url));
const START_LIMIT_MS = 20_000;
/** A runtime that dies at once, over and over, is given this long a rest before it is started again. */
const RESTART_PAUSE_MS = 500;

const HostLine = z.union([
  z.object({ listening: z.number() }),
  z.object({ call: z.string().optional(), level: z.string(), text: z.string() }),
]);

export interface DenoHostOptions {
  /** Holds <callback_id>.js for every function. */
  readonly bundles: string;
  /** Where Deno keeps its caches. */
  readonly cache: string;
  /** Host names, or host:port, that functions may reach. */
  readonly reachable: readonly string[];
  /** The npm package of the Deno to use: "deno" (2.x), or "deno-1" (1.46). */
  readonly denoPackage: "deno" | "deno-1";
  /** What functions write to their console; `call` is the caller's id of the call, absent outside of calls. */
  readonly onLog: (line: { readonly call?: string | undefined; readonly level: string; readonly text: string }) => void;
  /** Something is wrong with the process itself. */
  readonly onTrouble: (text: string) => void;
}

export type CallOutcome =
  | { readonly kind: "answered"; readonly answer: unknown }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "timed_out" };

export interface DenoHost {
  /** Process id, for a test that ends it; undefined while it is being started. */
  pid(): number | undefined;
  /**
   * Hands one envelope to the runtime.
   * @param call names the call in onLog
   * @param limitMs wall clock; a handler that is not done by then goes on, but nobody listens any more
   */
  call(call: string, envelope: unknown, limitMs: number): Promise<CallOutcome>;
  close(): Promise<void>;
}

/** The real executable: the npm launcher starts a child of its own, which would survive the launcher's end. */
function denoExecutable(denoPackage: "deno" | "deno-1"): string {
  const manifest = createRequire(import.meta.url).resolve(`${denoPackage}/package.json`);
  const libc = process.platform === "linux" ? "-glibc" : "";
  const platform = createRequire(manifest).resolve(`@deno/${process.platform}-${process.arch}${libc}/package.json`);
  return join(dirname(platform), process.platform === "win32" ? "deno.exe" : "deno");
}

function start(options: DenoHostOptions): ChildProcess {
  const args = [
    ...["run", "--quiet", "--no-config", "--no-lock", "--no-prompt", "--no-npm", "--no-remote"],
    `--allow-read=${options.bundles}`,
    // The first is the runtime's own listening address.
    `--allow-net=${["127.0.0.1:0", ...options.reachable].join(",")}`,
    RUNTIME,
    options.bundles,
  ];
  return spawn(denoExecutable(options.denoPackage), args, {
    env: { DENO_DIR: options.cache, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    // The runtime ends when its stdin does, so that it cannot outlive this process however that ends.
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Resolves with the port once the runtime listens; rejects when it ends before. Forwards its output all along. */
function listening(child: ChildProcess, options: DenoHostOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error("Deno did not start in time")), START_LIMIT_MS);
    const fail = (reason: string) => {
      clearTimeout(limit);
      reject(new Error(reason));
    };
    child.once("error", (problem) => fail(`Deno cannot be started: ${problem.message}`));
    child.once("exit", (code, signal) => fail(`Deno ended (${signal ?? `code ${code}`})`));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", options.onTrouble);
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (text) => {
      const line = HostLine.safeParse(jsonOf(text));
      if (!line.success) return options.onLog({ level: "log", text });
      if (!("listening" in line.data)) return options.onLog(line.data);
      clearTimeout(limit);
      resolve(line.data.listening);
    });
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function post(port: number, call: string, envelope: unknown, limitMs: number): Promise<CallOutcome> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/functions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-sandbox-call": call },
      body: JSON.stringify(envelope),
      signal: AbortSignal.timeout(limitMs),
    });
    const text = await response.text();
    if (!response.ok) return { kind: "failed", error: text.replace(/^error /, "") };
    return { kind: "answered", answer: jsonOf(text) };
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "TimeoutError") return { kind: "timed_out" };
    return { kind: "failed", error: "The function's process ended while the function was running." };
  }
}

/** Starts Deno and waits until it listens. The process is started again whenever it ends by itself. */
export async function startDenoHost(options: DenoHostOptions): Promise<DenoHost> {
  let closing = false;
  let child: ChildProcess | undefined;
  let port: Promise<number>;

  function launch(): Promise<number> {
    const launched = start(options);
    child = launched;
    launched.once("exit", (code, signal) => {
      if (closing || child !== launched) return;
      options.onTrouble(`Deno ended (${signal ?? `code ${code}`}) and is started again.`);
      port = new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS)).then(launch);
      // Whoever calls learns of a failed start; without a caller it was reported as trouble.
      port.catch(() => undefined);
    });
    return listening(launched, options);
  }

  port = launch();
  await port.catch((problem: unknown) => {
    closing = true;
    throw problem;
  });
  return {
    pid: () => child?.pid,
    async call(call, envelope, limitMs) {
      try {
        return await post(await port, call, envelope, limitMs);
      } catch (problem) {
        return { kind: "failed", error: problem instanceof Error ? problem.message : String(problem) };
      }
    },
    async close() {
      closing = true;
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGKILL");
      await ended;
    },
  };
}
