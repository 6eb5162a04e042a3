import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSyncInstance } from "@photostructure/sqlite";
import { applyMigrations } from "./migrations.ts";
import type { Sql, SqlRow } from "./sql.ts";
import { transactionOver } from "./sql_transaction.ts";
import type { Store, Transaction } from "./store.ts";

/** How long a statement waits for another process that holds the file. Nothing else runs meanwhile, so it is short. */
const BUSY_TIMEOUT_MS = 250;
/** After that wait all are refused at once for a while: did each wait in turn, webhooks would go without any answer. */
const HELD_MS = 500;
/** A command at a terminal can wait for the companion. */
const GUEST_BUSY_TIMEOUT_MS = 10_000;

/**
 * The store in one SQLite file, or in memory for ":memory:". What a transaction wrote is on the disk when it ends. One
 * process owns the file: what a former one had in hand is given out again at once. A guest leaves that alone.
 * @param maxPages lets the file grow to so many pages of 4 KB and no further
 * @throws Error with a sentence where the file cannot be used or was written by a newer version
 */
export async function openSqliteStore(path: string, { isOwner = true, maxPages = 0 } = {}): Promise<Store> {
  if (path !== ":memory:") makeFolder(dirname(path));
  const database = new DatabaseSync(path, {
    timeout: isOwner ? BUSY_TIMEOUT_MS : GUEST_BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  });
  try {
    database.exec("pragma journal_mode = wal");
    database.exec("pragma synchronous = full");
    const sql = sqlOf(database);
    await migrate(sql, database);
    if (maxPages > 0) database.exec(`pragma max_page_count = ${Math.trunc(maxPages)}`);
    if (isOwner) await sql.rows("update outbox set lease_until = 0 where state = 'ready' and lease_until > 0");
    return storeOver(sql, () => database.close());
  } catch (problem) {
    database.close();
    throw problem;
  }
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

async function migrate(sql: Sql, database: InstanceType<typeof DatabaseSync>): Promise<void> {
  database.exec("begin immediate");
  try {
    await applyMigrations(sql, async (script) => database.exec(script));
    database.exec("commit");
  } catch (problem) {
    database.exec("rollback");
    throw problem;
  }
}

function storeOver(sql: Sql, closeDatabase: () => void): Store {
  const tx = transactionOver(sql, "");
  // One connection holds one transaction at a time: each waits for the one before.
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  let isHeld = false;

  async function begin(): Promise<void> {
    if (isHeld) throw new Error("The database is held by another process.");
    try {
      await sql.rows("begin immediate");
    } catch (problem) {
      isHeld = true;
      setTimeout(() => (isHeld = false), HELD_MS).unref();
      throw problem;
    }
  }

  async function execute<Outcome>(work: (tx: Transaction) => Promise<Outcome>): Promise<Outcome> {
    if (isClosed) throw new Error("The store is closed.");
    await begin();
    try {
      const outcome = await work(tx);
      await sql.rows("commit");
      return outcome;
    } catch (problem) {
      // SQLite ends a transaction by itself on some failures (a full disk); then there is nothing left to take back.
      await sql.rows("rollback").catch(() => undefined);
      throw problem;
    }
  }

  function inTurn<Outcome>(work: (tx: Transaction) => Promise<Outcome>): Promise<Outcome> {
    const result = last.then(() => execute(work));
    last = result.catch(() => undefined);
    return result;
  }

  return {
    transaction: inTurn,
    aside: inTurn,
    companions: () => 1,
    async close() {
      await last;
      if (isClosed) return;
      isClosed = true;
      closeDatabase();
    },
  };
}
