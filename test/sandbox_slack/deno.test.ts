import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askAndWait, ended, eventually, startHarness, type Harness } from "./harness.ts";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The answer of a run whose function ends at once. */
async function answerOf(harness: Harness, mode: string): Promise<unknown> {
  const before = (await harness.runs()).length;
  await harness.ask({ mode });
  const run = await eventually("the run ends", async () => {
    const runs = await harness.runs();
    return runs.length > before && runs[0]?.status !== "running" ? runs[0] : undefined;
  });
  return run.steps[0]?.outputs["answer"] ?? run.steps[0]?.error;
}

describe.each([
  ["deno", "NotCapable"],
  ["deno-1", "PermissionDenied"],
] as const)("functions under %s", (denoPackage, refusal) => {
  let harness: Harness;
  let elsewhere: string;
  const server = createServer((_, response) => response.writeHead(204).end());
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    elsewhere = `:${(server.address() as AddressInfo).port}/`;
    harness = await startHarness({ denoPackage });
  });
  afterAll(async () => {
    await harness.close();
    server.close();
  });

  it("run to the end, with their buttons", async () => {
    const { ts, run } = await askAndWait(harness);
    await harness.press("yes", { ts });
    expect((await ended(harness, run.id)).status).toBe("completed");
  });

  it("reach the outgoing domains of the manifest and nothing else", async () => {
    expect(await answerOf(harness, `fetch http://localhost${elsewhere}`)).toBe("status 204");
    expect(await answerOf(harness, `fetch http://127.0.0.1${elsewhere}`)).toBe(refusal);
    expect(await answerOf(harness, "fetch https://example.com/")).toBe(refusal);
  });

  it("see no environment but the variables of their context", async () => {
    expect(await answerOf(harness, "env")).toBe(`${refusal}; env has set`);
  });
});

describe("the process of the functions", () => {
  it("is started again when it dies, and fails what was running", async () => {
    const harness = await startHarness();
    try {
      const { ts } = await askAndWait(harness);
      const pid = harness.slack.denoPid();
      const hanging = harness.press("hangs", { ts });
      await eventually(
        "the handler runs",
        async () => (await harness.runs())[0]?.steps[0]?.log.includes("hanging") || undefined,
      );
      process.kill(pid ?? 0, "SIGKILL");
      await hanging;
      expect((await harness.workspace()).notices.at(-1)?.text).toBe(
        "This app ran into a problem and could not respond.",
      );
      const next = await askAndWait(harness);
      expect(harness.slack.denoPid()).not.toBe(pid);
      await harness.press("yes", { ts: next.ts });
      expect((await ended(harness, next.run.id)).status).toBe("completed");
    } finally {
      await harness.close();
    }
  });

  it("ends when the process that started it is killed", async () => {
    const script = fileURLToPath(new URL("hold_stand_in.ts", import.meta.url));
    // Whoever is killed cannot tidy up, so its temporary files lie where the test can.
    const folder = await mkdtemp(join(tmpdir(), "held-"));
    const holder = spawn(process.execPath, ["--import", "tsx", script], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: holder.stdout }), "line")) as [string];
    const pid = Number(line);
    expect(process.kill(pid, 0)).toBe(true);
    holder.kill("SIGKILL");
    await eventually("Deno is gone", () => (isAlive(pid) ? undefined : true));
    await rm(folder, { recursive: true, force: true });
  });

  it("ends with the stand-in", async () => {
    const harness = await startHarness();
    const pid = harness.slack.denoPid() ?? 0;
    expect(process.kill(pid, 0)).toBe(true);
    await harness.close();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
