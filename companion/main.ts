import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerType } from "@hono/node-server";
import { TRIGGER_INTERVAL_MS } from "../core/assumptions.ts";
import { type Clock, clockFrom, type SteppedClock } from "./clock.ts";
import { type Companion, createCompanion } from "./companion.ts";
import { describeProblems, readConfiguration, secretsIn } from "./configuration.ts";
import { readEnvironment } from "./environment.ts";
import { HTTP_LIMITS, listen } from "./http_server.ts";
import { createLog, type Log, problemIn } from "./log.ts";
import { type Database, openStore } from "./store/open_store.ts";
import type { Store } from "./store/store.ts";

/** What a supervisor gives a process that was told to end. */
const STOP_WITHIN_MS = 10_000;
const START_AGAIN_AFTER_MS = 1_000;

async function main(): Promise<void> {
  const environment = readEnvironment();
  const configuration = readConfiguration(environment);
  if (!configuration.ok) return refuseToStart(describeProblems(configuration.refusal));
  const log = createLog(configuration.value.logLevel, secretsIn(configuration.value));
  const clock = readClock(environment["SANDBOX_NOW"]);
  const store = await openDatabase(configuration.value.database);
  const companion = createCompanion({
    configuration: configuration.value,
    store,
    clock,
    log,
    id: (prefix) => `${prefix}_${randomBytes(10).toString("hex")}`,
    random: Math.random,
    triggerIntervalMs: TRIGGER_INTERVAL_MS,
  });
  const server = await listenOn(companion, configuration.value.port, log);
  let isStopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      void stop({ companion, server, store, log });
    });
  }
  while (!isStopping && !(await isStarted(companion, log))) await sleep(START_AGAIN_AFTER_MS);
  followParentsClock(companion, clock);
}

/** Whatever happened to the store since it was opened may pass; until then every webhook and /readyz get 503. */
async function isStarted(companion: Companion, log: Log): Promise<boolean> {
  try {
    await companion.start();
    return true;
  } catch (thrown) {
    log.error(problemIn(thrown), "companion.start_waits_for_store");
    return false;
  }
}

function refuseToStart(message: string): never {
  process.stderr.write(`${message.trimEnd()}\n`);
  process.exit(1);
}

function readClock(sandboxNow: string | undefined): Clock | SteppedClock {
  try {
    return clockFrom(sandboxNow);
  } catch (thrown) {
    return refuseToStart(`The companion cannot start: ${thrown instanceof Error ? thrown.message : "unknown"}`);
  }
}

async function openDatabase(database: Database): Promise<Store> {
  try {
    return await openStore(database);
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : "unknown";
    return refuseToStart(`The companion cannot start: the database of DATABASE_URL cannot be used. ${problem}`);
  }
}

function listenOn(companion: Companion, port: number, log: Log): Promise<ServerType> {
  return new Promise((resolve) => {
    const server = listen(companion.app, port, HTTP_LIMITS, {
      listening(actual) {
        log.info({ port: actual }, "companion.started");
        resolve(server);
      },
      failed({ code }) {
        if (code === "EADDRINUSE") {
          refuseToStart(
            `The companion cannot start: port ${port} is in use. Set PORT to a free one, for example 8788.`,
          );
        }
        refuseToStart(`The companion cannot start: it cannot listen on port ${port} (${code ?? "unknown"}).`);
      },
    });
  });
}

/** In the sandbox the time comes from the parent process, which is told when everything due by then is done. */
function followParentsClock(companion: Companion, clock: Clock | SteppedClock): void {
  if (!("set" in clock)) return;
  process.on("message", (message: unknown) => {
    const now = clockMessage(message);
    if (now === undefined) return;
    clock.set(now);
    void companion.settle().then(() => process.send?.({ type: "clock", now }));
  });
}

function clockMessage(message: unknown): number | undefined {
  if (typeof message !== "object" || message === null || !("type" in message) || !("now" in message)) return undefined;
  return message.type === "clock" && typeof message.now === "number" ? message.now : undefined;
}

interface Running {
  readonly companion: Companion;
  readonly server: ServerType;
  readonly store: Store;
  readonly log: Log;
}

/** Accepts nothing more, finishes what is in hand, and closes. What cannot be finished in time is taken up at the next start. */
async function stop({ companion, server, store, log }: Running): Promise<void> {
  setTimeout(() => {
    log.error("companion.stopped_in_a_hurry");
    process.exit(1);
  }, STOP_WITHIN_MS - 500).unref();
  try {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    if ("closeIdleConnections" in server) server.closeIdleConnections();
    await Promise.all([closed, companion.stop()]);
    await store.close();
    log.info("companion.stopped");
    process.exit(0);
  } catch (thrown) {
    log.error(problemIn(thrown), "companion.stop_failed");
    process.exit(1);
  }
}

await main();
