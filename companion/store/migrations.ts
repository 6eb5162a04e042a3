import { numberOf, oneRow, type Sql } from "./sql.ts";

/**
 * The database's shape, as numbered steps that are applied once each, in order. A step that was released is never edited:
 * what is to be different comes as a further step. The words are SQLite's; PostgreSQL's differ in two places (asPostgres).
 *
 * Times are milliseconds since 1970 in bigint columns, structured values are JSON text. Everything that is looked up on the
 * way of an alert has an index that holds only what is unfinished, so that the cost does not grow with history.
 */
interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    name: "the first shape",
    sql: `
      create table webhook_seen (key text primary key, seen_at bigint not null);
      create index webhook_seen_at on webhook_seen (seen_at);

      create table event (
        seq integer primary key,
        event_id text not null,
        received_at bigint not null,
        body text not null,
        state text not null check (state in ('waiting', 'done', 'failed'))
      );
      create index event_waiting on event (seq) where state = 'waiting';

      create table quarantine (
        seq integer primary key,
        webhook_id text not null,
        received_at bigint not null,
        why text not null,
        body text not null
      );

      create table counter (name text primary key, value bigint not null);

      create table service (id text primary key, name text not null, name_key text not null);
      create index service_name on service (name_key);

      create table incident (
        id text primary key,
        body text not null,
        status text not null,
        merged_into text,
        sequence bigint not null,
        later_count bigint not null,
        window_closes_at bigint not null,
        place text,
        decision text,
        applied_at bigint
      );

      create table service_window (
        service_id text primary key,
        incident_id text not null references incident (id) deferrable initially deferred,
        opened_at bigint not null,
        closes_at bigint not null,
        alert_count bigint not null
      );
      create index service_window_incident on service_window (incident_id);

      create table alert (
        id text primary key,
        body text not null,
        status_at bigint not null,
        people_at bigint not null
      );

      create table alert_relation (
        incident_id text not null references incident (id),
        alert_id text not null references alert (id),
        relation text not null check (relation in ('attached', 'offered', 'separate', 'set_aside')),
        since bigint not null,
        primary key (incident_id, alert_id)
      );
      create unique index alert_home on alert_relation (alert_id) where relation in ('attached', 'offered');
      create index alert_relation_alert on alert_relation (alert_id);

      create table outbox (
        seq integer primary key,
        id text not null unique,
        kind text not null,
        subject text not null,
        about text not null,
        payload text not null,
        sequence bigint not null,
        attempts bigint not null,
        failures bigint not null,
        sends bigint not null,
        created_at bigint not null,
        not_before bigint not null,
        lease_until bigint not null,
        state text not null check (state in ('ready', 'sent', 'done', 'failed')),
        outcome text not null,
        last_error text not null,
        finished_at bigint
      );
      create index outbox_open on outbox (kind, subject, seq) where state in ('ready', 'sent');
      create index outbox_finished on outbox (finished_at) where state = 'done';

      create table timer (
        kind text not null,
        subject text not null,
        due_at bigint not null,
        primary key (kind, subject)
      );
      create index timer_due on timer (due_at);

      create table timeline (
        seq integer primary key,
        at bigint not null,
        incident_id text not null,
        what text not null,
        actor text not null,
        why text not null,
        cause text not null,
        data text not null
      );
      create index timeline_incident on timeline (incident_id, seq);

      create table nonce (nonce text primary key, used_at bigint not null);
      create index nonce_used on nonce (used_at);

      create table request (
        id text primary key,
        kind text not null,
        answer text not null,
        at bigint not null
      );

      create table health (name text primary key, at bigint not null);
    `,
  },
  {
    number: 2,
    name: "settings of services",
    sql: `
      create table service_setting (
        service_id text not null,
        urgency text not null check (urgency in ('high', 'low', '*')),
        body text not null,
        primary key (service_id, urgency)
      );
    `,
  },
  {
    number: 3,
    name: "lines of the feed",
    sql: `
      create table feed_line (
        key text primary key,
        body text not null,
        sequence bigint not null,
        updated_at bigint not null
      );

      create table feed_alert (
        alert_id text primary key references alert (id),
        line_key text not null references feed_line (key),
        service_name text not null,
        since bigint not null,
        is_over bigint not null,
        opened_as text not null,
        opened_by text not null
      );
      create index feed_alert_line on feed_alert (line_key, is_over, since);
      create index feed_alert_opened on feed_alert (opened_as) where opened_as <> '';
    `,
  },
  {
    number: 4,
    name: "second thoughts",
    sql: `
      create table undo_memory (incident_id text primary key references incident (id), body text not null);
    `,
  },
  {
    number: 5,
    name: "what is forgotten in time",
    sql: `
      create index event_over on event (received_at) where state in ('done', 'failed');
      create index quarantine_received on quarantine (received_at);
      create index request_at on request (at);
      create index outbox_failed on outbox (finished_at) where state = 'failed';
    `,
  },
  {
    number: 6,
    name: "reminders",
    sql: `
      create table reminder (incident_id text primary key references incident (id), body text not null);
    `,
  },
  {
    number: 7,
    name: "later alerts",
    sql: `
      alter table incident add column later_told_at bigint not null default 0;
      alter table incident add column level text;
      -- Which of the incident's later alerts it is, until a person answers for it; 0 from then on.
      alter table alert_relation add column later_number bigint not null default 0;
    `,
  },
  {
    number: 8,
    name: "explanations",
    sql: `
      alter table timeline add column alert_id text not null default '';
      create index timeline_alert on timeline (alert_id, seq) where alert_id <> '';
      alter table alert add column number bigint not null default 0;
      create index alert_number on alert (number) where number > 0;
    `,
  },
  {
    number: 9,
    name: "storms",
    sql: `
      create table storm (
        id text primary key,
        number bigint not null,
        state text not null check (state in ('on', 'over')),
        since bigint not null,
        declared_at bigint not null,
        ended_at bigint,
        channel_id text not null,
        channel_name text not null
      );
      create unique index storm_on on storm (state) where state = 'on';

      create table opening (
        incident_id text primary key references incident (id),
        service_id text not null,
        at bigint not null,
        storm_id text references storm (id)
      );
      create index opening_at on opening (at);
      create index timer_kind on timer (kind, due_at);
    `,
  },
  {
    number: 10,
    name: "admission",
    sql: `
      alter table alert add column keys text;
      alter table incident add column withdrawn_at bigint;
      alter table service add column named_at bigint not null default 0;
      alter table service add column deleted_at bigint;

      alter table feed_line add column kind text not null default '';
      create index feed_line_kind on feed_line (kind, updated_at);

      create table feed_window (
        service_id text primary key,
        line_key text not null,
        opened_at bigint not null,
        closes_at bigint not null,
        alert_count bigint not null
      );
      create index feed_window_line on feed_window (line_key);

      create table dismissal (
        incident_id text not null,
        service_id text not null,
        until bigint not null,
        body text not null,
        primary key (incident_id, service_id)
      );
      create index dismissal_service on dismissal (service_id, until);

      create table milestone (name text primary key, at bigint not null);
      insert into milestone (name, at) select 'first_start', 0 where exists (select 1 from event);
    `,
  },
  {
    number: 11,
    name: "lost deliveries",
    sql: `
      create index outbox_unconfirmed on outbox (kind) where state = 'done' and outcome = 'unconfirmed';
    `,
  },
  {
    number: 12,
    name: "reconcile",
    sql: `
      create index incident_open on incident (id) where status in ('triage', 'active');
      create index feed_alert_open on feed_alert (alert_id) where is_over = 0;
    `,
  },
  {
    number: 13,
    name: "several companions",
    sql: `
      create table companion (id text primary key, seen_at bigint not null);
      alter table outbox add column lease_owner text not null default '';
      create index outbox_in_hand on outbox (lease_owner) where lease_until > 0;
      create index outbox_effect on outbox (about, seq) where state = 'ready' and about <> '';
    `,
  },
  {
    number: 14,
    name: "moves",
    sql: `
      create table move_mark (id text primary key, state text not null, place text not null, at bigint not null);
    `,
  },
  {
    number: 15,
    name: "reminders of storms",
    sql: `
      create table storm_reminder (storm_id text primary key references storm (id), body text not null);
    `,
  },
  {
    number: 16,
    name: "is there room",
    sql: `
      create table probe (ballast text not null);
    `,
  },
  {
    number: 17,
    name: "lost news of an incident",
    sql: `
      create index outbox_failed_news on outbox (subject, seq) where state = 'failed';
      create index outbox_unconfirmed_news on outbox (subject, seq) where state = 'done' and outcome = 'unconfirmed';
    `,
  },
  {
    number: 18,
    name: "incidents in the feed",
    sql: `
      create table feed_incident (
        incident_id text primary key references incident (id),
        line_key text not null references feed_line (key),
        service_name text not null,
        since bigint not null
      );
      create index feed_incident_line on feed_incident (line_key, since);
    `,
  },
];

