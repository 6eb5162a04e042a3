import type { KeptAside, Transaction } from "./store.ts";
import { numberOf, oneRow, type Sql, textOf } from "./sql.ts";

type Methods = Pick<
  Transaction,
  "addEvent" | "addQuarantined" | "quarantinedCount" | "keptAside" | "replay" | "nextEvent" | "finishEvent"
>;

export function webhookStatements(sql: Sql): Methods {
  /** All keys are remembered even where one was seen before: the next repetition may carry only the other. */
  async function seenBefore(keys: readonly string[], at: number): Promise<boolean> {
    let isNew = true;
    for (const key of keys) {
      const inserted = await sql.rows(
        "insert into webhook_seen (key, seen_at) values (?, ?) on conflict (key) do nothing returning key",
        [key, at],
      );
      isNew &&= inserted.length > 0;
    }
    return !isNew;
  }

  async function addWaiting(eventId: string, receivedAt: number, body: string): Promise<void> {
    await sql.rows("insert into event (event_id, received_at, body, state) values (?, ?, ?, 'waiting')", [
      eventId,
      receivedAt,
      body,
    ]);
  }

  return {
    async addEvent({ keys, eventId, receivedAt, body }) {
      if (await seenBefore(keys, receivedAt)) return "duplicate";
      await addWaiting(eventId, receivedAt, body);
      return "stored";
    },
    async addQuarantined({ keys, webhookId, receivedAt, why, body }) {
      if (await seenBefore(keys, receivedAt)) return "duplicate";
      await sql.rows("insert into quarantine (webhook_id, received_at, why, body) values (?, ?, ?, ?)", [
        webhookId,
        receivedAt,
        why,
        body,
      ]);
      return "stored";
    },
    async quarantinedCount(limit) {
      const some = "select seq from quarantine limit ?";
      const row = await oneRow(sql, `select count(*) as number from (${some}) as found`, [limit]);
      return row ? numberOf(row, "number") : 0;
    },
    async keptAside(limit) {
      const rows = await sql.rows(
        `select 'q' as shelf, seq, received_at, why, body from quarantine
         union all
         select 'e' as shelf, seq, received_at, '' as why, body from event where state in ('done', 'failed') and state = 'failed'
         order by shelf desc, seq limit ?`,
        [limit],
      );
      return rows.map((row) => ({
        shelf: textOf(row, "shelf") as KeptAside["shelf"],
        seq: numberOf(row, "seq"),
        receivedAt: numberOf(row, "received_at"),
        why: textOf(row, "why"),
        body: textOf(row, "body"),
      }));
    },
    async replay({ shelf, seq }, eventId) {
      if (shelf === "e") {
        await sql.rows("update event set state = 'waiting' where seq = ? and state = 'failed'", [seq]);
        return "stored";
      }
      const row = await oneRow(sql, "delete from quarantine where seq = ? returning received_at, body", [seq]);
      // Its keys were remembered when it came, so they tell nothing; only whether the event itself is here does.
      if (!row || (await oneRow(sql, "select seq from event where event_id = ? limit 1", [eventId])))
        return "duplicate";
      const receivedAt = numberOf(row, "received_at");
      await seenBefore([`event:${eventId}`], receivedAt);
      await addWaiting(eventId, receivedAt, textOf(row, "body"));
      return "stored";
    },
    async nextEvent() {
      const row = await oneRow(
        sql,
        "select seq, event_id, received_at, body from event where state = 'waiting' order by seq limit 1",
      );
      return (
        row && {
          seq: numberOf(row, "seq"),
          eventId: textOf(row, "event_id"),
          receivedAt: numberOf(row, "received_at"),
          body: textOf(row, "body"),
        }
      );
    },
    async finishEvent(seq, state) {
      await sql.rows("update event set state = ? where seq = ? and state = 'waiting'", [state, seq]);
    },
  };
}
