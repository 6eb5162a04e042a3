import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "@photostructure/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import { MINUTE, toIso } from "../../core/time.ts";
import { type FakePagerduty, startFakePagerduty } from "./fake_pagerduty.ts";
import { type FakeTriggers, startFakeTriggers } from "./fake_triggers.ts";
import { eventBody, pagerdutySignature, settingsFor, SHARED_SECRET, START, WEBHOOK_SECRET } from "./world.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly log: string[];
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

let folder: string;
let pagerduty: FakePagerduty;
let triggers: FakeTriggers;
let running: Running[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "companion-process-"));
  [pagerduty, triggers] = [await startFakePagerduty(), await startFakeTriggers()];
});
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill("SIGKILL");
    await ended;
  }
  const log = running.flatMap((one) => one.log).join("\n");
  running = [];
  await Promise.all([pagerduty.close(), triggers.close()]);
  for (const secret of [WEBHOOK_SECRET, SHARED_SECRET, "pd-token", "/triggers/T1"]) expect(log).not.toContain(secret);
  rmSync(folder, { recursive: true, force: true });
});

/** The real process, with a minimal environment, on a port that it chooses itself. */
async function start(extra: Readonly<Record<string, string>> = {}): Promise<Running> {
  const env = {
    PATH: process.env["PATH"],
    ...settingsFor(pagerduty, triggers),
    DATABASE_URL: `sqlite:${join(folder, "companion.db")}`,
    ...extra,
  };
  const child = spawn(process.execPath, ["--import", "tsx", "companion/main.ts"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const log: string[] = [];
  const ended = new Promise<number | string>((resolve) =>
    child.on("exit", (code, signal) => resolve(code ?? signal ?? "")),
  );
  const port = await new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        log.push(line);
        const started = /"port":(\d+).*companion\.started/.exec(line);
        if (started) resolve(Number(started[1]));
      });
    }
    void ended.then(() => reject(new Error(`It ended: ${log.join("\n")}`)));
  });
  const process_ = { child, url: `http://127.0.0.1:${port}`, log, ended };
  running.push(process_);
  return process_;
}

function incidentNumber(index: number, serviceId = "PSVC1") {
  return {
    id: `P${index}`,
    number: index,
    title: `Failure ${index}`,
    status: "triggered" as const,
    serviceId,
    serviceName: serviceId,
    assignees: [],
    alerts: [],
    notes: [],
  };
}

async function fire(url: string, index: number, serviceId?: string): Promise<number> {
  const incident = incidentNumber(index, serviceId);
  pagerduty.incidents.set(incident.id, incident);
  const body = JSON.stringify(eventBody(incident, { byHand: true }, Date.now()));
  const headers = { "x-pagerduty-signature": pagerdutySignature(body), "x-webhook-id": `w${index}` };
  return (await fetch(`${url}/webhooks/pagerduty`, { method: "POST", body, headers })).status;
}

