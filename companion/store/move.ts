import { accept, refuse, type Result } from "../../core/result.ts";
import type { Instant } from "../../core/time.ts";
import { applyMigrations, NEWEST, TABLES, versionOf } from "./migrations.ts";
import { leaveMark, type MoveMark, readMark, removeMark } from "./move_marks.ts";
import { isSame, type MoveSide, openSide, placeOf } from "./move_side.ts";
import type { Database } from "./open_store.ts";
import { numberOf, oneRow, type SqlRow, type SqlValue } from "./sql.ts";

export interface Moved {
  readonly rows: number;
  /** Whether it only ended what an interrupted move had left. */
  readonly isFinishing: boolean;
}

export interface MoveDeps {
  readonly now: () => Instant;
  /** Told how far it has come, by the name of a table or of a step. */
  readonly reached?: (what: string) => void;
}

/** Who is there, and what a move left behind, belongs to the database and stays. */
const STAYS: ReadonlySet<string> = new Set(["companion", "move_mark"]);
const MOVED_TABLES = TABLES.filter((table) => !STAYS.has(table));

/** So many rows go with one statement, all their values within SQLite's limit. */
const AT_A_TIME = 200;

/**
 * Moves everything from one database to an empty one, and marks the old one, so that no companion starts on it by mistake.
 * First the copy is committed, marked as arriving, then the mark on the old one, then the copy's mark is taken off: at every
 * moment at most one of the two lets companions work. Interrupted before the second step nothing has changed; after it the
 * same command finishes.
 * @returns a refusal in a sentence, when nothing was changed
 */
export async function move(from: Database, to: Database, deps: MoveDeps): Promise<Result<Moved, string>> {
  if (isSame(from, to)) return refuse("--from and --to are the same database.");
  const [fromPlace, toPlace] = [placeOf(from), placeOf(to)];
  const source = await opened(from, true);
  if (!source.ok) return source;
  try {
    const problem = await versionProblem(source.value);
    if (problem) return refuse(`${fromPlace}: ${problem}`);
    const target = await opened(to, false);
    if (!target.ok) return target;
    try {
      return await between({ source: source.value, target: target.value, fromPlace, toPlace }, deps);
    } finally {
      await target.value.close();
    }
  } finally {
    await source.value.close();
  }
}

async function opened(database: Database, isSource: boolean): Promise<Result<MoveSide, string>> {
  try {
    return accept(await openSide(database, isSource));
  } catch (thrown) {
    return refuse(`${placeOf(database)}: ${thrown instanceof Error ? thrown.message : "It cannot be used."}`);
  }
}

/** Of a database that has tables of ours already. */
async function versionProblem(side: MoveSide): Promise<string | undefined> {
  const version = (await side.hasTable("schema_version")) ? await versionOf(side.sql) : 0;
  if (version === NEWEST) return undefined;
  if (version === 0) return "No companion ever worked on it.";
  return version > NEWEST
    ? `It has version ${version}, and this is version ${NEWEST}: use the newer one's command.`
    : `It has version ${version}, and this is version ${NEWEST}: start this version's companion on it once, stop it, and move again.`;
}

interface Sides {
  readonly source: MoveSide;
  readonly target: MoveSide;
  readonly fromPlace: string;
  readonly toPlace: string;
}

async function between(sides: Sides, deps: MoveDeps): Promise<Result<Moved, string>> {
  const { source, target, fromPlace, toPlace } = sides;
  const isKnown = await target.hasTable("schema_version");
  const problem = isKnown ? await versionProblem(target) : undefined;
  if (problem) return refuse(`${toPlace}: ${problem}`);
  await applyMigrations(target.sql, target.execute);
  const [gone, arriving] = [await readMark(source.sql), await readMark(target.sql)];
  if (gone?.state === "arriving") return refuse(`${fromPlace}: A move to it was interrupted; it holds nothing yet.`);
  if (gone) {
    if (arriving?.id !== gone.id) return refuse(`${fromPlace}: Everything was moved to ${gone.place} already.`);
    return accept(await finish(target, deps, { rows: 0, isFinishing: true }));
  }
  if (arriving?.state === "gone") return refuse(`${toPlace}: Everything in it was moved to ${arriving.place}.`);
  // What an interrupted move left is a copy that nobody ever worked on.
  if (arriving) for (const table of MOVED_TABLES.toReversed()) await target.sql.rows(`delete from ${table}`);
  const filled = await firstFilled(target);
  if (filled) return refuse(`${toPlace}: It is not empty (${filled}). Move to an empty database.`);
  const rows = await copyAll(sides, deps);
  const mark = { id: await source.newId(), at: deps.now() };
  await leave(target, { ...mark, state: "arriving", place: fromPlace });
  deps.reached?.("copied");
  await leave(source, { ...mark, state: "gone", place: toPlace });
  deps.reached?.("gone");
  await target.begin();
  return accept(await finish(target, deps, { rows, isFinishing: false }));
}

async function leave(side: MoveSide, mark: MoveMark): Promise<void> {
  await leaveMark(side.sql, mark);
  await side.execute("commit");
}

async function finish(target: MoveSide, deps: MoveDeps, moved: Moved): Promise<Moved> {
  await removeMark(target.sql);
  await target.execute("commit");
  deps.reached?.("finished");
  return moved;
}

async function firstFilled(target: MoveSide): Promise<string | undefined> {
  for (const table of MOVED_TABLES) if ((await countRows(target, table)) > 0) return table;
  return undefined;
}

async function countRows({ sql }: MoveSide, table: string): Promise<number> {
  const row = await oneRow(sql, `select count(*) as number from ${table}`);
  return row ? numberOf(row, "number") : 0;
}

async function copyAll({ source, target }: Sides, deps: MoveDeps): Promise<number> {
  let rows = 0;
  for (const table of MOVED_TABLES) {
    for await (const page of source.pages(table)) await insert(target, table, page);
    await target.continueNumbers(table);
    const [there, here] = [await countRows(source, table), await countRows(target, table)];
    if (there !== here) throw new Error(`Of the ${there} rows of ${table} only ${here} arrived.`);
    rows += here;
    deps.reached?.(table);
  }
  return rows;
}

async function insert({ sql }: MoveSide, table: string, page: readonly SqlRow[]): Promise<void> {
  const columns = Object.keys(page[0] ?? {});
  const marks = `(${columns.map(() => "?").join(", ")})`;
  for (let start = 0; start < page.length; start += AT_A_TIME) {
    const some = page.slice(start, start + AT_A_TIME);
    const statement = `insert into ${table} (${columns.join(", ")}) values ${some.map(() => marks).join(", ")}`;
    await sql.rows(
      statement,
      some.flatMap((row) => columns.map((column) => valueOf(row[column]))),
    );
  }
}

/** Both databases hold text, whole numbers and nothing; PostgreSQL's driver gives great numbers as text. */
function valueOf(value: unknown): SqlValue {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  throw new Error("The database holds a value that is none of ours.");
}
