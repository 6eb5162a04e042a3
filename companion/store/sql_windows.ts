import { numberOf, oneRow, type Sql, type SqlRow, textOf } from "./sql.ts";
import type { ClaimedWindow, Transaction } from "./store.ts";

type Methods = Pick<
  Transaction,
  "rememberService" | "serviceByName" | "claimWindow" | "window" | "replaceWindow" | "moveWindows" | "closeWindows"
>;

/**
 * One statement takes the window or joins it, so that two deliveries at the same moment cannot both take it. The end is
 * not part of the window: an alert exactly at closes_at opens a new one.
 */
const CLAIM = `
  insert into service_window as w (service_id, incident_id, opened_at, closes_at, alert_count) values (?, ?, ?, ?, 1)
  on conflict (service_id) do update set
    incident_id = case when excluded.opened_at < w.closes_at then w.incident_id     else excluded.incident_id end,
    opened_at   = case when excluded.opened_at < w.closes_at then w.opened_at       else excluded.opened_at   end,
    alert_count = case when excluded.opened_at < w.closes_at then w.alert_count + 1 else 1                    end,
    closes_at   = case when excluded.opened_at < w.closes_at then w.closes_at       else excluded.closes_at   end
  returning incident_id, opened_at, closes_at, alert_count`;

const REPLACE = `
  insert into service_window (service_id, incident_id, opened_at, closes_at, alert_count) values (?, ?, ?, ?, 1)
  on conflict (service_id) do update set
    incident_id = excluded.incident_id, opened_at = excluded.opened_at, closes_at = excluded.closes_at, alert_count = 1`;

export function windowStatements(sql: Sql): Methods {
  return {
    async rememberService(id, name) {
      await sql.rows(
        `insert into service (id, name, name_key) values (?, ?, ?)
         on conflict (id) do update set name = excluded.name, name_key = excluded.name_key`,
        [id, name, nameKey(name)],
      );
    },
    async serviceByName(name) {
      const row = await oneRow(sql, "select id, name from service where name_key = ? order by id limit 1", [
        nameKey(name),
      ]);
      return row && { id: textOf(row, "id"), name: textOf(row, "name") };
    },
    async claimWindow(serviceId, incidentId, at, closesAt) {
      const row = await oneRow(sql, CLAIM, [serviceId, incidentId, at, closesAt]);
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
