import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { asPostgres } from "./migrations.ts";
import type { Database } from "./open_store.ts";
import { type Alone, connectAlone, sentenceOf } from "./postgres_connections.ts";
import { countCompanions } from "./presence.ts";
import { numberOf, oneRow, type Sql, type SqlRow, textOf } from "./sql.ts";
import { sentenceOf as sqliteSentenceOf } from "./sqlite.ts";
import { openFile, ownFile, type SqliteFile } from "./sqlite_file.ts";

/** One of the two databases of a move. No companion works on it, and none can start to, while its transaction goes on. */
export interface MoveSide {
  readonly sql: Sql;
  begin(): Promise<void>;
  /** Executes several statements of SQLite's dialect. */
  execute(script: string): Promise<unknown>;
  hasTable(name: string): Promise<boolean>;
  /** All rows of a table, some at a time. */
  pages(table: string): AsyncGenerator<readonly SqlRow[]>;
  /** What counts up goes on after the rows that came in with numbers of their own. */
  continueNumbers(table: string): Promise<void>;
  newId(): Promise<string>;
  /** What was not committed is taken back. */
  close(): Promise<void>;
}

const PAGE = 1_000;
/** For a command that is just at work on the file. */
const WAIT_MS = 10_000;
const LIVES = "A companion works on it. Stop all companions, wait five seconds, and move again.";

/** Where a database is, for people: without user, password and settings. */
export function placeOf(database: Database): string {
  if (database.kind === "sqlite") return `sqlite:${database.path}`;
  const { host, pathname } = new URL(database.url);
  return `postgres://${host}${pathname}`;
}

/** Whether both are the same as far as their addresses tell. */
export function isSame(one: Database, other: Database): boolean {
  if (one.kind === "sqlite" && other.kind === "sqlite") return resolve(one.path) === resolve(other.path);
  return placeOf(one) === placeOf(other);
}

/**
 * Opens a database for a move, and begins its transaction.
 * @param isSource it has to be there already
 * @throws Error with a sentence, which holds no secret, where it cannot be used or a companion works on it
 */
export function openSide(database: Database, isSource: boolean): Promise<MoveSide> {
  return database.kind === "sqlite" ? openSqliteSide(database.path, isSource) : openPostgresSide(database.url);
}

async function openSqliteSide(path: string, isSource: boolean): Promise<MoveSide> {
  if (path === ":memory:") throw new Error("It is in the memory of one process only.");
  if (isSource && !existsSync(path)) throw new Error("There is no such file.");
  let giveUp: () => void;
  try {
    giveUp = ownFile(path);
  } catch (problem) {
    throw new Error(LIVES, { cause: problem });
  }
  let file: SqliteFile | undefined;
  const close = async () => {
    // Closing alone leaves a transaction open as long as one of its statements is remembered.
    await file?.sql.rows("rollback").catch(() => undefined);
    file?.close();
    giveUp();
  };
  try {
    file = openFile(path, WAIT_MS);
    const side = sqliteSide(file, close);
    await side.begin();
    return side;
  } catch (problem) {
    await close();
    throw new Error(sqliteSentenceOf(problem), { cause: problem });
  }
}

function sqliteSide({ sql, execute }: SqliteFile, close: () => Promise<void>): MoveSide {
  return {
    sql,
    begin: async () => execute("begin immediate"),
    execute: async (script) => execute(script),
    async hasTable(name) {
      return (await oneRow(sql, "select 1 from sqlite_master where type = 'table' and name = ?", [name])) !== undefined;
    },
    async *pages(table) {
      const select = `select rowid as number_of_row, * from ${table} where rowid > ? order by rowid limit ${PAGE}`;
      let last = Number.MIN_SAFE_INTEGER;
      for (;;) {
        const rows = await sql.rows(select, [last]);
        const newest = rows.at(-1);
        if (!newest) return;
        last = numberOf(newest, "number_of_row");
        yield rows.map(({ number_of_row: _, ...row }) => row);
      }
    },
    // It takes the number after the greatest by itself.
    continueNumbers: () => Promise.resolve(),
    async newId() {
      const row = await oneRow(sql, "select lower(hex(randomblob(16))) as id");
      return row ? textOf(row, "id") : "";
    },
    close,
  };
}

async function openPostgresSide(url: string): Promise<MoveSide> {
  let alone: Alone | undefined;
  try {
    alone = await connectAlone(url);
    const side = postgresSide(alone);
    await side.begin();
    if ((await side.hasTable("companion")) && (await countCompanions(alone.sql)) > 0) throw new Error(LIVES);
    return side;
  } catch (problem) {
    await alone?.end();
    throw new Error(sentenceOf(problem), { cause: problem });
  }
}

function postgresSide({ client, sql, begin, end }: Alone): MoveSide {
  return {
    sql,
    begin,
    execute: (script) => client.query(asPostgres(script)),
    async hasTable(name) {
      const row = await oneRow(sql, "select to_regclass(?) is not null as is_there", [name]);
      return row?.["is_there"] === true;
    },
    async *pages(table) {
      await sql.rows(`declare rows_of_table no scroll cursor for select * from ${table}`);
      for (;;) {
        const rows = await sql.rows(`fetch ${PAGE} from rows_of_table`);
        if (rows.length === 0) break;
        yield rows;
      }
      await sql.rows("close rows_of_table");
    },
    async continueNumbers(table) {
      const columns = await sql.rows(
        `select column_name from information_schema.columns
         where table_schema = current_schema() and table_name = ? and is_identity = 'YES'`,
        [table],
      );
      for (const row of columns) {
        const column = textOf(row, "column_name");
        await sql.rows(
          `select setval(pg_get_serial_sequence(?, ?), max(${column})) from ${table} having max(${column}) is not null`,
          [table, column],
        );
      }
    },
    async newId() {
      const row = await oneRow(sql, "select gen_random_uuid()::text as id");
      return row ? textOf(row, "id") : "";
    },
    close: end,
  };
}
