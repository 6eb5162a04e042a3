import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CompanionProcess, createCompanionProcess } from "../../sandbox/companion_process.ts";
import { freePort } from "../../sandbox/server.ts";
import { endAll, isAlive, run, until } from "./processes.ts";

let port: number;
let reports: string[];
const companions: CompanionProcess[] = [];

beforeEach(async () => {
  port = await freePort();
  reports = [];
});
afterEach(async () => {
  for (const companion of companions.splice(0)) await companion.end("kill");
});
afterAll(endAll);

function fake(configuration: Record<string, string> = {}): CompanionProcess {
  const companion = createCompanionProcess({
    port,
    configuration: () => ({ PORT: String(port), ...configuration }),
    logFile: undefined,
    changed: () => undefined,
    report: (sentence) => reports.push(sentence),
    entry: fileURLToPath(new URL("./fake_companion.ts", import.meta.url)),
  });
  companions.push(companion);
  return companion;
}

async function facts(): Promise<{ pid: number; env: Record<string, string>; now: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${port}/facts`);
  return (await answer.json()) as { pid: number; env: Record<string, string>; now: unknown };
}

describe("the companion's process", () => {
  it("is ready once it has started, and gets nothing of the sandbox's own environment but PATH and HOME", async () => {
    process.env["LEAKED"] = "must not arrive";
    const companion = fake({ LOG_LEVEL: "info" });
    await companion.start();
    expect(companion.view()).toEqual({ state: "running", url: `http://127.0.0.1:${port}` });
    const own = Object.keys((await facts()).env).filter(
      (name) => !name.startsWith("NODE_CHANNEL") && name !== "NODE_UNIQUE_ID",
    );
    expect(own.sort()).toEqual(["HOME", "LOG_LEVEL", "PATH", "PORT"]);
    delete process.env["LEAKED"];
  });

  it("fails with its last words when it ends while it starts", async () => {
    await expect(fake({ FAILS_AT_START: "yes" }).start()).rejects.toThrow(
      "The companion ended while it started. Its last lines:\nPAGERDUTY_API_TOKEN is missing",
    );
    expect(reports).toEqual([]);
  });

  it("takes the time over its channel and answers when it is done", async () => {
    const companion = fake();
    await companion.start();
    await companion.stepClock(1_234);
    expect((await facts()).now).toBe(1_234);
  });

  it("ends as asked, can be started again, and needs no answer to the clock meanwhile", async () => {
    const companion = fake();
    await companion.start();
    const first = (await facts()).pid;
    await companion.end("stop");
    expect(companion.view().state).toBe("stopped");
    expect(isAlive(first)).toBe(false);
    await companion.stepClock(5);
    await companion.start();
    expect((await facts()).pid).not.toBe(first);
    await companion.end("kill");
    expect(companion.log().filter((line) => line === "told to end")).toHaveLength(1);
    expect(reports).toEqual([]);
  });

  it("is reported when it ends by itself", async () => {
    const companion = fake();
    await companion.start();
    process.kill((await facts()).pid, "SIGKILL");
    await until("the report", () => reports.length > 0);
    expect(reports).toEqual(["The companion ended by itself (SIGKILL)."]);
    expect(companion.view().state).toBe("stopped");
  });

  it("ends when the sandbox dies, however it died", async () => {
    const parent = run(fileURLToPath(new URL("./parent.ts", import.meta.url)), String(port));
    await until("the parent's start", () => parent.stdout().includes("started"));
    const { pid } = await facts();
    parent.child.kill("SIGKILL");
    await parent.ended;
    try {
      await until("the child's end", () => !isAlive(pid));
    } finally {
      if (isAlive(pid)) process.kill(pid, "SIGKILL");
    }
  });
});
