import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { settingsCommand } from "../../companion/settings_command.ts";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import type { Store } from "../../companion/store/store.ts";
import { readSettings, settingsText } from "../../core/settings_text.ts";
import { HOUR, MINUTE } from "../../core/time.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "settings-"));
  store = await openSqliteStore(join(folder, "companion.db"));
  await store.transaction(async (tx) => {
    await tx.rememberService("PSVC001", "Checkout", 1);
    await tx.rememberService("PSVC002", "Search", 1);
    await tx.rememberService("PSVC003", "Search", 1);
    await tx.rememberService("PSVC004", "Old", 1);
    await tx.forgetService("PSVC004", 2);
  });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (line: string) => {
  const outcome = await settingsCommand(store, line.split(" "), 30 * MINUTE);
  return outcome.ok ? outcome.value : `refused: ${outcome.refusal}`;
};
const rows = () => store.transaction((tx) => tx.allSettingsRows());

describe("the words of settings", () => {
  it.each([
    ["admission=feed", { admission: "feed" }],
    ["window=fixed:1m", { window: { kind: "fixed", lengthMs: MINUTE } }],
    ["window=fixed:48h", { window: { kind: "fixed", lengthMs: 48 * HOUR } }],
    ["window=rolling:30m:4h", { window: { kind: "rolling", lengthMs: 30 * MINUTE, maxAgeMs: 4 * HOUR } }],
    ["window=none", { window: { kind: "none" } }],
    ["later_alerts=attach", { laterAlerts: "attach" }],
    ["self_resolved=dismiss", { selfResolved: "dismiss" }],
    ["escalate=yes", { escalate: true }],
  ])("%s are read and written alike", (word, settings) => {
    expect(readSettings([word])).toEqual({ ok: true, value: settings });
    expect(settingsText(settings as never)).toBe(word);
  });

  it.each([
    "window=fixed:0m",
    "window=fixed:49h",
    "window=fixed:2881m",
    "window=fixed:30",
    "window=fixed",
    "window=fixed:30m:4h",
    "window=rolling:30m",
    "window=rolling:4h:30m",
    "window=none:1m",
    "window=sliding:30m",
    "window=",
    "admission=maybe",
    "admission",
    "escalate=true",
    "colour=red",
    "__proto__=1",
    "constructor=1",
  ])("%s are refused in one sentence that names the key and an example", (word) => {
    const read = readSettings([word]);
    const sentence = read.ok ? "" : read.refusal;
    expect(sentence).toContain(word.split("=")[0]);
    expect(sentence).toMatch(/example|as in/);
    expect(sentence).toMatch(/^[^\n]+\.$/);
  });
});

describe("settings", () => {
  it("are set for a service by its name or id, one beside the other", async () => {
    expect(await run("set checkout --urgency low admission=feed")).toBe(
      "Checkout [PSVC001] (low urgency): admission=feed.",
    );
    await run("set PSVC001 --urgency low window=none");
    expect(await rows()).toEqual([
      { serviceId: "PSVC001", urgency: "low", settings: { admission: "feed", window: { kind: "none" } } },
    ]);
    expect(await run("show Checkout")).toBe(
      [
        "Checkout [PSVC001] (high urgency): admission=channel window=fixed:30m later_alerts=offer self_resolved=ask escalate=no deciders=everyone",
        "Checkout [PSVC001] (low urgency): admission=feed window=none later_alerts=offer self_resolved=ask escalate=no deciders=everyone",
      ].join("\n"),
    );
  });

  it("are set for every service, listed, and reset", async () => {
    await run("set * window=fixed:1h");
    await run("set PSVC004 admission=ignore");
    expect((await run("list")).split("\n").slice(1)).toEqual([
      "Every service (any urgency): window=fixed:1h",
      "Old [PSVC004], deleted in PagerDuty (any urgency): admission=ignore",
    ]);
    await run("reset *");
    await run("reset PSVC004");
    expect(await rows()).toEqual([]);
  });

  it("may be set before the first alert of a service, by its id", async () => {
    expect(await run("set P1A2B3C admission=ignore")).toContain("No alert of it was seen yet.");
  });

  it.each([
    ["set Chekcout admission=feed", /No service is called "Chekcout"/],
    ["set Search admission=feed", /Several services .*\(PSVC002, PSVC003\)/],
    ["set Checkout", /Nothing is to be set/],
    ["set Checkout admission=feed window=fixed:99h", /window cannot be "fixed:99h"/],
    ["set Checkout --urgency medium admission=feed", /--urgency is high or low/],
    ["set", /Name the service/],
    ["show Checkout admission=feed", /is too much/],
    ["change Checkout", /no command/],
  ])("%s is refused and changes nothing", async (line, sentence) => {
    expect(await run(line)).toMatch(sentence);
    expect(await rows()).toEqual([]);
  });
});

describe("npm run companion", () => {
  const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = spawn(process.execPath, ["--import", "tsx", "companion/cli.ts", ...args], {
        cwd: ROOT,
        env: { PATH: process.env["PATH"], DATABASE_URL: `sqlite:${join(folder, "companion.db")}`, ...env },
      });
      let [out, err] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (out += String(chunk)));
      child.stderr.on("data", (chunk: Buffer) => (err += String(chunk)));
      child.on("close", (code) => resolve({ code, out, err }));
    });

  it("needs no secrets, and leaves alone what a running companion has in hand", async () => {
    const lease = 9_999_999_999_999;
    await store.transaction(async (tx) => {
      const job = { kind: "slack_signal", signal: "sync" } as const;
      await tx.enqueue({ id: "dlv_1", job, subject: "", sequence: 0, createdAt: 1, notBefore: 1 });
      await tx.claimJob("dlv_1", 2, lease);
    });
    const { code, out } = await cli(["settings", "set", "Checkout", "admission=feed"]);
    expect({ code, out }).toEqual({ code: 0, out: "Checkout [PSVC001] (any urgency): admission=feed.\n" });
    expect(await rows()).toHaveLength(1);
    expect(await store.transaction((tx) => tx.claimJob("dlv_1", 3, lease))).toBeUndefined();
  });

  it.each([
    [["settings", "set", "Checkout", "admission=maybe"], {}, /admission cannot be "maybe"/],
    [["settings"], {}, /npm run companion -- settings list/],
    [["settings", "list"], { DATABASE_URL: "mysql://x" }, /^DATABASE_URL must begin with sqlite:/],
  ])("%j ends with exit code 2 and a sentence", async (args, env, sentence) => {
    const { code, out, err } = await cli(args, env);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(sentence);
  });
});
