import { createHash } from "node:crypto";
import { Client, type ClientBase, Pool } from "pg";
import type { Sql, SqlRow } from "./sql.ts";

const CONNECT_WITHIN_MS = 5_000;
/** The server's own limits, so that no companion that hangs or is cut off holds up the others. */
const STATEMENT_WITHIN_MS = 10_000;
const LOCK_WITHIN_MS = 5_000;
const IDLE_WITHIN_MS = 4_000;
/** Ours, for a server that is cut off and says nothing. */
const ANSWER_WITHIN_MS = 15_000;
const MIGRATE_WITHIN_MS = 60_000;

/** Advisory locks of ours: a number for the product, and one for each purpose. */
const LOCKS = 1_885_435_763;
const TURN_LOCK = 1;
const MIGRATION_LOCK = 2;

/**
 * Fails where everything was moved away meanwhile, with a text that says so: a companion that was silent for so long that
 * nobody saw it would take webhooks in where they are lost. What is no number cannot be made one.
 */
const UNLESS_MOVED = "select (select 'Everything was moved to ' || place from move_mark)::int";
/** What was answered with 202 is on the disk, also where somebody has told this database not to wait for it. */
const ON_THE_DISK =
  "select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off'";
/** For what goes on beside transactions. */
export const BEGIN = `begin isolation level read committed;
  set local statement_timeout = ${STATEMENT_WITHIN_MS};
  set local lock_timeout = ${LOCK_WITHIN_MS};
  set local idle_in_transaction_session_timeout = ${IDLE_WITHIN_MS};
  ${ON_THE_DISK};
  ${UNLESS_MOVED}`;
export const BEGIN_TURN = `${BEGIN}; select pg_advisory_xact_lock(${LOCKS}, ${TURN_LOCK})`;
export const BEGIN_MIGRATION = `begin;
  set local statement_timeout = ${MIGRATE_WITHIN_MS};
  set local lock_timeout = ${MIGRATE_WITHIN_MS};
  select pg_advisory_xact_lock(${LOCKS}, ${MIGRATION_LOCK})`;
/** Nobody else migrates or has a turn meanwhile; it takes as long as it takes. */
const BEGIN_ALONE = `begin isolation level read committed;
  set local statement_timeout = 0;
  set local idle_in_transaction_session_timeout = 0;
  set local lock_timeout = ${LOCK_WITHIN_MS};
  select pg_advisory_xact_lock(${LOCKS}, ${MIGRATION_LOCK});
  select pg_advisory_xact_lock(${LOCKS}, ${TURN_LOCK})`;

export function createPool(connectionString: string, max: number): Pool {
  const pool = new Pool({
    connectionString,
    max,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
    application_name: "pager-triage",
  });
  // A connection that breaks is noticed by whoever uses it, and replaced; without listeners it would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** A connection of its own whose transactions nobody else works beside. */
export interface Alone extends Connected {
  begin(): Promise<void>;
  end(): Promise<void>;
}

export async function connectAlone(connectionString: string): Promise<Alone> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
    application_name: "pager-triage",
  });
  // A connection that breaks is noticed by the next statement.
  client.on("error", () => undefined);
  await client.connect();
  return {
    client,
    sql: sqlOf(client),
    begin: async () => void (await client.query(BEGIN_ALONE)),
    end: () => client.end(),
  };
}

export interface Connected {
  readonly client: ClientBase;
  readonly sql: Sql;
}
type Attempt<Outcome> =
  { readonly done: true; readonly outcome: Outcome } | { readonly done: false; readonly problem: unknown };

const ATTEMPTS = 5;
/** Serialization failure and deadlock: PostgreSQL asks for another try. */
const TRY_AGAIN = new Set(["40001", "40P01"]);
/** A prepared statement that a newer companion's migration or a pooler made useless: a new connection knows it. */
const CONNECT_ANEW = new Set(["0A000", "26000"]);

/** One transaction on one connection, tried again where the database took it back through no fault of its own. */
export async function perform<Outcome>(
  pool: Pool,
  begin: string,
  work: (connected: Connected) => Promise<Outcome>,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryOnce(pool, begin, work);
    if (result.done) return result.outcome;
    if (attempt === ATTEMPTS) throw result.problem;
  }
}

/** Not done is what may be tried again; the rest is thrown. */
async function tryOnce<Outcome>(
  pool: Pool,
  begin: string,
  work: (connected: Connected) => Promise<Outcome>,
): Promise<Attempt<Outcome>> {
  const client = await pool.connect();
  let isEnding = false;
  let isLost = false;
  try {
    await client.query(begin);
    const outcome = await work({ client, sql: sqlOf(client) });
    isEnding = true;
    await client.query("commit");
    return { done: true, outcome };
  } catch (problem) {
    isLost = await client.query("rollback").then(
      () => CONNECT_ANEW.has(codeOf(problem)),
      () => true,
    );
    // A connection that was lost during the commit leaves open whether it happened, so nothing is done twice.
    if (TRY_AGAIN.has(codeOf(problem)) || (isLost && !isEnding)) return { done: false, problem };
    throw problem;
  } finally {
    client.release(isLost);
  }
}

/** A statement as PostgreSQL has it: its placeholders numbered, and prepared once for each connection under its name. */
interface Prepared {
  readonly name: string;
  readonly text: string;
}
const prepared = new Map<string, Prepared>();

function prepare(statement: string): Prepared {
  let found = prepared.get(statement);
  if (!found) {
    let count = 0;
    const text = statement.replaceAll("?", () => `$${(count += 1)}`);
    found = { name: `pt_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`, text };
    prepared.set(statement, found);
  }
  return found;
}

function sqlOf(client: ClientBase): Sql {
  return {
    passOverHeld: "for update skip locked",
    async rows(statement, given = []) {
      // PostgreSQL's text holds every character but this one, which nothing readable has.
      const values = given.map((value) => (typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value));
      return (await client.query<SqlRow>({ ...prepare(statement), values })).rows;
    },
  };
}

function codeOf(problem: unknown): string {
  return problem instanceof Error && "code" in problem ? String(problem.code) : "";
}

/** What may be wrong at the start, for a person at a terminal. */
export function sentenceOf(problem: unknown): string {
  const code = codeOf(problem);
  if (/^(28|3D)/.test(code)) return "PostgreSQL knows no such user, password or database.";
  if (code === "42501") return "This user may not make tables there: let it own the database.";
  if (code === "55P03") return "Somebody else is at work on it.";
  if (code === "25006") return "It can only be read there: is it a standby?";
  if (code === "53100") return "PostgreSQL's disk is full.";
  if (code === "53300") return "PostgreSQL has no connection left: raise max_connections.";
  if (code === "ENOENT" || code === "EACCES")
    return "A file that its address names (a certificate, say) cannot be read.";
  if (/^[0-9A-Z]{5}$/.test(code)) return `PostgreSQL refused with ${code}.`;
  if (/^(E[A-Z]+|.*CERT.*|.*TLS.*)$/.test(code)) return `No PostgreSQL can be reached there (${code}).`;
  return problem instanceof Error ? problem.message : "unknown";
}
