import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openPostgresStore } from "../../companion/store/postgres.ts";
import { BEGIN, BEGIN_TURN, createPool, perform } from "../../companion/store/postgres_connections.ts";
import { claimStatement } from "../../companion/store/sql_windows.ts";
import type { Store } from "../../companion/store/store.ts";
import type { Incident } from "../../core/incident.ts";
import { type PostgresServer, startPostgres } from "../../chaos/postgres_server.ts";
import { storeContract } from "../companion/store_contract.ts";
import { createWorld, HERE, START, type World } from "../companion/world.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop(), 60_000);

storeContract("PostgreSQL", async () => openPostgresStore(await server.database()));

function incidentOf(id: string): Incident {
  return { status: "triage", id, number: "1", title: "t", serviceId: "S1", serviceName: "One", openedAt: START };
}

const sync = { kind: "slack_signal", signal: "sync" } as const;

function jobOf(id: string) {
  return { id, job: sync, subject: "", sequence: 0, createdAt: START, notBefore: START };
}

describe("two companions on one PostgreSQL", () => {
  let url: string;
  let first: Store;
  let second: Store;
  let admin: Client;
  beforeEach(async () => {
    url = await server.database();
    // At once, as two that are started together.
    [first, second] = await Promise.all([openPostgresStore(url), openPostgresStore(url)]);
    admin = new Client({ connectionString: url });
    await admin.connect();
  });
  afterEach(async () => {
    await Promise.all([first.close(), second.close(), admin.end()]);
  });
  const either = (index: number): Store => (index % 2 === 0 ? first : second);

  it("bring the database up to date once, however many start at once", async () => {
    const fresh = await server.database();
    const stores = await Promise.all(Array.from({ length: 5 }, () => openPostgresStore(fresh)));
    await Promise.all(stores.map((store) => store.transaction((tx) => tx.probe(1))));
    await Promise.all(stores.map((store) => store.close()));
  });

  it("wait for the disk at the end of a transaction, also where the database was told not to", async () => {
    await admin.query(`alter database ${new URL(url).pathname.slice(1)} set synchronous_commit = off`);
    const pool = createPool(url, 1);
    for (const begin of [BEGIN, BEGIN_TURN]) {
      const rows = await perform(pool, begin, ({ sql }) =>
        sql.rows("select current_setting('synchronous_commit') as is"),
      );
      expect(rows).toEqual([{ is: "on" }]);
    }
    await pool.end();
  });

  it("lose no change of an incident that both read before they write it", async () => {
    const row = { incident: incidentOf("I1"), sequence: 0, laterCount: 0, windowClosesAt: START };
    await first.transaction((tx) => tx.addIncident(row));
    const addOne = (index: number) =>
      either(index).transaction(async (tx) => {
        const found = await tx.incident("I1");
        if (found) await tx.saveIncident({ ...found, laterCount: found.laterCount + 1 });
      });
    await Promise.all(Array.from({ length: 50 }, (_, index) => addOne(index)));
    expect((await first.transaction((tx) => tx.incident("I1")))?.laterCount).toBe(50);
  });

  it("keep one copy of a webhook that reaches both at once, also where each holds what the other waits for", async () => {
    const store = (index: number, key: string) => ({
      keys: [key],
      eventId: `e${index}`,
      receivedAt: START,
      body: "{}",
    });
    let met = 0;
    let meet: (() => void) | undefined;
    const bothHaveOne = new Promise<void>((resolve) => (meet = resolve));
    const cross = (index: number, keys: readonly [string, string]) =>
      either(index).aside(async (tx) => {
        const one = await tx.addEvent(store(index, keys[0]));
        if ((met += 1) === 2) meet?.();
        await bothHaveOne;
        return [one, await tx.addEvent(store(index, keys[1]))];
      });
    // PostgreSQL ends one of the two, which is then tried again.
    const outcomes = await Promise.all([cross(0, ["x", "y"]), cross(1, ["y", "x"])]);
    expect(outcomes.flat().sort()).toEqual(["duplicate", "duplicate", "stored", "stored"]);
  });

  it("give out again what a companion that is gone had in hand, and nothing that one has that is there", async () => {
    for (const id of ["J1", "J2"]) await first.transaction((tx) => tx.enqueue(jobOf(id)));
    const forLong = START + 1e9;
    for (const id of ["J1", "J2"]) await first.transaction((tx) => tx.claimJob(id, START, forLong));
    const take = (id: string) => second.transaction((tx) => tx.claimJob(id, START, forLong));
    expect(await take("J1")).toBeUndefined();
    await admin.query("update outbox set lease_owner = 'one that died' where id = 'J1'");
    await expect.poll(() => take("J1"), { timeout: 10_000 }).toMatchObject({ attempts: 2 });
    expect(await take("J2")).toBeUndefined();
    expect(second.companions()).toBe(2);
    await first.close();
    await expect.poll(() => take("J2"), { timeout: 10_000 }).toMatchObject({ attempts: 2 });
    expect(second.companions()).toBe(1);
  });

  it("claim the next job past one that somebody holds, and wait for nobody (for update skip locked)", async () => {
    for (const id of ["J1", "J2"]) await first.transaction((tx) => tx.enqueue(jobOf(id)));
    await admin.query("begin; select * from outbox where id = 'J1' for update");
    const take = (store: Store, id: string) => store.transaction((tx) => tx.claimJob(id, START, START + 1e9));
    expect(await Promise.all([take(first, "J1"), take(second, "J2")])).toEqual([
      undefined,
      expect.objectContaining({ id: "J2" }),
    ]);
    await admin.query("rollback");
    expect(await take(second, "J1")).toMatchObject({ id: "J1", attempts: 1 });
  });

  it("claim each job once, however many reach for it", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `J${index}`);
    for (const id of ids) await first.transaction((tx) => tx.enqueue(jobOf(id)));
    const reach = Array.from({ length: 4 }, (_, index) =>
      ids.map((id) => either(index).transaction((tx) => tx.claimJob(id, START, START + 1e9))),
    );
    const claimed = (await Promise.all(reach.flat())).flatMap((row) => (row ? [row.id] : []));
    expect(claimed.sort()).toEqual(ids.sort());
  });

  it("claim a window by one statement, which needs no turn to be safe", async () => {
    const clients = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const client = new Client({ connectionString: url });
        await client.connect();
        await client.query("begin");
        return { client, index };
      }),
    );
    // Each in a transaction of its own beside all others.
    const claims = clients.map(async ({ client, index }) => {
      let count = 0;
      const text = claimStatement("feed_window", "line_key").replaceAll("?", () => `$${(count += 1)}`);
      const values = ["S1", `L${index}`, START + index, START + 1_000, 0, 0, 0].slice(0, count);
      const { rows } = await client.query<{ line_key: string; alert_count: string }>(text, values);
      await client.query("commit");
      await client.end();
      return rows[0];
    });
    const answers = await Promise.all(claims);
    expect(new Set(answers.map((row) => row?.line_key)).size).toBe(1);
    const counts = answers.map((row) => Number(row?.alert_count)).sort((a, b) => a - b);
    expect(counts).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it("go on when one of them stops in the middle of its turn, whose work happens once all the same", async () => {
    let goOn: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    let began: (() => void) | undefined;
    const hasTurn = new Promise<void>((resolve) => (began = resolve));
    const stuck = first.transaction(async (tx) => {
      const number = await tx.count("incident");
      began?.();
      await held;
      await tx.probe(1);
      return number;
    });
    await hasTurn;
    expect(await second.transaction((tx) => tx.count("incident"))).toBe(1);
    goOn?.();
    expect(await stuck).toBe(2);
    expect(await second.transaction((tx) => tx.count("incident"))).toBe(3);
  });

  it("try again what was under way when the connection broke, and say so when nothing helps", async () => {
    let isFirst = true;
    const count = first.transaction(async (tx) => {
      const number = await tx.count("incident");
      if (isFirst) {
        isFirst = false;
        await admin.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()",
        );
      }
      await tx.probe(1);
      return number;
    });
    expect(await count).toBe(1);
    expect(await second.transaction((tx) => tx.count("incident"))).toBe(2);
  });

  it("goes on after a newer companion has changed the tables", async () => {
    await first.transaction((tx) => tx.enqueue(jobOf("J1")));
    const job = () => first.transaction((tx) => tx.job("J1"));
    for (let look = 0; look < 3; look += 1) await job();
    await admin.query("alter table outbox add column of_tomorrow text");
    expect(await job()).toMatchObject({ id: "J1" });
  });

  it("have every character but the one that PostgreSQL cannot hold", async () => {
    const body = "a\0b \u{1F600} \u0001";
    await first.aside((tx) => tx.addEvent({ keys: ["k\0"], eventId: "e", receivedAt: START, body }));
    expect(await second.aside((tx) => tx.nextEvent())).toMatchObject({ body: "a\uFFFDb \u{1F600} \u0001" });
  });

  it("refuse a database that a newer companion wrote", async () => {
    await admin.query("insert into schema_version (number, name) values (999, 'from the future')");
    await expect(openPostgresStore(url)).rejects.toThrow(/version 999 .* newer companion/);
  });

  it("tell by 503 that it can only be read, and go on when it can be written again", async () => {
    const world = await createWorld({ store: first });
    const ready = async () => {
      const answer = await world.companion.app.request("/readyz", {}, HERE);
      return [answer.status, await answer.json()];
    };
    const becomes = async (isReadOnly: boolean) => {
      await admin.query(
        `alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = ${isReadOnly}`,
      );
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
    };
    expect(await ready()).toEqual([200, { ok: true }]);
    await becomes(true);
    await expect
      .poll(ready, { timeout: 10_000 })
      .toEqual([503, { ok: false, problems: expect.arrayContaining(["store"]) }]);
    expect(await world.event(world.raise("P1"))).toBe(503);
    await expect(openPostgresStore(url)).rejects.toThrow("It can only be read there");
    await becomes(false);
    await expect.poll(ready, { timeout: 10_000 }).toEqual([200, { ok: true }]);
    expect(await world.event(world.raise("P1"))).toBe(202);
    await world.close();
  });

  it("take nothing more in where everything was moved away, even one that was silent when it happened", async () => {
    await admin.query("insert into move_mark (id, state, place, at) values ('M', 'gone', 'postgres://new/db', 1)");
    const webhook = { keys: ["k"], eventId: "e", receivedAt: START, body: "{}" };
    await expect(first.aside((tx) => tx.addEvent(webhook))).rejects.toThrow(
      "Everything was moved to postgres://new/db",
    );
    await expect(first.transaction((tx) => tx.probe(1))).rejects.toThrow("Everything was moved to postgres://new/db");
  });

  it("reject everything once they are closed", async () => {
    await first.close();
    await expect(first.transaction((tx) => tx.probe(1))).rejects.toThrow("closed");
    await expect(first.aside((tx) => tx.probe(1))).rejects.toThrow("closed");
    await first.close();
  });

  describe("at work", () => {
    let worlds: readonly World[];
    beforeEach(async () => {
      worlds = [await createWorld({ store: first }), await createWorld({ store: second })];
    });
    afterEach(async () => {
      for (const world of worlds) await world.close();
    });
    // Twice: what one puts into the outbox the other may take in hand after it had found nothing to do.
    const settle = async () => {
      for (let round = 0; round < 2; round += 1) await Promise.all(worlds.map((world) => world.settle()));
    };
    const triages = () => worlds.flatMap(({ triggers }) => triggers.triages);

    it("open one triage for 50 first alerts of a service at once, and take each event in once", async () => {
      const fire = async (index: number) => {
        const [here, there] = index % 2 === 0 ? worlds : worlds.toReversed();
        there?.raise(`P${index}`);
        const incident = here?.raise(`P${index}`);
        const event = { eventId: `e${index}`, webhookId: `w${index}` };
        // PagerDuty sends it again, and the load balancer gives it to the other one.
        return incident && Promise.all([here?.event(incident, event), there?.event(incident, event)]);
      };
      const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => fire(index)));
      expect(new Set(answers.flat())).toEqual(new Set([202]));
      await settle();
      expect(triages()).toHaveLength(1);
      const processed = worlds.flatMap(({ logLines }) => logLines.filter((line) => line.includes("event.processed")));
      expect(processed).toHaveLength(50);
      const window = await first.transaction((tx) => tx.window("PSVC1"));
      expect(window).toMatchObject({ incidentId: triages()[0]?.incident_id, alertCount: 50 });
      const row = await second.transaction((tx) => tx.incident(window?.incidentId ?? ""));
      expect(row?.laterCount).toBe(49);
    });

    it("fire every timer once", async () => {
      const ids = Array.from({ length: 60 }, (_, index) => `I${index}`);
      await first.transaction(async (tx) => {
        for (const id of ids) {
          await tx.addIncident({ incident: incidentOf(id), sequence: 0, laterCount: 0, windowClosesAt: START });
          await tx.setTimer("decorate", id, START);
        }
      });
      await settle();
      const fired = worlds.flatMap(({ logLines }) => logLines.filter((line) => line.includes('"timer":"decorate"')));
      expect(fired).toHaveLength(60);
      const sent = worlds.flatMap(({ triggers }) => triggers.signals).filter(({ kind }) => kind === "decorate");
      expect(sent.map(({ incident_id }) => incident_id).sort()).toEqual(ids.sort());
    });
  });
});

describe("a PostgreSQL that cannot be used", () => {
  it.each([
    ["is not there", (url: URL) => (url.port = "1"), "No PostgreSQL can be reached there (ECONNREFUSED)."],
    ["has no such user", (url: URL) => (url.username = "nobody"), "knows no such user, password or database"],
    ["wants another password", (url: URL) => (url.password = "hunter2"), "knows no such user, password or database"],
    ["has no such database", (url: URL) => (url.pathname = "/none"), "knows no such user, password or database"],
  ])("because it %s is refused with a sentence that tells no secret", async (_, change, sentence) => {
    const url = new URL(await server.database());
    change(url);
    const problem = await openPostgresStore(url.href).then(
      () => new Error("opened"),
      (thrown: Error) => thrown,
    );
    expect(problem.message).toContain(sentence);
    expect(problem.message).not.toMatch(/hunter2|postgres:\/\//);
  });
});
