import type { Dismissal } from "../../core/admission.ts";
import { jsonOf, type Sql } from "./sql.ts";
import type { Transaction } from "./store.ts";

type Methods = Pick<Transaction, "saveDismissal" | "dismissals" | "forgetDismissal" | "forgetDismissals">;

export function dismissalStatements(sql: Sql): Methods {
  return {
    async saveDismissal(serviceId, dismissal) {
      await sql.rows(
        `insert into dismissal (incident_id, service_id, until, body) values (?, ?, ?, ?)
         on conflict (incident_id, service_id) do update set until = excluded.until, body = excluded.body`,
        [dismissal.incidentId, serviceId, dismissal.until, JSON.stringify(dismissal)],
      );
    },
    async dismissals(serviceId, at) {
      const rows = await sql.rows(
        "select body from dismissal where service_id = ? and until > ? order by until desc, incident_id",
        [serviceId, at],
      );
      return rows.map((row) => jsonOf(row, "body") as Dismissal);
    },
    async forgetDismissal(incidentId) {
      await sql.rows("delete from dismissal where incident_id = ?", [incidentId]);
    },
    async forgetDismissals(before) {
      await sql.rows("delete from dismissal where until < ?", [before]);
    },
  };
}
