import { openPostgresStore } from "./postgres.ts";
import { openSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

/** Which database DATABASE_URL names. */
export type Database =
  /** Path of the file, or ":memory:". */
  | { readonly kind: "sqlite"; readonly path: string }
  /** The URL holds a password: it is never logged. */
  | { readonly kind: "postgres"; readonly url: string };

/**
 * @param options.isOwner false for a command at a terminal: it works beside the companions and takes nothing in hand
 * @throws Error with a sentence where the database cannot be used
 */
export function openStore(database: Database, options: { readonly isOwner?: boolean } = {}): Promise<Store> {
  return database.kind === "postgres"
    ? openPostgresStore(database.url, options)
    : openSqliteStore(database.path, options);
}
