import { numberOf, oneRow, type Sql, textOf } from "./sql.ts";

/**
 * Which companions of a PostgreSQL database are there, by the database's own clock. What one that died had in hand is given
 * out again as soon as it was silent for too long, whatever its leases say.
 */
export interface Presence {
  /** Empty until it said for the first time that it is there. */
  id(): string;
  /** Says that it is there, for the first time with what it takes to be there: who moves the database away sees it. */
  say(sql: Sql): Promise<number>;
  /** Goes on saying it. */
  sayLater(): void;
  /** How many there are, as of the last look. */
  companions(): number;
  /** Says good-bye. */
  end(): Promise<void>;
}

const SAY_EVERY_MS = 1_000;
/** A companion that waits this long for the database has lost its work to the others and may do some of it twice. */
const SILENT_MS = 4_000;

const NOW = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
const SAY = `insert into companion (id, seen_at) values (?, ${NOW})
  on conflict (id) do update set seen_at = excluded.seen_at`;
const FORGET = `delete from companion where seen_at < ${NOW} - ${SILENT_MS}`;
/** Somebody else may be giving the same out, or ending it. */
const GIVE_OUT = `update outbox set lease_until = 0 where seq in (
  select o.seq from outbox o
  where o.lease_until > 0 and o.state = 'ready' and o.lease_owner not in (select id from companion) `;

/** @param transaction one of its own for each round */
export function createPresence(transaction: (work: (sql: Sql) => Promise<number>) => Promise<number>): Presence {
  let id = "";
  let companions = 1;
  let isEnding = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  async function say(sql: Sql): Promise<number> {
    id ||= await newId(sql);
    await sql.rows(SAY, [id]);
    await sql.rows(FORGET);
    await sql.rows(`${GIVE_OUT} ${sql.passOverHeld})`);
    companions = await countCompanions(sql);
    return companions;
  }

  function sayLater(): void {
    timer = setTimeout(() => {
      // While the database is out of order nobody takes over either.
      round = transaction(say)
        .then(
          () => undefined,
          () => undefined,
        )
        .then(() => (isEnding ? undefined : sayLater()));
    }, SAY_EVERY_MS);
    timer.unref();
  }

  return {
    id: () => id,
    say,
    sayLater,
    companions: () => companions,
    async end() {
      isEnding = true;
      clearTimeout(timer);
      await round;
      // Where this fails the others notice by its silence.
      await transaction(async (sql) => (await sql.rows("delete from companion where id = ?", [id])).length).catch(
        () => undefined,
      );
    },
  };
}

/** How many said lately that they are there. */
export async function countCompanions(sql: Sql): Promise<number> {
  const row = await oneRow(sql, `select count(*) as number from companion where seen_at >= ${NOW} - ${SILENT_MS}`);
  return row ? numberOf(row, "number") : 0;
}

async function newId(sql: Sql): Promise<string> {
  const row = await oneRow(sql, "select gen_random_uuid()::text as id");
  if (!row) throw new Error("The database gave no name.");
  return textOf(row, "id");
}
