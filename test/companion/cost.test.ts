import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { afterAll, expect, it, vi } from "vitest";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import { MINUTE } from "../../core/time.ts";
import { ANN, BEN, createWorld, decisionOf, START } from "./world.ts";

const statements = new Set<string>();
vi.mock(import("../../companion/store/sqlite_file.ts"), async (original) => {
  const real = await original();
  return {
    ...real,
    openFile(path, waitMs) {
      const file = real.openFile(path, waitMs);
      const rows: typeof file.sql.rows = (statement, values) => {
        statements.add(statement);
        return file.sql.rows(statement, values);
      };
      return { ...file, sql: { ...file.sql, rows } };
    },
  };
});

const folder = mkdtempSync(join(tmpdir(), "companion-cost-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A table of one row, and indexes that hold only what is under way. */
const OF_WHAT_IS_OPEN = new Set([
  "SCAN move_mark",
  "SCAN outbox USING INDEX outbox_in_hand",
  "SCAN event USING INDEX event_waiting",
  "SCAN feed_alert USING COVERING INDEX feed_alert_open",
  "SCAN incident USING INDEX incident_open",
]);

/** How SQLite would look for the rows of a statement, a line for each table. */
function planOf(database: InstanceType<typeof DatabaseSync>, statement: string): readonly string[] {
  const rows = database.prepare(`explain query plan ${statement}`).all() as readonly { readonly detail: string }[];
  return rows.map(({ detail }) => detail);
}

it("nothing that happens to an alert looks through what only grows", async () => {
  const path = join(folder, "companion.db");
  const world = await createWorld({ store: await openSqliteStore(path) });
  for (const [id, serviceId] of [
    ["P1", "PSVC1"],
    ["P2", "PSVC1"],
    ["P3", "PSVC2"],
    ["P4", "PSVC3"],
  ] as const) {
    await world.event(world.raise(id, { serviceId }));
    await world.confirmAll();
  }
  const [first = "", second = "", third = ""] = world.triggers.triages.map(({ incident_id }) => incident_id);
  const by = { by: ANN, at: START };
  await world.advance(6 * MINUTE);
  await world.call("answer", { incidentId: first, alertIds: ["P2"], answer: "attach", ...by });
  await world.call("decide", { phase: "applied", decision: decisionOf(first, "create") });
  await world.call("decide", { phase: "applied", decision: decisionOf(second, "merge", { mergeInto: first }) });
  await world.call("decide", { phase: "applied", decision: decisionOf(third, "dismiss") });
  await world.confirmAll();
  const undo = { requestId: "u1", command: "undo", decisionId: `Fx-${third}`, inPagerduty: "leave" } as const;
  await world.call("undo", { ...undo, incidentId: third, by: BEN, at: START });
  await world.call("explain", { incidentId: first, pagerduty: "" });
  const resolve = { requestId: "r1", incidentId: first, summary: "", setAsideAlertIds: [], ...by };
  await world.call("resolve", { ...resolve, resolveAlertIds: ["P1", "P2", "P3"] });
  await world.confirmAll();
  // What reconciling compares.
  await world.store.transaction((tx) => tx.openAlerts(10));
  const database = new DatabaseSync(path);
  const looked = [...statements].filter((sql) => /^\s*(select|insert|update|delete|with)/i.test(sql));
  const scans = looked.flatMap((sql) =>
    planOf(database, sql)
      .filter((line) => line.startsWith("SCAN"))
      .filter((line) => !OF_WHAT_IS_OPEN.has(line))
      .map((line) => `${line}: ${sql}`),
  );
  database.close();
  await world.close();
  expect(looked.length).toBeGreaterThan(60);
  expect(scans).toEqual([]);
});
