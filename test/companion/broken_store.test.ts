import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import { createWorld, HERE, type World } from "./world.ts";

let folder: string;
let path: string;
let world: World | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "broken-store-"));
  path = join(folder, "companion.db");
});
afterEach(async () => {
  await world?.close();
  world = undefined;
  rmSync(folder, { recursive: true, force: true });
});

describe("a database that is full", () => {
  it("is told by 503; every 202 is on disk, and PagerDuty brings the rest again when there is room", async () => {
    // A little more than the empty shape needs.
    const small = await createWorld({ store: await openSqliteStore(path, { maxPages: 110 }) });
    world = small;
    const ids = Array.from({ length: 60 }, (_, index) => `P${index}`);
    const title = "The disk is full. ".repeat(50);
    const statuses = new Map<string, number>();
    for (const id of ids) {
      const raised = small.raise(id, { serviceId: `PSVC${id}`, title });
      statuses.set(id, await small.event(raised, { webhookId: `w-${id}`, eventId: `e-${id}` }));
    }
    expect(new Set(statuses.values())).toEqual(new Set([202, 503]));
    expect(small.logLines.some((line) => line.includes("webhook.not_stored"))).toBe(true);
    const ready = await small.companion.app.request("/readyz", {}, HERE);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ok: false, problems: expect.arrayContaining(["store"]) },
    ]);
    await small.close();
    world = undefined;

    const roomy = await createWorld({ store: await openSqliteStore(path) });
    world = roomy;
    for (const id of ids) {
      const raised = roomy.raise(id, { serviceId: `PSVC${id}`, title });
      expect(await roomy.event(raised, { webhookId: `w-${id}`, eventId: `e-${id}` })).toBe(202);
    }
    const duplicates = [...statuses.values()].filter((status) => status === 202).length;
    expect(await roomy.metrics()).toContain(`pager_triage_webhooks_total{result="duplicate"} ${duplicates}`);
    expect(await roomy.metrics()).toContain(`pager_triage_webhooks_total{result="stored"} ${ids.length - duplicates}`);
  });
});
