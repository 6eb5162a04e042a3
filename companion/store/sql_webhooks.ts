import type { Transaction } from "./store.ts";
import { numberOf, oneRow, type Sql, textOf } from "./sql.ts";

type Methods = Pick<Transaction, "addEvent" | "addQuarantined" | "quarantinedCount" | "nextEvent" | "finishEvent">;

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

  return {
    async addEvent({ keys, eventId, receivedAt, body }) {
      if (await seenBefore(keys, receivedAt)) return "duplicate";
      await sql.rows("insert into event (event_id, received_at, body, state) values (?, ?, ?, 'waiting')", [
        eventId,
        receivedAt,
        body,
      ]);
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
      const row = await oneRow(sql, `select count(*) as number from (${some}) as some`, [limit]);
      return row ? numberOf(row, "number") : 0;
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
      await sql.rows("update event set state = ? where seq = ?", [state, seq]);
    },
  };
}
