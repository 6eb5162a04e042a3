import { jsonOf, oneRow, type Sql } from "./sql.ts";
import type { Reminders, Transaction } from "./store.ts";

export function reminderStatements(sql: Sql): Pick<Transaction, "reminders" | "saveReminders"> {
  return {
    async reminders(incidentId) {
      const row = await oneRow(sql, "select body from reminder where incident_id = ?", [incidentId]);
      return row && (jsonOf(row, "body") as Reminders);
    },
    async saveReminders(incidentId, state) {
      await sql.rows(
        `insert into reminder (incident_id, body) values (?, ?)
         on conflict (incident_id) do update set body = excluded.body`,
        [incidentId, JSON.stringify(state)],
      );
    },
  };
}
