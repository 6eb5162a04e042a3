import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseArguments } from "../../sandbox/arguments.ts";
import { createChangeFeed } from "../../sandbox/change_feed.ts";
import { createKeeper, type KeptState, readKeptState } from "../../sandbox/kept_state.ts";
import { PortTaken, startServer } from "../../sandbox/server.ts";

describe("the command line", () => {
  it("has defaults", () => {
    expect(parseArguments([])).toEqual({ ok: true, value: { port: 3000, dataFolder: undefined, manualClock: false } });
  });
  it("takes a port, a folder and a clock that is stepped by hand", () => {
    expect(parseArguments(["--port", "0", "--data=/tmp/x", "--manual-clock"])).toEqual({
      ok: true,
      value: { port: 0, dataFolder: "/tmp/x", manualClock: true },
    });
  });
  it.each([
    ["an unknown flag", ["--ports", "1"]],
    ["a word that is no flag", ["3000"]],
    ["a port that is none", ["--port", "65536"]],
    ["a port that is a word", ["--port", "http"]],
    ["a port without its number", ["--port"]],
    ["a folder without a name", ["--data", ""]],
  ])("refuses %s in words", (_name, argv) => {
    const parsed = parseArguments(argv);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok || parsed.refusal).toMatch(/\w+ \w+/);
  });
});

describe("the server", () => {
  it("answers on both names of this machine and says 503 until it serves", async () => {
    const server = await startServer(0);
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(503);
    server.serve((request) => new Response(new URL(request.url).pathname));
    expect(await (await fetch(`http://127.0.0.1:${server.port}/a`)).text()).toBe("/a");
    expect(await (await fetch(`http://localhost:${server.port}/b`)).text()).toBe("/b");
    await server.close();
  });

  it("says in a sentence that the port is taken", async () => {
    const server = await startServer(0);
    await expect(startServer(server.port)).rejects.toThrow(PortTaken);
    await expect(startServer(server.port)).rejects.toThrow(
      `Port ${server.port} is taken by another program; choose another one with --port N.`,
    );
    await server.close();
  });
});

describe("the feed of changes", () => {
  it("tells many changes as one, by a version that grows", async () => {
    const feed = createChangeFeed();
    const answer = await feed.routes.request("/sandbox/events");
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
    const next = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await next()).toBe('data: {"version":1}\n\n');
    for (let change = 0; change < 100; change += 1) feed.changed();
    expect(await next()).toBe('data: {"version":2}\n\n');
    feed.changed();
    expect(await next()).toBe('data: {"version":3}\n\n');
    feed.close();
    expect((await reader.read()).done).toBe(true);
  });
});

describe("the kept state", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kept-state-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const state: KeptState = { version: 1, counter: 7, now: 1_000, slack: { a: 1 }, pagerduty: {}, sentry: {} };

  it("comes back as it was written, and is nothing in a new folder", () => {
    const inside = join(folder, "new", "folder");
    expect(readKeptState(inside)).toBeUndefined();
    createKeeper(inside, () => state).write();
    expect(readKeptState(inside)).toEqual(state);
    expect(readdirSync(inside)).toEqual(["sandbox.json"]);
  });

  it("refuses a file that it did not write, and leaves it alone", () => {
    writeFileSync(join(folder, "sandbox.json"), '{"version":2}');
    expect(() => readKeptState(folder)).toThrow(/was not written by this version of the sandbox/);
    expect(readFileSync(join(folder, "sandbox.json"), "utf8")).toBe('{"version":2}');
  });
});
