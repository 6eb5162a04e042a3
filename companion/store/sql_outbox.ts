import type { Job, JobKind, JobState, OutboxRow } from "../jobs.ts";
import { jsonOf, numberOf, oneRow, type Sql, type SqlRow, type SqlValue, textOf } from "./sql.ts";
import type { LostFigures, OutboxPatch, Transaction } from "./store.ts";

type Methods = Pick<
  Transaction,
  | "enqueue"
  | "job"
  | "openJobs"
  | "dueJobs"
  | "dueDeliveries"
  | "waitingTriagesOf"
  | "openTriagesOf"
  | "unconfirmedDeliveries"
  | "claimJob"
  | "mayClaimJob"
  | "updateJob"
  | "dropJob"
  | "outboxFigures"
  | "sentCount"
  | "waitingTriages"
  | "lostFigures"
  | "lostSignals"
>;

/** The words of the partial index, which SQLite uses only where a statement repeats them. */
const OPEN = "state in ('ready', 'sent')";
const UNCONFIRMED = "state = 'done' and outcome = 'unconfirmed'";
const DELIVERIES = "kind in ('slack_triage', 'slack_signal')";

/**
 * What belongs to no incident (an empty subject) waits for nothing. While Slack applies a decision, which the timer tells,
 * news of the incident waits: it would draw a card of before the decision.
 */
const DUE_DELIVERIES = `
  select o.* from outbox o
  where o.state in ('ready', 'sent') and o.state = 'ready' and o.kind = ?
    and o.not_before <= ? and o.lease_until <= ?
    and (o.subject = '' or not exists (
      select 1 from outbox p
      where p.state in ('ready', 'sent') and p.kind in ('slack_triage', 'slack_signal') and p.subject = o.subject
        and ((p.kind = 'slack_triage' and o.kind = 'slack_signal') or (p.kind = o.kind and p.seq < o.seq)))
      and not exists (select 1 from timer t where t.kind = 'reapply_decision' and t.subject = o.subject))
  order by o.seq
  limit ?`;

/** Effects that change an alert's status in PagerDuty. */
const STATUS_EFFECTS =
  "('pagerduty_acknowledge', 'pagerduty_resolve', 'pagerduty_resolve_again', 'pagerduty_reopen', 'pagerduty_escalate')";

/**
 * No other effect on the same alert is in hand, and none that could go came before. What waits after a failure holds up
 * nothing.
 */
const FIRST_OF_ALERT = `(
  o.kind not in ${STATUS_EFFECTS}
  or not exists (
    select 1 from outbox p
    where p.state = 'ready' and p.about <> '' and p.about = o.about and p.id <> o.id
      and p.kind in ${STATUS_EFFECTS}
      and (p.lease_until > ? or (p.seq < o.seq and p.not_before <= ?))))`;

const CLAIMABLE = `o.id = ? and o.state = 'ready' and o.not_before <= ? and o.lease_until <= ? and ${FIRST_OF_ALERT}`;

