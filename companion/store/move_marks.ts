import { toIso } from "../../core/time.ts";
import { numberOf, oneRow, type Sql, textOf } from "./sql.ts";

/**
 * What a move of everything to another database leaves behind. The copy is "arriving" until the one it was copied from is
 * "gone": whenever a move is interrupted, there is exactly one database that companions work on, or none until it is
 * finished.
 */
export interface MoveMark {
  /** The same on both sides of a move. */
  readonly id: string;
  readonly state: "gone" | "arriving";
  /** The other side, for people. */
  readonly place: string;
  readonly at: number;
}

export async function readMark(sql: Sql): Promise<MoveMark | undefined> {
  const row = await oneRow(sql, "select id, state, place, at from move_mark");
  return (
    row && {
      id: textOf(row, "id"),
      state: textOf(row, "state") === "gone" ? "gone" : "arriving",
      place: textOf(row, "place"),
      at: numberOf(row, "at"),
    }
  );
}

export async function leaveMark(sql: Sql, { id, state, place, at }: MoveMark): Promise<void> {
  await removeMark(sql);
  await sql.rows("insert into move_mark (id, state, place, at) values (?, ?, ?, ?)", [id, state, place, at]);
}

export async function removeMark(sql: Sql): Promise<void> {
  await sql.rows("delete from move_mark");
}

/** @throws Error with a sentence where this is not the database to work on */
export async function refuseMoved(sql: Sql): Promise<void> {
  const mark = await readMark(sql);
  if (mark?.state === "gone") {
    throw new Error(`Everything was moved to ${mark.place} (${toIso(mark.at)}): set DATABASE_URL to that.`);
  }
  if (mark) {
    throw new Error(`A move from ${mark.place} to here was interrupted: give the same command to move again.`);
  }
}
