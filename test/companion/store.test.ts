import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "@photostructure/sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import { openFile } from "../../companion/store/sqlite_file.ts";
import { storeContract } from "./store_contract.ts";

const folder = mkdtempSync(join(tmpdir(), "companion-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;
const freshPath = (): string => join(folder, `deep/${(made += 1)}.db`);

storeContract("SQLite in memory", () => openSqliteStore(":memory:"));
storeContract("SQLite in a file", () => openSqliteStore(freshPath()));

it("a transaction is on the disk when it ends, and not only with the operating system", async () => {
  const file = openFile(freshPath(), 0);
  // 2 is "full": SQLite waits for the disk at every end of a transaction.
  expect(await file.sql.rows("pragma synchronous")).toEqual([{ synchronous: 2 }]);
  file.close();
});

describe("a SQLite file", () => {
  it("is in WAL mode, so that readers and the writer do not wait for each other", async () => {
    const path = freshPath();
    const store = await openSqliteStore(path);
    await store.transaction((tx) => tx.probe(1));
    await store.close();
    const database = new DatabaseSync(path);
    expect(database.prepare("pragma journal_mode").get()).toMatchObject({ journal_mode: "wal" });
    database.close();
  });

  it("written by a newer companion is refused with a sentence", async () => {
    const path = freshPath();
    await (await openSqliteStore(path)).close();
    const database = new DatabaseSync(path);
    database.exec("insert into schema_version (number, name) values (999, 'from the future')");
    database.close();
    await expect(openSqliteStore(path)).rejects.toThrow(/version 999 .* newer companion/);
  });

  it("is brought up to date once by however many processes open it at once", async () => {
    const path = freshPath();
    const list = ["--import", "tsx", "companion/cli.ts", "settings", "list"];
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    const env = { PATH: process.env["PATH"], DATABASE_URL: `sqlite:${path}` };
    const processes = Array.from({ length: 3 }, () => spawn(process.execPath, list, { cwd, env, stdio: "ignore" }));
    const codes = await Promise.all(processes.map(async (child) => (await once(child, "exit"))[0] as number));
    expect(codes).toEqual([0, 0, 0]);
    await (await openSqliteStore(path)).close();
  });

  it("that is no database is refused and left as it is", async () => {
    const path = freshPath();
    writeFileSync(path, "This is a letter. ".repeat(500));
    await expect(openSqliteStore(path)).rejects.toThrow("damaged, or no database");
    expect(readFileSync(path, "utf8")).toMatch(/^This is a letter/);
  });

  it("that can only be read is refused with a sentence, also when it is up to date", async () => {
    const path = freshPath();
    await (await openSqliteStore(path)).close();
    const database = new DatabaseSync(path);
    database.exec("pragma wal_checkpoint(truncate)");
    database.close();
    // SQLite's own mark for "written by a later format: only read it", which holds for every user, root included.
    const file = openSync(path, "r+");
    writeSync(file, Buffer.from([3]), 0, 1, 18);
    closeSync(file);
    await expect(openSqliteStore(path)).rejects.toThrow("can only be read");
  });

  it("gives out again at once what a process that died had in hand", async () => {
    const path = freshPath();
    const first = await openSqliteStore(path);
    const job = { kind: "slack_signal", signal: "sync" } as const;
    await first.transaction((tx) =>
      tx.enqueue({ id: "J1", job, subject: "", sequence: 0, createdAt: 1, notBefore: 1 }),
    );
    await first.transaction((tx) => tx.claimJob("J1", 1, 1_000_000));
    await first.close();
    const second = await openSqliteStore(path);
    expect(await second.transaction((tx) => tx.claimJob("J1", 2, 3))).toMatchObject({ attempts: 2 });
    await second.close();
  });

  it("rejects everything once it is closed", async () => {
    const store = await openSqliteStore(":memory:");
    await store.close();
    await expect(store.transaction((tx) => tx.probe(1))).rejects.toThrow("closed");
    await store.close();
  });

  it("goes on after a transaction that the database refused half way", async () => {
    const path = freshPath();
    const store = await openSqliteStore(path);
    await expect(
      store.transaction(async (tx) => {
        await tx.count("incident");
        await tx.relate("I-none", "A-none", "attached", 1);
      }),
    ).rejects.toThrow();
    expect(await store.transaction((tx) => tx.count("incident"))).toBe(1);
    await store.close();
  });
});
