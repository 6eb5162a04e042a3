import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { afterEach, expect, it } from "vitest";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import { HOUR } from "../../core/time.ts";
import { ANN, createWorld, decisionOf, START } from "./world.ts";

const folder = mkdtempSync(join(tmpdir(), "companion-upkeep-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("three days after a triage only its account is left: no webhook, no answer, no job", async () => {
  const path = join(folder, "companion.db");
  const world = await createWorld({ store: await openSqliteStore(path) });
  const incident = world.raise("P1");
  await world.event(incident);
  await world.confirmAll();
  const incidentId = world.triggers.triages[0]?.incident_id ?? "";
  await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
  const request = { requestId: "r1", incidentId, by: ANN, at: START, summary: "" };
  await world.call("resolve", { ...request, resolveAlertIds: ["P1"], setAsideAlertIds: [] });
  await world.confirmAll();
  const database = new DatabaseSync(path);
  const count = (table: string): number =>
    Number((database.prepare(`select count(*) as number from ${table}`).get() as { number: number }).number);
  // What was asked for is kept with its answer until Slack reports that it was carried out.
  expect([count("event"), count("request")]).toEqual([1, 2]);
  for (let hours = 0; hours < 76; hours += 1) await world.advance(1 * HOUR);
  const over = ["event", "request", "webhook_seen", "nonce"];
  expect(over.map((table) => [table, count(table)])).toEqual(over.map((table) => [table, 0]));
  expect(count("outbox where kind <> 'slack_signal'")).toBe(0);
  expect(count("timeline")).toBeGreaterThan(5);
  database.close();
  await world.close();
});
