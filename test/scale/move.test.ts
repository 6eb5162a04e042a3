import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "@photostructure/sqlite";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { moveCommand } from "../../companion/move_command.ts";
import { TABLES } from "../../companion/store/migrations.ts";
import { move } from "../../companion/store/move.ts";
import { type Database, openStore } from "../../companion/store/open_store.ts";
import { decisionOf } from "../companion/world.ts";
import { createWorld, settingsFor } from "../companion/world.ts";
import { createCompanions } from "./companions.ts";
import { type PostgresServer, startPostgres } from "../../chaos/postgres_server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const now = () => Date.parse("2026-11-25T17:00:00.000Z");

let server: PostgresServer;
let folder: string;
let files = 0;
beforeAll(async () => {
  server = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), "move-"));
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
}, 60_000);

async function sqlite(): Promise<Database> {
  return { kind: "sqlite", path: join(folder, `${(files += 1)}.db`) };
}
async function postgres(): Promise<Database> {
  return { kind: "postgres", url: await server.database() };
}
const addressOf = (database: Database): string =>
  database.kind === "sqlite" ? `sqlite:${database.path}` : database.url;

/** Executes statements behind the companion's back. */
async function query(database: Database, statement: string): Promise<readonly Record<string, unknown>[]> {
  if (database.kind === "sqlite") {
    const file = new DatabaseSync(database.path, { timeout: 5_000 });
    try {
      return file.prepare(statement).all() as Record<string, unknown>[];
    } finally {
      file.close();
    }
  }
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Every row of every table but what belongs to the database itself; numbers as text, whichever way a driver gives them. */
async function contents(database: Database): Promise<Record<string, readonly string[]>> {
  const all: Record<string, readonly string[]> = {};
  for (const table of TABLES.filter((one) => one !== "companion" && one !== "move_mark")) {
    const rows = await query(database, `select * from ${table}`);
    const lines = rows.map((row) =>
      JSON.stringify(row, (_, value: unknown) => (typeof value === "number" ? String(value) : value)),
    );
    all[table] = lines.sort();
  }
  return all;
}

/** A running installation: open windows, jobs that wait, timers, decisions, settings, feed lines, what cannot be read. */
async function fill(database: Database): Promise<void> {
  const world = await createWorld({ store: await openStore(database), startAt: Date.now() });
  for (const [index, title] of ["Zahlung kaputt 💥", "'); drop table event; --", "Latency"].entries()) {
    await world.event(world.raise(`P${index}`, { serviceId: `PSVC${index}`, serviceName: `Service ${index}`, title }));
    await world.event(world.raise(`P${index}L`, { serviceId: `PSVC${index}`, serviceName: `Service ${index}` }));
  }
  await world.confirmAll();
  const [dismissed = "", active = ""] = world.triggers.triages.map(({ incident_id }) => incident_id);
  await world.call("decide", { phase: "applied", decision: decisionOf(dismissed, "dismiss") });
  await world.call("decide", { phase: "applied", decision: decisionOf(active, "create") });
  await world.confirmAll();
  await world.store.transaction(async (tx) => {
    await tx.saveSettingsRow({ serviceId: "PSVC9", urgency: "*", settings: { admission: "feed" } });
    await tx.beginOutage("webhooks", 1);
  });
  await world.event(world.raise("P9", { serviceId: "PSVC9", serviceName: "Quiet" }));
  await world.settle();
  await world.webhook("{", { "x-webhook-id": "unreadable" });
  // Slack is away: what comes now waits in the outbox.
  world.triggers.answerAll({ status: 500, body: "" });
  await world.event(world.raise("PWAIT", { serviceId: "PSVCWAIT", serviceName: "Waiting" }));
  await world.settle();
  await world.close();
}

interface Told {
  readonly ok: boolean;
  readonly text: string;
}
async function command(from: Database, to: Database): Promise<Told> {
  const outcome = await moveCommand(["--from", addressOf(from), "--to", addressOf(to)], now);
  const text = outcome.ok ? outcome.value : outcome.refusal;
  for (const secret of ["triage:test", "hunter2"]) expect(text).not.toContain(secret);
  return { ok: outcome.ok, text };
}

/** Whether a companion would work on it. */
async function worksOn(database: Database): Promise<boolean> {
  const store = await openStore(database).catch(() => undefined);
  await store?.close();
  return store !== undefined;
}

it("knows every table, so that none is left behind", async () => {
  const file = await sqlite();
  await (await openStore(file)).close();
  const tables = await query(file, "select name from sqlite_master where type = 'table' and name <> 'schema_version'");
  expect(tables.map(({ name }) => String(name)).sort()).toEqual([...TABLES].sort());
});

describe.each([
  ["SQLite", "PostgreSQL", sqlite, postgres],
  ["PostgreSQL", "SQLite", postgres, sqlite],
  ["one PostgreSQL", "another", postgres, postgres],
])("a move from %s to %s", (_from, _to, makeSource, makeTarget) => {
  let source: Database;
  let target: Database;
  let before: Record<string, readonly string[]>;
  beforeEach(async () => {
    [source, target] = [await makeSource(), await makeTarget()];
    await fill(source);
    before = await contents(source);
  });

  it("brings every row of a running installation over, after which only the new one works", async () => {
    const filled = Object.entries(before).flatMap(([table, rows]) => (rows.length > 0 ? [table] : []));
    const needed = ["event", "quarantine", "outbox", "timer", "timeline", "service_window", "service_setting"];
    expect(filled).toEqual(
      expect.arrayContaining([...needed, "incident", "dismissal", "health", "feed_line", "nonce"]),
    );
    expect(await command(source, target)).toMatchObject({ ok: true, text: expect.stringContaining("DATABASE_URL") });
    expect(await contents(target)).toEqual(before);
    await expect(openStore(source)).rejects.toThrow(/Everything was moved to .* set DATABASE_URL/);
    await expect(openStore(source, { isOwner: false })).rejects.toThrow(/Everything was moved to/);
    expect(await command(source, target)).toMatchObject({ ok: false, text: expect.stringContaining("already") });
    // What counts up goes on after what came over.
    const store = await openStore(target);
    const newest = Math.max(
      ...(await query(target, "select max(seq) as seq from event")).map(({ seq }) => Number(seq)),
    );
    await store.transaction((tx) => tx.addEvent({ keys: ["new"], eventId: "new", receivedAt: 1, body: "{}" }));
    expect((await store.transaction((tx) => tx.nextEvent()))?.seq).toBe(newest + 1);
    await store.close();
  });

  it("that is interrupted anywhere leaves one database that works or none, and the same command ends it without loss", async () => {
    for (const stage of ["webhook_seen", "outbox", "milestone", "copied", "gone", "finished"]) {
      const to = await makeTarget();
      const from = await makeSource();
      await command(source, from);
      const reached = (what: string) => {
        if (what === stage) throw new Error("killed");
      };
      await expect(move(from, to, { now, reached })).rejects.toThrow("killed");
      const isGone = stage === "gone" || stage === "finished";
      expect(await worksOn(from)).toBe(!isGone);
      if (!isGone) expect(await contents(from)).toEqual(before);
      if (stage === "copied" || stage === "gone")
        await expect(openStore(to)).rejects.toThrow(/interrupted: give the same/);
      expect((await command(from, to)).ok).toBe(stage !== "finished");
      expect(await contents(to)).toEqual(before);
      source = to;
    }
  }, 120_000);

  it("refuses while a companion works on either of them, and changes nothing", async () => {
    const store = await openStore(source);
    const refused = await command(source, target);
    expect(refused).toMatchObject({ ok: false, text: expect.stringContaining("A companion works on it") });
    await store.close();
    const other = await openStore(target);
    expect((await command(source, target)).text).toContain("A companion works on it");
    await other.close();
    expect(await worksOn(source)).toBe(true);
  });

  it("refuses a target that holds anything, another version on either side, and one database for both", async () => {
    const store = await openStore(target);
    await store.transaction((tx) => tx.setTimer("sync", "", 1));
    await store.close();
    expect((await command(source, target)).text).toContain("not empty (timer)");
    expect(await contents(source)).toEqual(before);
    expect(await worksOn(target)).toBe(true);

    const empty = await makeTarget();
    await (await openStore(empty)).close();
    await query(empty, "insert into schema_version (number, name) values (999, 'of tomorrow')");
    expect((await command(source, empty)).text).toMatch(/version 999, and this is version \d+/);
    await query(source, "delete from schema_version where number = (select max(number) from schema_version)");
    expect((await command(source, await makeTarget())).text).toMatch(/start this version's companion on it once/);
    expect((await command(source, source)).text).toContain("the same database");
  });
});

describe("a move from a running SQLite installation to PostgreSQL", () => {
  let source: Database;
  let target: Database;
  beforeEach(async () => {
    [source, target] = [await sqlite(), await postgres()];
    await fill(source);
  });
  const companions = createCompanions();
  afterEach(() => companions.end());

  it("lets a companion go on with what waited", async () => {
    await command(source, target);
    const outside = await createWorld();
    const env = { ...settingsFor(outside.pagerduty, outside.triggers), DATABASE_URL: addressOf(target) };
    await companions.start(env);
    const triages = () => outside.triggers.triages.map(({ service_id }) => service_id);
    await expect.poll(triages, { timeout: 20_000 }).toContain("PSVCWAIT");
    await companions.end();
    expect(triages()).toEqual(["PSVCWAIT"]);
    await outside.close();
    // And on the old one it refuses, with a sentence.
    await expect(companions.start({ ...env, DATABASE_URL: addressOf(source) })).rejects.toThrow(
      /Everything was moved to/,
    );
  });

  it("that is killed half way has changed nothing", async () => {
    const before = await contents(source);
    await (await openStore(target)).close();
    // Somebody holds a table in the middle, so that it is known where the move is.
    const holder = new Client({ connectionString: addressOf(target) });
    await holder.connect();
    await holder.query("begin; lock table outbox in exclusive mode");
    const words = [
      "--import",
      "tsx",
      "companion/cli.ts",
      "move",
      "--from",
      addressOf(source),
      "--to",
      addressOf(target),
    ];
    const child = spawn(process.execPath, words, { cwd: root, stdio: "ignore" });
    const waiting = "select 1 from pg_locks where relation = 'outbox'::regclass and not granted";
    await expect.poll(async () => (await holder.query(waiting)).rowCount, { timeout: 20_000 }).toBeGreaterThan(0);
    child.kill("SIGKILL");
    await once(child, "exit");
    await holder.query("rollback");
    await holder.end();
    expect(await contents(source)).toEqual(before);
    expect(await worksOn(source)).toBe(true);
    const rest = Object.values(await contents(target)).flat();
    expect(rest).toEqual([]);
    expect((await command(source, target)).ok).toBe(true);
    expect(await contents(target)).toEqual(before);
  });
});

describe("the command", () => {
  it.each([
    ["needs both", ["--from", "sqlite:a.db"], "needs both"],
    ["takes nothing else", ["--from", "sqlite:a.db", "--into", "postgres://u:hunter2@h/d"], "takes --from and --to"],
    ["wants addresses", ["--from", "mysql://u:hunter2@h/d", "--to", "sqlite:a.db"], "--from must begin with sqlite:"],
    ["wants a file that is there", ["--from", "sqlite:/none/a.db", "--to", "sqlite:b.db"], "There is no such file"],
    ["has nothing to take from memory", ["--from", "sqlite::memory:", "--to", "sqlite:b.db"], "in the memory"],
  ])("%s", async (_, words, sentence) => {
    const outcome = await moveCommand(words, now);
    expect(outcome.ok).toBe(false);
    if (!outcome.ok) expect(outcome.refusal).toContain(sentence);
    expect(JSON.stringify(outcome)).not.toContain("hunter2");
  });

  it("names no password where PostgreSQL lets nobody in", async () => {
    const url = new URL(await server.database());
    url.password = "hunter2";
    const source = await sqlite();
    await (await openStore(source)).close();
    const told = await command(source, { kind: "postgres", url: url.href });
    expect(told).toMatchObject({ ok: false, text: expect.stringContaining("no such user, password or database") });
  });
});
