/** A PostgreSQL of the run's own, and how it gets out of order. */
import { Client } from "pg";
import { openPostgresStore } from "../companion/store/postgres.ts";
import type { ChaosDatabase } from "./database.ts";
import type { DatabaseFault } from "./plan.ts";
import { startPostgres } from "./postgres_server.ts";

/** While the row says so, whatever would take room in one of the companion's tables is refused as a full disk refuses it. */
const PREPARE = `
  create schema chaos;
  create table chaos.disk (is_full boolean not null);
  insert into chaos.disk values (false);
  create function chaos.check_room() returns trigger language plpgsql as $$
  begin
    if (select is_full from chaos.disk) then
      raise exception 'could not extend file: No space left on device' using errcode = '53100';
    end if;
    return null;
  end $$;
  do $$ declare t record; begin
    for t in select tablename from pg_tables where schemaname = 'public' loop
      execute format('create trigger chaos_room before insert on public.%I
        for each statement execute function chaos.check_room()', t.tablename);
    end loop;
  end $$`;
/** What companions wait for before each of their transactions (companion/store/postgres.ts). */
const TURN_LOCK = "1885435763, 1";
const CUT = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name = 'pager-triage'`;

export async function createPostgresDatabase(): Promise<ChaosDatabase> {
  const server = await startPostgres();
  const url = await server.database();
  const admin = new Client({ connectionString: url });
  // Ctrl-C at a terminal ends the server as well.
  admin.on("error", () => undefined);
  await admin.connect();
  // Opened once, so that the tables are there.
  await (await openPostgresStore(url, { isOwner: false })).close();
  await admin.query(PREPARE);

  async function setFull(isFull: boolean): Promise<void> {
    await admin.query("update chaos.disk set is_full = $1", [isFull]);
  }

  return {
    kind: "postgres",
    environment: { DATABASE_URL: url },
    async begin(fault: DatabaseFault) {
      switch (fault) {
        case "full":
          await setFull(true);
          return () => setFull(false);
        case "held":
          await admin.query(`select pg_advisory_lock(${TURN_LOCK})`);
          return async () => {
            await admin.query(`select pg_advisory_unlock(${TURN_LOCK})`);
          };
        case "cut":
          await admin.query(CUT);
          return () => Promise.resolve();
      }
    },
    async close() {
      await admin.end();
      await server.stop();
    },
  };
}
