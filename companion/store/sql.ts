/** What a database driver gives to the statements of the store. Placeholders are `?`. */
export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, unknown>>;

export interface Sql {
  /** Executes one statement; its rows, if it gives any. */
  rows(statement: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Ends a select whose rows are to be changed: what somebody else just holds is passed over, and nobody waits for it. */
  readonly passOverHeld: string;
}

/** The only row of a statement, or undefined where it gave none. */
export async function oneRow(
  sql: Sql,
  statement: string,
  values: readonly SqlValue[] = [],
): Promise<SqlRow | undefined> {
  return (await sql.rows(statement, values))[0];
}

/** @throws Error where the column is no text: the database is not ours or damaged */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new Error(`The database holds no text in column ${column}.`);
  return value;
}

/** Drivers give 64-bit numbers as numbers, bigints or text; ours are times and counts, which fit a number exactly. */
export function numberOf(row: SqlRow, column: string): number {
  const value = row[column];
  const number = typeof value === "bigint" || typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) {
    throw new Error(`The database holds no whole number in column ${column}.`);
  }
  return number;
}

/** What this companion wrote as JSON itself; undefined where the column is empty. */
export function jsonOf(row: SqlRow, column: string): unknown {
  const value = row[column];
  return value === null || value === undefined ? undefined : JSON.parse(textOf(row, column));
}
