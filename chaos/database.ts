/** The database of a run, and how it gets out of order. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import type { DatabaseFault, StoreKind } from "./plan.ts";

export interface ChaosDatabase {
  readonly kind: StoreKind;
  /** What the companion needs to find it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Brings it out of order; resolves with what puts it right again. */
  begin(fault: DatabaseFault): Promise<() => Promise<void>>;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}

/** A file of its own in a folder of its own. */
export function createSqliteDatabase(): ChaosDatabase {
  const folder = mkdtempSync(join(tmpdir(), "pager-triage-chaos-"));
  const file = join(folder, "companion.db");
  const fullFile = join(folder, "full");
  return {
    kind: "sqlite",
    environment: { DATABASE_URL: `sqlite:${file}`, CHAOS_FULL_FILE: fullFile },
    begin(fault) {
      if (fault === "full") {
        writeFileSync(fullFile, "");
        return Promise.resolve(() => Promise.resolve(rmSync(fullFile, { force: true })));
      }
      return hold(file);
    },
    close: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  };
}

/** Another process writes, and does not come to an end. */
function hold(file: string): Promise<() => Promise<void>> {
  const other = new DatabaseSync(file, { timeout: 200 });
  try {
    other.exec("begin immediate");
  } catch {
    // The companion is just writing: nothing is held this time.
    other.close();
    return Promise.resolve(() => Promise.resolve());
  }
  return Promise.resolve(() => {
    other.exec("rollback");
    other.close();
    return Promise.resolve();
  });
}
