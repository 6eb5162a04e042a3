/** Puts everything together: one port, the stand-ins, the page, and the companion as a child process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Hono } from "hono";
import type { SandboxArguments } from "./arguments.ts";
import { type ChangeFeed, createChangeFeed } from "./change_feed.ts";
import { createClock, type SandboxClock } from "./clock.ts";
import { companionConfiguration } from "./companion_configuration.ts";
import { type CompanionProcess, createCompanionProcess } from "./companion_process.ts";
import { createControlRoutes } from "./control_routes.ts";
import { createKeeper, readKeptState } from "./kept_state.ts";
import { buildPageRoutes } from "./page_files.ts";
import { freePort, startServer } from "./server.ts";
import { createStandIns, type StandIns } from "./stand_ins.ts";

export interface RunningSandbox {
  /** The page's address. */
  readonly url: string;
  /** Ends everything that was started. */
  close(): Promise<void>;
}

/**
 * Starts the sandbox and waits until everything works.
 * @param report takes sentences for whoever started it
 * @throws Error with a sentence when something cannot be started; nothing is left running then
 */
export async function startSandbox(
  options: SandboxArguments,
  report: (sentence: string) => void,
): Promise<RunningSandbox> {
  const cleanUps = createCleanUps();
  try {
    return { url: await start(options, report, cleanUps.add), close: cleanUps.run };
  } catch (problem) {
    await cleanUps.run();
    throw problem;
  }
}

async function start(
  options: SandboxArguments,
  report: (sentence: string) => void,
  atEnd: (cleanUp: CleanUp) => void,
): Promise<string> {
  const dataFolder = options.dataFolder === undefined ? undefined : resolve(options.dataFolder);
  const kept = dataFolder === undefined ? undefined : readKeptState(dataFolder);
  const clock = createClock(options.manualClock, options.manualClock && kept ? kept.now : Date.now());
  const ids = countIds(kept?.counter ?? 0);
  const feed = createChangeFeed();
  const server = await startServer(options.port);
  atEnd(server.close);
  atEnd(feed.close);
  // Built while the Slack app and Deno get ready. A failure is met below; until then it must not count as unhandled.
  const page = buildPageRoutes();
  page.catch(() => undefined);

  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${server.port}`;
  const standIns = await createStandIns({ clock, changed: feed.changed, id: ids.next }, baseUrl, port);
  atEnd(standIns.close);
  if (kept) standIns.restore(kept);
  if (dataFolder !== undefined) {
    const keeper = createKeeper(dataFolder, () => ({
      version: 1,
      counter: ids.count(),
      now: clock.now(),
      ...standIns.snapshot(),
    }));
    feed.onChange(keeper.soon);
    atEnd(keeper.write);
  }

  const folder = dataFolder ?? temporaryFolder(atEnd);
  const database = join(folder, "companion.db");
  const companion = createCompanionProcess({
    port,
    configuration: () => companionConfiguration({ port, database, clock, standIns }),
    logFile: dataFolder === undefined ? undefined : join(dataFolder, "companion.log"),
    changed: feed.changed,
    report,
  });
  atEnd(() => companion.end("stop"));

  const app = composeRoutes({ feed, clock, standIns, companion, database }, await page);
  server.serve((request) => app.fetch(request));
  await companion.start();
  standIns.pagerduty.retryWebhooks();
  return `http://localhost:${server.port}`;
}

interface Parts {
  readonly feed: ChangeFeed;
  readonly clock: SandboxClock;
  readonly standIns: StandIns;
  readonly companion: CompanionProcess;
  readonly database: string;
}

function composeRoutes({ feed, clock, standIns, companion, database }: Parts, page: Hono): Hono {
  const control = createControlRoutes({
    clock,
    companion,
    changed: feed.changed,
    companionStarted: standIns.pagerduty.retryWebhooks,
    dump: () => ({ now: clock.now(), ...standIns.dump(), companion: { state: companion.view().state } }),
    async reset() {
      await companion.end("kill");
      standIns.reset();
      for (const suffix of ["", "-wal", "-shm"]) rmSync(`${database}${suffix}`, { force: true });
      await companion.start();
      feed.changed();
    },
  });
  const app = new Hono();
  const { slack, pagerduty, sentry } = standIns;
  for (const routes of [feed.routes, slack.routes, pagerduty.routes, sentry.routes, control, page]) {
    app.route("/", routes);
  }
  return app;
}

/** Identifiers by a counter, which goes on where a kept state left off. */
function countIds(start: number) {
  let counter = start;
  return {
    count: () => counter,
    next(prefix: string): string {
      counter += 1;
      return prefix + counter.toString(36).toUpperCase().padStart(10, "0");
    },
  };
}

function temporaryFolder(atEnd: (cleanUp: CleanUp) => void): string {
  const folder = mkdtempSync(join(tmpdir(), "pager-triage-sandbox-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

type CleanUp = () => void | Promise<void>;

/** What has to be ended, last one first: whoever was started later may need what was started before. */
function createCleanUps() {
  const cleanUps: CleanUp[] = [];
  return {
    add: (cleanUp: CleanUp) => void cleanUps.push(cleanUp),
    async run(): Promise<void> {
      for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    },
  };
}
