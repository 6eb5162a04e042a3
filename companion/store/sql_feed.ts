import type { FeedLine } from "../../core/feed_line.ts";
import { jsonOf, numberOf, oneRow, type Sql, type SqlRow, textOf } from "./sql.ts";
import { claimStatement } from "./sql_windows.ts";
import type { FeedPlace, Transaction } from "./store.ts";

type Methods = Pick<
  Transaction,
  | "feedLine"
  | "saveFeedLine"
  | "nextFeedSequence"
  | "placeInFeed"
  | "feedPlace"
  | "feedPlaces"
  | "placeIncidentInFeed"
  | "feedIncidents"
  | "feedFigures"
  | "recentFeedKey"
  | "claimFeedWindow"
  | "closeFeedWindow"
  | "feedKeysOf"
>;

const CLAIM = claimStatement("feed_window", "line_key");

/** What is in a line, by its key given twice. */
const ENTRIES = `(select service_name, since, is_over from feed_alert where line_key = ?
  union all select service_name, since, 0 from feed_incident where line_key = ?) as entry`;

export function feedStatements(sql: Sql): Methods {
  return {
    async feedLine(key) {
      const row = await oneRow(sql, "select body from feed_line where key = ?", [key]);
      return row && (jsonOf(row, "body") as FeedLine);
    },
    async saveFeedLine(key, line, at) {
      await sql.rows(
        `insert into feed_line (key, kind, body, sequence, updated_at) values (?, ?, ?, 0, ?)
         on conflict (key) do update set kind = excluded.kind, body = excluded.body, updated_at = excluded.updated_at`,
        [key, line.kind, JSON.stringify(line), at],
      );
    },
    async nextFeedSequence(key) {
      const row = await oneRow(sql, "update feed_line set sequence = sequence + 1 where key = ? returning sequence", [
        key,
      ]);
      if (!row) throw new Error(`There is no line ${key} in the feed.`);
      return numberOf(row, "sequence");
    },
    async placeInFeed({ alertId, key, serviceName, since, isOver, openedAs, openedBy }) {
      await sql.rows(
        `insert into feed_alert (alert_id, line_key, service_name, since, is_over, opened_as, opened_by)
         values (?, ?, ?, ?, ?, ?, ?)
         on conflict (alert_id) do update set line_key = excluded.line_key, service_name = excluded.service_name,
           since = excluded.since, is_over = excluded.is_over, opened_as = excluded.opened_as,
           opened_by = excluded.opened_by`,
        [alertId, key, serviceName, since, isOver ? 1 : 0, openedAs, openedBy],
      );
    },
    async feedPlace(alertId) {
      const row = await oneRow(sql, "select * from feed_alert where alert_id = ?", [alertId]);
      return row && readPlace(row);
    },
    async feedPlaces(key, limit) {
      const rows = await sql.rows(
        "select * from feed_alert where line_key = ? order by is_over, since desc, alert_id limit ?",
        [key, limit],
      );
      return rows.map(readPlace);
    },
    async placeIncidentInFeed({ incidentId, key, serviceName, since }) {
      await sql.rows(
        `insert into feed_incident (incident_id, line_key, service_name, since) values (?, ?, ?, ?)
         on conflict (incident_id) do update set line_key = excluded.line_key`,
        [incidentId, key, serviceName, since],
      );
    },
    async feedIncidents(key, limit) {
      const rows = await sql.rows(
        "select incident_id from feed_incident where line_key = ? order by since desc, incident_id limit ?",
        [key, limit],
      );
      return rows.map((row) => textOf(row, "incident_id"));
    },
    async feedFigures(key, services) {
      const all = await oneRow(
        sql,
        `select count(*) as count, coalesce(sum(1 - is_over), 0) as open, coalesce(min(since), 0) as since
         from ${ENTRIES}`,
        [key, key],
      );
      const named = await sql.rows(
        `select service_name, count(*) as count from ${ENTRIES}
         group by service_name order by count(*) desc, service_name limit ?`,
        [key, key, services],
      );
      return {
        count: all ? numberOf(all, "count") : 0,
        open: all ? numberOf(all, "open") : 0,
        since: all ? numberOf(all, "since") : 0,
        services: named.map((row) => ({ name: textOf(row, "service_name"), count: numberOf(row, "count") })),
      };
    },
    async recentFeedKey(kind, since) {
      const row = await oneRow(
        sql,
        "select key from feed_line where kind = ? and updated_at > ? order by updated_at desc, key limit 1",
        [kind, since],
      );
      return row && textOf(row, "key");
    },
    async claimFeedWindow(serviceId, key, at, closesAt, longestMs) {
      const values = [serviceId, key, at, closesAt, longestMs, longestMs, longestMs];
      const row = await oneRow(sql, CLAIM, values);
      if (!row) throw new Error("The database gave no window.");
      return textOf(row, "line_key");
    },
    async closeFeedWindow(key, at) {
      await sql.rows("update feed_window set closes_at = ? where line_key = ? and closes_at > ?", [at, key, at]);
    },
    async feedKeysOf(incidentId) {
      const rows = await sql.rows(
        `select line_key from feed_alert where opened_as <> '' and opened_as = ?
         union select line_key from feed_incident where incident_id = ? order by line_key`,
        [incidentId, incidentId],
      );
      return rows.map((row) => textOf(row, "line_key"));
    },
  };
}

function readPlace(row: SqlRow): FeedPlace {
  return {
    alertId: textOf(row, "alert_id"),
    key: textOf(row, "line_key"),
    serviceName: textOf(row, "service_name"),
    since: numberOf(row, "since"),
    isOver: numberOf(row, "is_over") === 1,
    openedAs: textOf(row, "opened_as"),
    openedBy: textOf(row, "opened_by"),
  };
}
