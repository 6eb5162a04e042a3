import { applyMigrations, asPostgres } from "./migrations.ts";
import { refuseMoved } from "./move_marks.ts";
import { BEGIN, BEGIN_MIGRATION, BEGIN_TURN, createPool, perform, sentenceOf } from "./postgres_connections.ts";
import { createPresence } from "./presence.ts";
import { transactionOver } from "./sql_transaction.ts";
import type { Store, Transaction } from "./store.ts";

/** With the one of transactions, what a companion asks of the server's limit. */
const ASIDE_CONNECTIONS = 4;

/**
 * The store in a PostgreSQL database, which any number of companions share. Transactions take turns over all of them by an
 * advisory lock: the rules look at windows, relations and the outbox before they write, and row locks alone would let two of
 * them decide by what the other is about to change. A turn takes milliseconds; what takes long (HTTP both ways, and
 * webhooks on their way to the disk) happens outside. A guest, who is no owner, takes nothing in hand and counts for nobody.
 * @throws Error with a sentence, which never holds the URL, where the database cannot be used or is newer than this companion
 */
export async function openPostgresStore(url: string, { isOwner = true } = {}): Promise<Store> {
  const turns = createPool(url, 1);
  const besides = createPool(url, ASIDE_CONNECTIONS);
  const closePools = () => Promise.all([turns.end(), besides.end()]);
  try {
    const presence = isOwner ? createPresence((work) => perform(besides, BEGIN, ({ sql }) => work(sql))) : undefined;
    await perform(turns, BEGIN_MIGRATION, async ({ client, sql }) => {
      await applyMigrations(sql, (script) => client.query(asPostgres(script)));
      await refuseMoved(sql);
      await presence?.say(sql);
    });
    presence?.sayLater();
    let isClosed = false;
    const refuse = () => Promise.reject(new Error("The store is closed."));
    const over = <Outcome>(
      pool: ReturnType<typeof createPool>,
      begin: string,
      work: (tx: Transaction) => Promise<Outcome>,
    ) => (isClosed ? refuse() : perform(pool, begin, ({ sql }) => work(transactionOver(sql, presence?.id() ?? ""))));
    return {
      transaction: (work) => over(turns, BEGIN_TURN, work),
      aside: (work) => over(besides, BEGIN, work),
      companions: () => presence?.companions() ?? 1,
      async close() {
        if (isClosed) return;
        isClosed = true;
        await presence?.end();
        await closePools();
      },
    };
  } catch (problem) {
    await closePools();
    throw new Error(sentenceOf(problem), { cause: problem });
  }
}
