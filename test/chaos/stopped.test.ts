import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { STORES } from "../../chaos/plan.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

it.each(STORES)("a chaos run on %s that is stopped halfway leaves no process and no file behind", async (store) => {
  const folder = mkdtempSync(join(tmpdir(), "chaos-stopped-"));
  // PostgreSQL works there as a user of its own.
  chmodSync(folder, 0o777);
  const program = ["--import", "tsx", "chaos/main.ts", "--kills", "500", "--store", store];
  // A group of its own, since Ctrl-C at a terminal reaches every process of it.
  const child = spawn(process.execPath, program, {
    cwd: root,
    detached: true,
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const stop = () => process.kill(-(child.pid ?? 0), "SIGINT");
  await expect
    .poll(() => said, { timeout: 30_000 })
    .toContain("listens at")
    .finally(stop);
  expect(await ended, said).toBe(1);
  expect(said).toContain("It was stopped before its end");
  const [url = ""] = /http:\/\/\S+/.exec(said) ?? [];
  await expect(fetch(url)).rejects.toThrow();
  expect(readdirSync(folder).filter((name) => name.startsWith("pager-triage"))).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});
