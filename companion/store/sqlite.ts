import { applyMigrations } from "./migrations.ts";
import { refuseMoved } from "./move_marks.ts";
import type { Sql } from "./sql.ts";
import { transactionOver } from "./sql_transaction.ts";
import { openFile, ownFile, type SqliteFile } from "./sqlite_file.ts";
import type { Store, Transaction } from "./store.ts";

/** How long a statement waits for another process that holds the file. Nothing else runs meanwhile, so it is short. */
const BUSY_TIMEOUT_MS = 250;
/** After that wait all are refused at once for a while: did each wait in turn, webhooks would go without any answer. */
const HELD_MS = 500;
/** At the start nothing else is to be done, and a command at a terminal can wait for the companion. */
const PATIENT_BUSY_TIMEOUT_MS = 10_000;

/**
 * The store in one SQLite file, or in memory for ":memory:". One process owns the file: what a former one had in hand is
 * given out again at once. A guest leaves that alone.
 * @param maxPages lets the file grow to so many pages of 4 KB and no further
 * @throws Error with a sentence where the file cannot be used, was written by a newer version or has an owner already
 */
export async function openSqliteStore(path: string, { isOwner = true, maxPages = 0 } = {}): Promise<Store> {
  let giveUp = (): void => undefined;
  let file: SqliteFile | undefined;
  const close = () => {
    file?.close();
    giveUp();
  };
  try {
    if (isOwner) giveUp = ownFile(path);
    file = openFile(path, PATIENT_BUSY_TIMEOUT_MS);
    await migrate(file);
    if (maxPages > 0) file.execute(`pragma max_page_count = ${Math.trunc(maxPages)}`);
    if (isOwner) {
      await file.sql.rows("update outbox set lease_until = 0 where state = 'ready' and lease_until > 0");
      file.waitAtMost(BUSY_TIMEOUT_MS);
    }
    return storeOver(file.sql, close);
  } catch (problem) {
    close();
    throw new Error(sentenceOf(problem), { cause: problem });
  }
}

/** What may be wrong at the start, for a person at a terminal. */
export function sentenceOf(problem: unknown): string {
  const message = problem instanceof Error ? problem.message : "unknown";
  if (/readonly database/.test(message)) return "The file can only be read; it and its folder have to be writable.";
  if (/is locked/.test(message)) return "Another process holds the file.";
  if (/is full/.test(message)) return "The disk is full.";
  if (/unable to open|\b(ENOENT|EACCES|ENOTDIR|EROFS)\b/.test(message))
    return "The file cannot be opened or made; does its folder allow it?";
  if (/not a database|malformed/.test(message)) return "The file is damaged, or no database of SQLite.";
  return message;
}

async function migrate({ sql, execute }: SqliteFile): Promise<void> {
  execute("begin immediate");
  try {
    await applyMigrations(sql, async (script) => execute(script));
    await refuseMoved(sql);
    execute("commit");
  } catch (problem) {
    execute("rollback");
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
