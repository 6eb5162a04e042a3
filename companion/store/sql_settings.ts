import type { SettingsRow } from "../../core/service_settings.ts";
import { jsonOf, type Sql, textOf } from "./sql.ts";
import type { Transaction } from "./store.ts";

type Methods = Pick<Transaction, "settingsRows" | "allSettingsRows" | "saveSettingsRow" | "removeSettingsRow">;

export function settingsStatements(sql: Sql): Methods {
  return {
    async settingsRows(serviceId) {
      const rows = await sql.rows("select * from service_setting where service_id in (?, '*')", [serviceId]);
      return rows.map(readRow);
    },
    async allSettingsRows() {
      return (await sql.rows("select * from service_setting order by service_id, urgency")).map(readRow);
    },
    async saveSettingsRow({ serviceId, urgency, settings }) {
      await sql.rows(
        `insert into service_setting (service_id, urgency, body) values (?, ?, ?)
         on conflict (service_id, urgency) do update set body = excluded.body`,
        [serviceId, urgency, JSON.stringify(settings)],
      );
    },
    async removeSettingsRow(serviceId, urgency) {
      await sql.rows("delete from service_setting where service_id = ? and urgency = ?", [serviceId, urgency]);
    },
  };
}

function readRow(row: Readonly<Record<string, unknown>>): SettingsRow {
  return {
    serviceId: textOf(row, "service_id"),
    urgency: textOf(row, "urgency") as SettingsRow["urgency"],
    settings: jsonOf(row, "body") as SettingsRow["settings"],
  };
}
