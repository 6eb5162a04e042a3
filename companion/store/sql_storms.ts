import type { ReminderState } from "../../core/reminders.ts";
import { jsonOf, numberOf, oneRow, type Sql, type SqlRow, textOf } from "./sql.ts";
import type { StormRow, Transaction } from "./store.ts";

type Methods = Pick<
  Transaction,
  | "addOpening"
  | "openings"
  | "openingsCount"
  | "failedServices"
  | "stormOn"
  | "storm"
  | "stormOf"
  | "saveStorm"
  | "incidentsOfStorm"
  | "stormReminders"
  | "saveStormReminders"
>;

export function stormStatements(sql: Sql): Methods {
  return {
    async addOpening(incidentId, serviceId, at, stormId) {
      await sql.rows("insert into opening (incident_id, service_id, at, storm_id) values (?, ?, ?, ?)", [
        incidentId,
        serviceId,
        at,
        stormId === "" ? null : stormId,
      ]);
    },
    async openings(from) {
      const rows = await sql.rows("select * from opening where at >= ? order by at, incident_id", [from]);
      return rows.map((row) => ({
        incidentId: textOf(row, "incident_id"),
        serviceId: textOf(row, "service_id"),
        at: numberOf(row, "at"),
        hasOwnChannel: row["storm_id"] === null,
      }));
    },
    async openingsCount(from) {
      const row = await oneRow(sql, "select count(*) as number from opening where at >= ?", [from]);
      return row ? numberOf(row, "number") : 0;
    },
    async failedServices(from, to) {
      const row = await oneRow(
        sql,
        "select count(distinct service_id) as number from opening where at >= ? and at <= ?",
        [from, to ?? Number.MAX_SAFE_INTEGER],
      );
      return row ? numberOf(row, "number") : 0;
    },
    async stormOn() {
      const row = await oneRow(sql, "select * from storm where state = 'on'");
      return row && readStorm(row);
    },
    async storm(id) {
      const row = await oneRow(sql, "select * from storm where id = ?", [id]);
      return row && readStorm(row);
    },
    async stormOf(incidentId) {
      const row = await oneRow(
        sql,
        "select s.* from opening p join storm s on s.id = p.storm_id where p.incident_id = ?",
        [incidentId],
      );
      return row && readStorm(row);
    },
    async incidentsOfStorm(stormId) {
      const rows = await sql.rows("select incident_id from opening where storm_id = ? order by at, incident_id", [
        stormId,
      ]);
      return rows.map((row) => textOf(row, "incident_id"));
    },
    async stormReminders(stormId) {
      const row = await oneRow(sql, "select body from storm_reminder where storm_id = ?", [stormId]);
      return row && (jsonOf(row, "body") as ReminderState);
    },
    async saveStormReminders(stormId, state) {
      await sql.rows(
        `insert into storm_reminder (storm_id, body) values (?, ?)
         on conflict (storm_id) do update set body = excluded.body`,
        [stormId, JSON.stringify(state)],
      );
    },
    async saveStorm({ id, number, since, declaredAt, endedAt, channelId, channelName }) {
      await sql.rows(
        `insert into storm (id, number, state, since, declared_at, ended_at, channel_id, channel_name)
         values (?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (id) do update set state = excluded.state, ended_at = excluded.ended_at,
           channel_id = excluded.channel_id, channel_name = excluded.channel_name`,
        [id, number, endedAt === undefined ? "on" : "over", since, declaredAt, endedAt ?? null, channelId, channelName],
      );
    },
  };
}

function readStorm(row: SqlRow): StormRow {
  return {
    id: textOf(row, "id"),
    number: numberOf(row, "number"),
    since: numberOf(row, "since"),
    declaredAt: numberOf(row, "declared_at"),
    ...(row["ended_at"] === null ? {} : { endedAt: numberOf(row, "ended_at") }),
    channelId: textOf(row, "channel_id"),
    channelName: textOf(row, "channel_name"),
  };
}