describe("the real process", () => {
  it("killed right after its 202 delivers the triage once after the restart", async () => {
    // Slack is out of order until after the kill, so that whatever was sent before cannot have been taken.
    triggers.answerAll({ status: 503, body: "" });
    const first = await start();
    expect(await fire(first.url, 1)).toBe(202);
    first.child.kill("SIGKILL");
    expect(await first.ended).toBe("SIGKILL");
    triggers.answerAll(undefined);
    const second = await start();
    await expect.poll(() => triggers.triages.length, { timeout: 10_000 }).toBe(1);
    expect(await fire(second.url, 1)).toBe(202);
    expect(await fire(second.url, 2)).toBe(202);
    await expect
      .poll(async () => (await (await fetch(`${second.url}/metrics`)).text()).includes('kind="slack_signal"} 1'))
      .toBe(true);
    expect(triggers.triages).toHaveLength(1);
  });

  it("killed in the middle of many webhooks has all that it answered with 202, and one triage a service", async () => {
    triggers.answerAll({ status: 503, body: "" });
    const first = await start();
    const taken: number[] = [];
    const all = Array.from({ length: 200 }, (_, index) =>
      fire(first.url, index, `PSVC${index % 4}`).then(
        (status) => {
          if (status === 202) taken.push(index);
          if (taken.length === 60) first.child.kill("SIGKILL");
        },
        () => undefined,
      ),
    );
    await Promise.all(all);
    expect(taken.length).toBeGreaterThanOrEqual(60);
    triggers.answerAll(undefined);
    const second = await start();
    // What was answered is known: its webhook is a duplicate now.
    await Promise.all(taken.map((index) => fire(second.url, index, `PSVC${index % 4}`)));
    const metrics = await (await fetch(`${second.url}/metrics`)).text();
    expect(metrics).toContain(`pager_triage_webhooks_total{result="duplicate"} ${taken.length}`);
    await expect.poll(() => triggers.triages.length, { timeout: 10_000 }).toBe(4);
    expect(new Set(triggers.triages.map(({ service_id }) => service_id)).size).toBe(4);
  });

  it("answers 503 and never 202 while its database is locked, and goes on when it is free", async () => {
    const process_ = await start();
    expect(await fire(process_.url, 1)).toBe(202);
    await expect.poll(() => triggers.triages.length, { timeout: 10_000 }).toBe(1);
    const other = new DatabaseSync(join(folder, "companion.db"), { timeout: 5_000 });
    other.exec("begin immediate");
    const at = Date.now();
    expect(await fire(process_.url, 2, "PSVC2")).toBe(503);
    // What PagerDuty waits for at most.
    expect(Date.now() - at).toBeLessThan(5_000);
    expect((await fetch(`${process_.url}/readyz`)).status).toBe(503);
    other.exec("rollback");
    other.close();
    await expect.poll(async () => (await fetch(`${process_.url}/readyz`)).status, { timeout: 10_000 }).toBe(200);
    expect(triggers.triages).toHaveLength(1);
    expect(await fire(process_.url, 2, "PSVC2")).toBe(202);
    await expect.poll(() => triggers.triages.length, { timeout: 10_000 }).toBe(2);
    expect(process_.log.some((line) => line.includes("webhook.not_stored"))).toBe(true);
  });

  it("that its database refuses just when it begins waits for it, unready, and goes on by itself", async () => {
    const path = join(folder, "companion.db");
    await (await openSqliteStore(path)).close();
    const other = new DatabaseSync(path, { timeout: 5_000 });
    // Opening goes well; what every start puts into the outbox is refused.
    other.exec("create trigger refuses before insert on outbox begin select raise(abort, 'database is locked'); end");
    const process_ = await start();
    const waits = () => process_.log.filter((line) => line.includes("companion.start_waits_for_store")).length;
    await expect.poll(waits, { timeout: 10_000 }).toBeGreaterThan(1);
    expect((await fetch(`${process_.url}/readyz`)).status).toBe(503);
    expect(await fire(process_.url, 1)).toBe(202);
    expect(triggers.attempts).toEqual([]);
    other.exec("drop trigger refuses");
    other.close();
    await expect.poll(() => triggers.triages.length, { timeout: 10_000 }).toBe(1);
    await expect.poll(async () => (await fetch(`${process_.url}/readyz`)).status, { timeout: 10_000 }).toBe(200);
  });

  it("ends with 0 when it is told to while it waits for its database", async () => {
    const path = join(folder, "companion.db");
    await (await openSqliteStore(path)).close();
    const other = new DatabaseSync(path, { timeout: 5_000 });
    other.exec("create trigger refuses before insert on outbox begin select raise(abort, 'database is locked'); end");
    other.close();
    const process_ = await start();
    await expect.poll(() => process_.log.join(), { timeout: 10_000 }).toContain("companion.start_waits_for_store");
    process_.child.kill("SIGTERM");
    expect(await process_.ended).toBe(0);
  });

  it("has its file for itself: a second one on it refuses with a sentence, and one after its death does not", async () => {
    const first = await start();
    await expect(start()).rejects.toThrow("Another companion works on this file");
    expect(await fire(first.url, 1)).toBe(202);
    first.child.kill("SIGKILL");
    await first.ended;
    await start();
  });

  it("of two that start at once on a new file, one works on it and the other refuses", async () => {
    const both = await Promise.allSettled([start(), start()]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [refused] = both.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
    expect(refused).toContain("Another companion works on this file");
  });

  it("finishes its work and ends with 0 when it is told to", async () => {
    const process_ = await start();
    const release = pagerduty.hold(/alerts$/);
    expect(await fire(process_.url, 1)).toBe(202);
    await expect.poll(() => pagerduty.calls.length).toBe(1);
    process_.child.kill("SIGTERM");
    await expect
      .poll(() =>
        fetch(`${process_.url}/healthz`).then(
          (answer) => answer.status,
          () => "refused",
        ),
      )
      .toBe("refused");
    release();
    expect(await process_.ended).toBe(0);
    expect(process_.log.some((line) => line.includes("companion.stopped"))).toBe(true);
  });

  it("ends within 10 s although somebody keeps it waiting", async () => {
    const process_ = await start();
    pagerduty.hold(/alerts$/);
    await fire(process_.url, 1);
    const at = Date.now();
    process_.child.kill("SIGTERM");
    await process_.ended;
    expect(Date.now() - at).toBeLessThan(10_500);
  });

  it("has its parent's time, and answers when everything due by then is done", async () => {
    const process_ = await start({ SANDBOX_NOW: toIso(START) });
    await fire(process_.url, 1);
    await expect.poll(() => triggers.triages.length).toBe(1);
    expect(triggers.triages[0]?.opened_at).toBe(toIso(START));
    const now = START + 3 * MINUTE;
    const answer = new Promise((resolve) => process_.child.once("message", resolve));
    process_.child.send({ type: "clock", now });
    expect(await answer).toEqual({ type: "clock", now });
    expect(triggers.triages).toHaveLength(2);
    expect(triggers.triages[1]?.delivery_id).toBe(triggers.triages[0]?.delivery_id);
  });

  it("refuses a port that is taken, and a database that is none, with a sentence", async () => {
    const taken = createServer().listen(0);
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(start({ PORT: String(port) })).rejects.toThrow(`port ${port} is in use`);
    taken.close();
    await expect(start({ DATABASE_URL: `sqlite:${root}package.json/companion.db` })).rejects.toThrow("cannot be used");
    // There Node's own way of making folders never ends.
    await expect(start({ DATABASE_URL: "sqlite:/proc/nothing/here/companion.db" })).rejects.toThrow("cannot be used");
    for (const [name, bytes] of [
      ["garbage.db", Buffer.from("this is no database ".repeat(500))],
      ["torn.db", Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(3_000, 255)])],
    ] as const) {
      writeFileSync(join(folder, name), bytes);
      await expect(start({ DATABASE_URL: `sqlite:${join(folder, name)}` })).rejects.toThrow("cannot be used");
    }
    await expect(start({ SANDBOX_NOW: "yesterday" })).rejects.toThrow("SANDBOX_NOW is not a date");
  });
});
