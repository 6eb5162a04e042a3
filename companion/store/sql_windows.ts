import { numberOf, oneRow, type Sql, type SqlRow, textOf } from "./sql.ts";
import type { ClaimedWindow, Transaction } from "./store.ts";

type Methods = Pick<
  Transaction,
  | "rememberService"
  | "services"
  | "forgetService"
  | "serviceByName"
  | "claimWindow"
  | "window"
  | "windowsOf"
  | "replaceWindow"
  | "moveWindows"
  | "closeWindows"
>;

/**
 * One statement takes the window or joins it, so that two deliveries at the same moment cannot both take it. The end is
 * not part of the window: an alert exactly at closes_at opens a new one. A window that may be extended becomes at most as
 * old as the last parameter says; it is never shortened, and an alert with an older time leaves its end alone.
 */
export function claimStatement(table: "service_window" | "feed_window", holder: "incident_id" | "line_key"): string {
  const joins = "excluded.opened_at < w.closes_at";
  return `
  insert into ${table} as w (service_id, ${holder}, opened_at, closes_at, alert_count) values (?, ?, ?, ?, 1)
  on conflict (service_id) do update set
    ${holder}   = case when ${joins} then w.${holder}       else excluded.${holder} end,
    opened_at   = case when ${joins} then w.opened_at       else excluded.opened_at end,
    alert_count = case when ${joins} then w.alert_count + 1 else 1                  end,
    closes_at   = case
      when not (${joins}) then excluded.closes_at
      when excluded.closes_at <= w.closes_at or w.opened_at + ? <= w.closes_at then w.closes_at
      when excluded.closes_at <= w.opened_at + ? then excluded.closes_at
      else w.opened_at + ? end
  returning ${holder}, opened_at, closes_at, alert_count`;
}

const CLAIM = claimStatement("service_window", "incident_id");

const REPLACE = `
  insert into service_window (service_id, incident_id, opened_at, closes_at, alert_count) values (?, ?, ?, ?, 1)
  on conflict (service_id) do update set
    incident_id = excluded.incident_id, opened_at = excluded.opened_at, closes_at = excluded.closes_at, alert_count = 1`;

export function windowStatements(sql: Sql): Methods {
  return {
    async rememberService(id, name, at) {
      await sql.rows(
        `insert into service as s (id, name, name_key, named_at) values (?, ?, ?, ?)
         on conflict (id) do update set name = excluded.name, name_key = excluded.name_key, named_at = excluded.named_at
         where excluded.named_at >= s.named_at`,
        [id, name, nameKey(name), at],
      );
    },
    async services() {
      const rows = await sql.rows("select id, name, deleted_at from service order by name_key, id");
      return rows.map((row) => ({
        id: textOf(row, "id"),
        name: textOf(row, "name"),
        isDeleted: row["deleted_at"] !== null,
      }));
    },
    async forgetService(id, at) {
      await sql.rows("update service set deleted_at = ? where id = ?", [at, id]);
      for (const table of ["service_window", "feed_window"]) {
        await sql.rows(`update ${table} set closes_at = ? where service_id = ? and closes_at > ?`, [at, id, at]);
      }
    },
    async serviceByName(name) {
      const row = await oneRow(
        sql,
        "select id, name from service where name_key = ? and deleted_at is null order by id limit 1",
        [nameKey(name)],
      );
      return row && { id: textOf(row, "id"), name: textOf(row, "name") };
    },
    async claimWindow(serviceId, incidentId, at, closesAt, longestMs) {
      const values = [serviceId, incidentId, at, closesAt, longestMs, longestMs, longestMs];
      const row = await oneRow(sql, CLAIM, values);
      if (!row) throw new Error("The database gave no window.");
      return readWindow(row);
    },
    async window(serviceId) {
      const row = await oneRow(sql, "select * from service_window where service_id = ?", [serviceId]);
      return row && readWindow(row);
    },
    async replaceWindow(serviceId, incidentId, at, closesAt) {
      await sql.rows(REPLACE, [serviceId, incidentId, at, closesAt]);
    },
    async windowsOf(incidentId) {
      const rows = await sql.rows("select service_id, closes_at from service_window where incident_id = ?", [
        incidentId,
      ]);
      return rows.map((row) => ({ serviceId: textOf(row, "service_id"), closesAt: numberOf(row, "closes_at") }));
    },
    async moveWindows(fromIncidentId, toIncidentId) {
      await sql.rows("update service_window set incident_id = ? where incident_id = ?", [toIncidentId, fromIncidentId]);
    },
    async closeWindows(incidentId, at) {
      await sql.rows("update service_window set closes_at = ? where incident_id = ? and closes_at > ?", [
        at,
        incidentId,
        at,
      ]);
    },
  };
}

function readWindow(row: SqlRow): ClaimedWindow {
  return {
    incidentId: textOf(row, "incident_id"),
    openedAt: numberOf(row, "opened_at"),
    closesAt: numberOf(row, "closes_at"),
    alertCount: numberOf(row, "alert_count"),
  };
}

/** Lower case here and not in SQL: databases disagree about letters beyond ASCII. */
function nameKey(name: string): string {
  return name.normalize("NFKC").trim().replace(/\s+/gu, " ").toLowerCase();
}