export function outboxStatements(sql: Sql, owner: string): Methods {
  const claim = `
    update outbox set attempts = attempts + 1, lease_until = ?, lease_owner = ?
    where seq in (select o.seq from outbox o where ${CLAIMABLE} ${sql.passOverHeld}) returning *`;
  return {
    async enqueue({ id, job, subject, sequence, createdAt, notBefore }) {
      await sql.rows(
        `insert into outbox (id, kind, subject, about, payload, sequence, attempts, failures, sends, created_at, not_before,
           lease_until, state, outcome, last_error)
         values (?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, 0, 'ready', '', '')`,
        [
          id,
          job.kind,
          subject,
          "alertId" in job ? job.alertId : "",
          JSON.stringify(job),
          sequence,
          createdAt,
          notBefore,
        ],
      );
    },
    async job(id) {
      const row = await oneRow(sql, "select * from outbox where id = ?", [id]);
      return row && readRow(row);
    },
    async openJobs(subject, kinds) {
      const rows = await sql.rows(
        `select * from outbox where ${OPEN} and subject = ? and kind in (${marks(kinds)}) order by seq`,
        [subject, ...kinds],
      );
      return rows.map(readRow);
    },
    async dueJobs(kinds, now, limit) {
      const rows = await sql.rows(
        `select * from outbox o where ${OPEN} and state = 'ready' and kind in (${marks(kinds)})
         and not_before <= ? and lease_until <= ? and ${FIRST_OF_ALERT} order by seq limit ?`,
        [...kinds, now, now, now, now, limit],
      );
      return rows.map(readRow);
    },
    async dueDeliveries(kind, now, limit) {
      return (await sql.rows(DUE_DELIVERIES, [kind, now, now, limit])).map(readRow);
    },
    async waitingTriagesOf(stormId, now) {
      const rows = await sql.rows(
        `select o.* from outbox o join opening p on p.incident_id = o.subject
         where o.state in ('ready', 'sent') and o.state = 'ready' and o.kind = 'slack_triage' and o.failures = 0
           and (o.attempts = 0 or o.not_before <= ?) and o.lease_until <= ? and p.storm_id = ? order by o.seq`,
        [now, now, stormId],
      );
      return rows.map(readRow);
    },
    async openTriagesOf(stormId) {
      const row = await oneRow(
        sql,
        `select count(*) as number from outbox o join opening p on p.incident_id = o.subject
         where o.state in ('ready', 'sent') and o.kind = 'slack_triage' and p.storm_id = ?`,
        [stormId],
      );
      return row ? numberOf(row, "number") : 0;
    },
    async unconfirmedDeliveries(now) {
      const rows = await sql.rows(
        `select * from outbox where ${OPEN} and state = 'sent' and ${DELIVERIES} and not_before <= ? order by seq`,
        [now],
      );
      return rows.map(readRow);
    },
    async claimJob(id, now, leaseUntil) {
      const row = await oneRow(sql, claim, [leaseUntil, owner, id, now, now, now, now]);
      return row && readRow(row);
    },
    async mayClaimJob(id, now) {
      const rows = await sql.rows(`select o.id from outbox o where ${CLAIMABLE}`, [id, now, now, now, now]);
      return rows.length > 0;
    },
    async updateJob(id, patch) {
      const columns = Object.entries(columnsOf(patch)).filter(([, value]) => value !== undefined);
      const assignments = columns.map(([column]) => `${column} = ?`).concat("lease_until = 0");
      const values = columns.map(([, value]) => value ?? null);
      await sql.rows(`update outbox set ${assignments.join(", ")} where id = ?`, [...values, id]);
    },
    async dropJob(id, now, outcome) {
      await sql.rows(
        "update outbox set state = 'done', outcome = ?, finished_at = ? where id = ? and state = 'ready' and lease_until <= ?",
        [outcome, now, id, now],
      );
    },
    async outboxFigures() {
      const rows = await sql.rows(
        `select kind, count(*) as depth, min(created_at) as oldest_at from outbox where ${OPEN} group by kind`,
      );
      return rows.map((row) => ({
        kind: textOf(row, "kind") as JobKind,
        depth: numberOf(row, "depth"),
        oldestAt: numberOf(row, "oldest_at"),
      }));
    },
    async waitingTriages(limit) {
      const rows = await sql.rows(
        `select * from outbox where ${OPEN} and state = 'ready' and kind = 'slack_triage' and sends = 0
         order by seq limit ?`,
        [limit],
      );
      return rows.map(readRow);
    },
    async lostFigures() {
      const rows = await sql.rows(
        `select kind, 'failed' as ending, count(*) as number from outbox where state = 'failed' group by kind
         union all
         select kind, 'unconfirmed' as ending, count(*) as number from outbox where ${UNCONFIRMED} group by kind`,
      );
      return rows.map((row) => ({
        kind: textOf(row, "kind") as JobKind,
        end: textOf(row, "ending") as LostFigures["end"],
        number: numberOf(row, "number"),
      }));
    },
    async lostSignals(subject) {
      const rows = await sql.rows(
        `select * from outbox where state = 'failed' and kind = 'slack_signal' and subject = ?
         union all
         select * from outbox where ${UNCONFIRMED} and kind = 'slack_signal' and subject = ?
         order by seq`,
        [subject, subject],
      );
      return rows.map(readRow);
    },
    async sentCount() {
      const row = await oneRow(
        sql,
        `select count(*) as number from outbox where ${OPEN} and state = 'sent' and ${DELIVERIES}`,
      );
      return row ? numberOf(row, "number") : 0;
    },
  };
}

function columnsOf(patch: OutboxPatch): Readonly<Record<string, SqlValue | undefined>> {
  return {
    state: patch.state,
    not_before: patch.notBefore,
    failures: patch.failures,
    sends: patch.sends,
    outcome: patch.outcome,
    last_error: patch.lastError,
    finished_at: patch.finishedAt,
  };
}

function marks(list: readonly unknown[]): string {
  return list.map(() => "?").join(", ");
}

function readRow(row: SqlRow): OutboxRow {
  return {
    id: textOf(row, "id"),
    seq: numberOf(row, "seq"),
    job: jsonOf(row, "payload") as Job,
    subject: textOf(row, "subject"),
    sequence: numberOf(row, "sequence"),
    attempts: numberOf(row, "attempts"),
    failures: numberOf(row, "failures"),
    sends: numberOf(row, "sends"),
    createdAt: numberOf(row, "created_at"),
    notBefore: numberOf(row, "not_before"),
    state: textOf(row, "state") as JobState,
    outcome: textOf(row, "outcome"),
    lastError: textOf(row, "last_error"),
  };
}