/** The version that this companion brings every database to. */
export const NEWEST = MIGRATIONS.at(-1)?.number ?? 0;

/** Every table, in an order in which each comes after those that it refers to. */
export const TABLES: readonly string[] = MIGRATIONS.flatMap(({ sql }) =>
  [...sql.matchAll(/\bcreate table (\w+)/g)].map(([, table = ""]) => table),
);

/** 0 where the table of versions is empty. */
export async function versionOf(sql: Sql): Promise<number> {
  const row = await oneRow(sql, "select coalesce(max(number), 0) as number from schema_version");
  return row ? numberOf(row, "number") : 0;
}

/**
 * Brings the database up to this companion's version. The caller holds a transaction that nobody else migrates beside.
 * @param execute executes several statements of SQLite's dialect
 * @throws Error with a sentence where the database is newer than this companion
 */
export async function applyMigrations(sql: Sql, execute: (script: string) => Promise<unknown>): Promise<void> {
  await execute("create table if not exists schema_version (number bigint primary key, name text not null)");
  const version = await versionOf(sql);
  if (version > NEWEST) {
    throw new Error(
      `The database has version ${version} and this companion knows versions up to ${NEWEST}: start the newer companion again.`,
    );
  }
  for (const migration of MIGRATIONS.filter(({ number }) => number > version)) {
    await execute(migration.sql);
    await sql.rows("insert into schema_version (number, name) values (?, ?)", [migration.number, migration.name]);
  }
}

/**
 * A step as PostgreSQL has it. Its numbers count up only where it is told so, and text is ordered by its bytes as in SQLite,
 * whatever language the database was made for.
 */
export function asPostgres(sql: string): string {
  return sql
    .replaceAll(/\binteger primary key\b/g, "bigint generated by default as identity primary key")
    .replaceAll(/\btext\b/g, 'text collate "C"');
}
