import type { TimerKind } from "../jobs.ts";
import type { TimelineEntry, What, Why } from "../timeline.ts";
import { jsonOf, numberOf, oneRow, type Sql, type SqlRow, textOf } from "./sql.ts";
import type { Transaction } from "./store.ts";

type TimerMethods = Pick<Transaction, "setTimer" | "setTimerOnce" | "clearTimer" | "lastTimer" | "dueTimers">;

export function timerStatements(sql: Sql): TimerMethods {
  return {
    async setTimer(kind, subject, dueAt) {
      await sql.rows(
        `insert into timer (kind, subject, due_at) values (?, ?, ?)
         on conflict (kind, subject) do update set due_at = excluded.due_at`,
        [kind, subject, dueAt],
      );
    },
    async setTimerOnce(kind, subject, dueAt) {
      await sql.rows(
        "insert into timer (kind, subject, due_at) values (?, ?, ?) on conflict (kind, subject) do nothing",
        [kind, subject, dueAt],
      );
    },
    async clearTimer(kind, subject) {
      await sql.rows("delete from timer where kind = ? and subject = ?", [kind, subject]);
    },
    async lastTimer(kind) {
      const row = await oneRow(sql, "select due_at from timer where kind = ? order by due_at desc limit 1", [kind]);
      return row && numberOf(row, "due_at");
    },
    async dueTimers(now, limit) {
      const rows = await sql.rows(
        "select kind, subject from timer where due_at <= ? order by due_at, kind, subject limit ?",
        [now, limit],
      );
      return rows.map((row) => ({ kind: textOf(row, "kind") as TimerKind, subject: textOf(row, "subject") }));
    },
  };
}

type UpkeepMethods = Pick<
  Transaction,
  | "record"
  | "timeline"
  | "timelineOfAlert"
  | "useNonce"
  | "answered"
  | "rememberAnswer"
  | "forget"
  | "isFirst"
  | "probe"
  | "beginOutage"
  | "endOutage"
  | "outageSince"
>;

/** More than fits beside other rows: a full file still takes what is written in the place of something else. */
const BALLAST = "x".repeat(9_000);

export function upkeepStatements(sql: Sql): UpkeepMethods {
  return {
    async record(entry) {
      await sql.rows(
        "insert into timeline (at, incident_id, alert_id, what, actor, why, cause, data) values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
          entry.at,
          entry.incidentId,
          typeof entry.data["alertId"] === "string" ? entry.data["alertId"] : "",
          entry.what,
          entry.actor,
          entry.why,
          entry.cause,
          JSON.stringify(entry.data),
        ],
      );
    },
    async timeline(incidentId) {
      return (await sql.rows("select * from timeline where incident_id = ? order by seq", [incidentId])).map(readEntry);
    },
    async timelineOfAlert(alertId) {
      const rows = await sql.rows("select * from timeline where alert_id = ? and alert_id <> '' order by seq", [
        alertId,
      ]);
      return rows.map(readEntry);
    },
    async useNonce(nonce, at) {
      const inserted = await sql.rows(
        "insert into nonce (nonce, used_at) values (?, ?) on conflict (nonce) do nothing returning nonce",
        [nonce, at],
      );
      return inserted.length > 0;
    },
    async answered(kind, requestId) {
      const row = await oneRow(sql, "select answer from request where id = ? and kind = ?", [
        requestKey(kind, requestId),
        kind,
      ]);
      return row && jsonOf(row, "answer");
    },
    async rememberAnswer(kind, requestId, answer, at) {
      await sql.rows("insert into request (id, kind, answer, at) values (?, ?, ?, ?)", [
        requestKey(kind, requestId),
        kind,
        JSON.stringify(answer),
        at,
      ]);
    },
    async forget({ nonces, done, failed }) {
      await sql.rows("delete from nonce where used_at < ?", [nonces]);
      await sql.rows("delete from webhook_seen where seen_at < ?", [done]);
      await sql.rows("delete from opening where at < ?", [done]);
      await sql.rows("delete from request where at < ?", [done]);
      // Each condition repeats the words of its partial index.
      const eventsOver = "delete from event where state in ('done', 'failed')";
      await sql.rows(`${eventsOver} and state = 'done' and received_at < ?`, [done]);
      await sql.rows(`${eventsOver} and received_at < ?`, [failed]);
      await sql.rows("delete from quarantine where received_at < ?", [failed]);
      await sql.rows("delete from outbox where state = 'done' and finished_at < ?", [done]);
      await sql.rows("delete from outbox where state = 'failed' and finished_at < ?", [failed]);
    },
    async isFirst(milestone, at) {
      const inserted = await sql.rows(
        "insert into milestone (name, at) values (?, ?) on conflict (name) do nothing returning name",
        [milestone, at],
      );
      return inserted.length > 0;
    },
    async beginOutage(name, at) {
      await sql.rows("insert into health (name, at) values (?, ?) on conflict (name) do nothing", [name, at]);
    },
    async endOutage(name) {
      await sql.rows("delete from health where name = ?", [name]);
    },
    async outageSince(name) {
      const row = await oneRow(sql, "select at from health where name = ?", [name]);
      return row && numberOf(row, "at");
    },
    async probe(at) {
      await sql.rows(
        "insert into health (name, at) values ('probe', ?) on conflict (name) do update set at = excluded.at",
        [at],
      );
      await sql.rows("insert into probe (ballast) values (?)", [BALLAST]);
      await sql.rows("delete from probe");
    },
  };
}

function readEntry(row: SqlRow): TimelineEntry {
  return {
    at: numberOf(row, "at"),
    incidentId: textOf(row, "incident_id"),
    what: textOf(row, "what") as What,
    actor: textOf(row, "actor"),
    why: textOf(row, "why") as Why,
    cause: textOf(row, "cause"),
    data: jsonOf(row, "data") as TimelineEntry["data"],
  };
}

function requestKey(kind: string, requestId: string): string {
  return `${kind}:${requestId}`;
}
