import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSyncInstance } from "@photostructure/sqlite";
import type { Sql, SqlRow } from "./sql.ts";

/** A companion that is just ending gives the file up within this time. */
const OWNER_WAITS_MS = 1_000;

/** One connection to a SQLite file, whose statements are synchronous: nothing else runs meanwhile. */
export interface SqliteFile {
  readonly sql: Sql;
  /** Executes several statements. */
  execute(script: string): void;
  /** How long a statement waits from now on for another process that holds the file. */
  waitAtMost(ms: number): void;
  close(): void;
}

/**
 * Opens or makes the file. What a transaction wrote is on the disk when it ends.
 * @param waitMs how long a statement waits for another process that holds the file
 */
export function openFile(path: string, waitMs: number): SqliteFile {
  if (path !== ":memory:") makeFolder(dirname(path));
  const database = new DatabaseSync(path, { timeout: waitMs, enableForeignKeyConstraints: true });
  try {
    database.exec("pragma journal_mode = wal");
    database.exec("pragma synchronous = full");
  } catch (problem) {
    database.close();
    throw problem;
  }
  return {
    sql: sqlOf(database),
    execute: (script) => database.exec(script),
    waitAtMost: (ms) => database.exec(`pragma busy_timeout = ${Math.trunc(ms)}`),
    close: () => database.close(),
  };
}

/**
 * Makes this process the only one that works on the file, until it gives it up or dies: a lock of the operating system on a
 * file beside it, which stays empty. Commands that work beside a companion need no lock.
 * @returns gives it up
 * @throws Error with a sentence where another process has it
 */
export function ownFile(path: string): () => void {
  if (path === ":memory:") return () => undefined;
  makeFolder(dirname(path));
  const lock = new DatabaseSync(`${path}-owner`, { timeout: OWNER_WAITS_MS });
  try {
    lock.exec("begin exclusive");
  } catch (problem) {
    lock.close();
    const isHeld = problem instanceof Error && /\bis locked\b/.test(problem.message);
    if (!isHeld) throw problem;
    throw new Error("Another companion works on this file. One file is for one companion; PostgreSQL is for several.", {
      cause: problem,
    });
  }
  return () => {
    lock.exec("rollback");
    lock.close();
  };
}

/** One folder after the other: Node's own way never ends in places that deny what they are, such as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (problem) {
    // Somebody else made it meanwhile.
    if (!(problem instanceof Error && "code" in problem && problem.code === "EEXIST")) throw problem;
  }
}

function sqlOf(database: InstanceType<typeof DatabaseSync>): Sql {
  // Statements are prepared once; there are some fifty of them.
  const prepared = new Map<string, StatementSyncInstance>();
  return {
    // Whoever is in a transaction has the whole file.
    passOverHeld: "",
    async rows(statement, values = []) {
      let found = prepared.get(statement);
      if (!found) {
        found = database.prepare(statement);
        prepared.set(statement, found);
      }
      return found.all(...values) as readonly SqlRow[];
    },
  };
}
