/** A real browser and a real sandbox for tests: npm alone brings both. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";
import { afterAll, expect } from "vitest";
import type { RunView } from "../../sandbox/page_api.ts";
import * as seed from "../../sandbox/seed.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHROMIUM_FOLDER = join(tmpdir(), "pager-triage-chromium-138.0.2");
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;

/**
 * One Chromium for a test file, closed after its last test. CHROMIUM_PATH names another one, for platforms that the npm
 * package has no binary for.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM_PATH"] ?? (await unpackedChromium());
  const browser = await playwright.launch({
    executablePath,
    // A single process ends as a whole when one of its pages crashes or closes at the wrong moment.
    args: [...chromium.args.filter((flag) => flag !== "--single-process"), "--disable-background-networking"],
    env: { ...process.env, ...(await fontSettings()) },
  });
  afterAll(() => browser.close());
  return browser;
}

/**
 * Unpacks Chromium once for all test files and runs. It is unpacked under a name of its own and renamed when complete, so
 * that neither a second worker nor a run that was interrupted leaves half a binary where others look.
 */
async function unpackedChromium(): Promise<string> {
  const path = join(CHROMIUM_FOLDER, "chromium");
  if (existsSync(path)) return path;
  const own = await mkdtemp(`${CHROMIUM_FOLDER}.`);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = own;
  try {
    await chromium.executablePath();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
  try {
    await rename(own, CHROMIUM_FOLDER);
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    // Another worker was quicker; anything else is a real failure.
    if (!existsSync(path)) throw error;
  }
  return path;
}

/** The same letters on every machine: the fonts that come with Chromium's package, then the machine's own. */
async function fontSettings(): Promise<Record<string, string>> {
  if (!existsSync(join(CHROMIUM_FOLDER, "fonts"))) return {};
  const folder = await mkdtemp(join(tmpdir(), "pager-triage-fonts-"));
  const file = join(folder, "fonts.conf");
  await mkdir(join(folder, "cache"));
  await writeFile(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${CHROMIUM_FOLDER}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/cache</cachedir>
<alias binding="strong"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
<alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>`,
  );
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return { FONTCONFIG_FILE: file };
}

export interface SandboxOptions {
  readonly manualClock?: boolean;
  /** Where the sandbox keeps its data; in memory without it. */
  readonly dataFolder?: string;
  readonly port?: number;
}

export interface RunningSandbox {
  /** Such as http://localhost:41234, without a slash at its end. */
  readonly url: string;
  readonly pid: number;
  /** Ends the process as Ctrl-C would and waits for it; kills it where it does not end within 10 s. */
  stop(): Promise<void>;
}

/**
 * Starts `npm run sandbox` without npm and waits until it says that it is ready. Rejects with what the process wrote
 * where it ends or says nothing for a minute. Ends with the test file at the latest.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const flags = ["--port", String(options.port ?? 0)];
  if (options.manualClock) flags.push("--manual-clock");
  if (options.dataFolder) flags.push("--data", options.dataFolder);
  // The channel ends the sandbox with this process even where a run is cut off by SIGKILL.
  const imports = ["--import", "tsx", "--import", "./sandbox/end_with_parent.ts"];
  const child = spawn(process.execPath, [...imports, "sandbox/main.ts", ...flags], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  let url: string | undefined;
  const stop = async () => {
    const log = url === undefined ? "" : await logsOf(url);
    url = undefined;
    process.off("exit", killAtExit);
    await endProcess(child);
    expect(SECRETS.filter((secret) => log.includes(secret))).toEqual([]);
  };
  afterAll(stop);
  try {
    url = await readyUrl(child);
    if (child.pid === undefined) throw new Error("The sandbox has no process id.");
    return { url, pid: child.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What no line of a log may hold, the companion's or a function's, whatever a test did. */
const SECRETS = [
  seed.SANDBOX_BOT_TOKEN,
  seed.SANDBOX_PAGERDUTY_TOKEN,
  seed.SANDBOX_WEBHOOK_SECRET,
  seed.SANDBOX_COMPANION_SECRET,
  seed.SANDBOX_SENTRY_TOKEN,
  "/slack/triggers/",
];

async function logsOf(url: string): Promise<string> {
  const get = async (path: string) => (await fetch(url + path, { signal: AbortSignal.timeout(STOP_LIMIT_MS) })).text();
  try {
    const runs = JSON.parse(await get("/sandbox/runs")) as readonly RunView[];
    return [await get("/sandbox/companion/log"), ...runs.flatMap(({ steps }) => steps.flatMap(({ log }) => log))].join(
      "\n",
    );
  } catch {
    // A test ended the sandbox by other means; there is no log any more.
    return "";
  }
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = "";
    let errors = "";
    const fail = (why: string) => reject(new Error(`${why}\n${errors.slice(-4_000)}${out.slice(-1_000)}`));
    const timer = setTimeout(() => fail("The sandbox did not become ready within a minute."), START_LIMIT_MS);
    child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      const url = /^sandbox ready (http:\/\/localhost:\d+)$/m.exec(out)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    child.once("error", (error) => fail(`The sandbox did not start: ${error.message}`));
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      fail(`The sandbox ended before it was ready (${code === null ? signal : `exit code ${code}`}).`);
    });
  });
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
