import type { Alert, AlertRelation } from "../../core/alert.ts";
import type { Incident } from "../../core/incident.ts";
import type { Decision, Place } from "../../core/protocol.ts";
import { jsonOf, numberOf, oneRow, type Sql, type SqlRow, textOf } from "./sql.ts";
import type { AlertFacts, AlertRow, IncidentLevel, IncidentRow, Relation, Transaction, UndoMemory } from "./store.ts";

type IncidentMethods = Pick<
  Transaction,
  "count" | "addIncident" | "incident" | "saveIncident" | "nextSequence" | "undoMemory" | "saveUndoMemory"
>;

export function incidentStatements(sql: Sql): IncidentMethods {
  return {
    async count(counter) {
      const row = await oneRow(
        sql,
        `insert into counter as c (name, value) values (?, 1)
         on conflict (name) do update set value = c.value + 1 returning value`,
        [counter],
      );
      if (!row) throw new Error("The database gave no number.");
      return numberOf(row, "value");
    },
    async addIncident(row) {
      await sql.rows(
        `insert into incident (body, status, merged_into, later_count, window_closes_at, place, decision, applied_at,
           later_told_at, level, withdrawn_at, id, sequence)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
        incidentValues(row),
      );
    },
    async incident(id) {
      const row = await oneRow(sql, "select * from incident where id = ?", [id]);
      return row && readIncident(row);
    },
    async saveIncident(row) {
      await sql.rows(
        `update incident set body = ?, status = ?, merged_into = ?, later_count = ?, window_closes_at = ?,
         place = ?, decision = ?, applied_at = ?, later_told_at = ?, level = ?, withdrawn_at = ? where id = ?`,
        incidentValues(row),
      );
    },
    async nextSequence(incidentId) {
      const row = await oneRow(sql, "update incident set sequence = sequence + 1 where id = ? returning sequence", [
        incidentId,
      ]);
      if (!row) throw new Error(`There is no incident ${incidentId}.`);
      return numberOf(row, "sequence");
    },
    async undoMemory(incidentId) {
      const row = await oneRow(sql, "select body from undo_memory where incident_id = ?", [incidentId]);
      const memory = row && (jsonOf(row, "body") as UndoMemory);
      return memory ?? { undoneDecisionIds: [], movedAlerts: [], movedWindows: [] };
    },
    async saveUndoMemory(incidentId, memory) {
      await sql.rows(
        `insert into undo_memory (incident_id, body) values (?, ?)
         on conflict (incident_id) do update set body = excluded.body`,
        [incidentId, JSON.stringify(memory)],
      );
    },
  };
}

function incidentValues(row: IncidentRow) {
  const { incident } = row;
  return [
    JSON.stringify(incident),
    incident.status,
    incident.status === "merged" ? incident.mergedInto : null,
    row.laterCount,
    row.windowClosesAt,
    row.place ? JSON.stringify(row.place) : null,
    row.decision ? JSON.stringify(row.decision) : null,
    row.appliedAt ?? null,
    row.laterToldAt ?? 0,
    row.level ? JSON.stringify(row.level) : null,
    row.withdrawnAt ?? null,
    incident.id,
  ];
}

function readIncident(row: SqlRow): IncidentRow {
  const place = jsonOf(row, "place") as Place | undefined;
  const decision = jsonOf(row, "decision") as Decision | undefined;
  const level = jsonOf(row, "level") as IncidentLevel | undefined;
  return {
    incident: jsonOf(row, "body") as Incident,
    sequence: numberOf(row, "sequence"),
    laterCount: numberOf(row, "later_count"),
    laterToldAt: numberOf(row, "later_told_at"),
    windowClosesAt: numberOf(row, "window_closes_at"),
    ...(place ? { place } : {}),
    ...(decision ? { decision } : {}),
    ...(level ? { level } : {}),
    ...(row["applied_at"] === null ? {} : { appliedAt: numberOf(row, "applied_at") }),
    ...(row["withdrawn_at"] === null ? {} : { withdrawnAt: numberOf(row, "withdrawn_at") }),
  };
}

type AlertMethods = Pick<
  Transaction,
  | "alert"
  | "alertByNumber"
  | "saveAlert"
  | "relations"
  | "alertsOf"
  | "openAlerts"
  | "attachedBefore"
  | "laterAlertCount"
  | "relate"
  | "unrelate"
>;

export function alertStatements(sql: Sql): AlertMethods {
  return {
    async alert(id) {
      const row = await oneRow(sql, "select body, status_at, people_at, keys from alert where id = ?", [id]);
      return row && readAlert(row);
    },
    async alertByNumber(number) {
      const row = await oneRow(
        sql,
        "select body, status_at, people_at, keys from alert where number = ? and number > 0 order by id limit 1",
        [number],
      );
      return row && readAlert(row);
    },
    async saveAlert({ facts, statusAt, peopleAt, keys }) {
      await sql.rows(
        `insert into alert as a (id, number, body, status_at, people_at, keys) values (?, ?, ?, ?, ?, ?)
         on conflict (id) do update set number = excluded.number, body = excluded.body, status_at = excluded.status_at,
           people_at = excluded.people_at, keys = coalesce(excluded.keys, a.keys)`,
        [facts.id, facts.number, JSON.stringify(facts), statusAt, peopleAt, keys ? JSON.stringify(keys) : null],
      );
    },
    async relations(alertId) {
      const rows = await sql.rows(
        "select incident_id, alert_id, relation, later_number from alert_relation where alert_id = ? order by since, incident_id",
        [alertId],
      );
      return rows.map(readRelation);
    },
    async alertsOf(incidentId) {
      const rows = await sql.rows(
        `select a.body, a.status_at, a.people_at, a.keys, r.relation, r.later_number
         from alert_relation r join alert a on a.id = r.alert_id
         where r.incident_id = ? order by r.since, a.id`,
        [incidentId],
      );
      return rows.map((row) => ({
        ...readAlert(row),
        relation: textOf(row, "relation") as AlertRelation,
        laterNumber: numberOf(row, "later_number"),
      }));
    },
    async openAlerts(limit) {
      // Each condition repeats the words of its partial index.
      const rows = await sql.rows(
        `select body, status_at, people_at, keys from alert where id in (
           select alert_id from alert_relation where relation in ('attached', 'offered')
             and incident_id in (select id from incident where status in ('triage', 'active'))
           union select alert_id from feed_alert where is_over = 0) order by id limit ?`,
        [limit],
      );
      return rows.map(readAlert).filter(({ facts }) => facts.status !== "resolved");
    },
    async attachedBefore(incidentId, alertId) {
      const row = await oneRow(
        sql,
        `select count(*) as number from alert_relation r, alert_relation this
         where this.incident_id = ? and this.alert_id = ? and r.incident_id = this.incident_id and r.relation = 'attached'
           and (r.since < this.since or (r.since = this.since and r.alert_id < this.alert_id))`,
        [incidentId, alertId],
      );
      return row ? numberOf(row, "number") : 0;
    },
    async laterAlertCount(incidentId) {
      const row = await oneRow(
        sql,
        "select count(*) as number from alert_relation where incident_id = ? and (later_number > 0 or relation = 'offered')",
        [incidentId],
      );
      return row ? numberOf(row, "number") : 0;
    },
    async relate(incidentId, alertId, relation, at, laterNumber = 0) {
      await sql.rows(
        `insert into alert_relation (incident_id, alert_id, relation, since, later_number) values (?, ?, ?, ?, ?)
         on conflict (incident_id, alert_id) do update set
           relation = excluded.relation, later_number = excluded.later_number`,
        [incidentId, alertId, relation, at, laterNumber],
      );
    },
    async unrelate(incidentId, alertId) {
      await sql.rows("delete from alert_relation where incident_id = ? and alert_id = ?", [incidentId, alertId]);
    },
  };
}

function readAlert(row: SqlRow): AlertRow {
  const keys = jsonOf(row, "keys") as readonly string[] | undefined;
  return {
    facts: jsonOf(row, "body") as AlertFacts satisfies Omit<Alert, "relation">,
    statusAt: numberOf(row, "status_at"),
    peopleAt: numberOf(row, "people_at"),
    ...(keys ? { keys } : {}),
  };
}

function readRelation(row: SqlRow): Relation {
  return {
    incidentId: textOf(row, "incident_id"),
    alertId: textOf(row, "alert_id"),
    relation: textOf(row, "relation") as AlertRelation,
    laterNumber: numberOf(row, "later_number"),
  };
}
