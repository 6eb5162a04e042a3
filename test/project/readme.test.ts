import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALLOWED_FROM, type CommandType } from "../../core/transitions.ts";
import { codeBlocks, documents, linksOf, tableRows, variablesOf } from "./documents.ts";
import { runCommand } from "./run_command.ts";
import { PARTS, read, ROOT, sourceFiles, withoutComments } from "./sources.ts";

const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

describe("the documents", () => {
  it.each(documents())("%s leads to files that exist", (path) => {
    const local = linksOf(read(path)).filter((target) => !/^(https?:|mailto:|#)/.test(target));
    const missing = local.filter((target) => !existsSync(join(ROOT, dirname(path), target.replace(/#.*/, ""))));
    expect(missing).toEqual([]);
  });

  it.each(documents())("%s names npm scripts that exist", (path) => {
    const named = [...read(path).matchAll(/\bnpm (?:run (?:--silent )?([a-z:_-]+)|(test|start)\b)/g)];
    const unknown = named.map((match) => match[1] ?? match[2] ?? "").filter((name) => !(name in scripts));
    expect(unknown).toEqual([]);
  });

  it.each(documents())("%s names folders and files of the project that exist", (path) => {
    const tops = [...Object.values(PARTS).flat(), "docs/", ".ci/"].map((top) => top.replace(".", "\\."));
    const named = [...read(path).matchAll(new RegExp(`(?<![\\w./-])(?:${tops.join("|")})[\\w./-]*`, "g"))];
    const missing = named
      .map(([name]) => normalize(name.replace(/\.$/, "")))
      .filter((name) => !existsSync(ROOT + name) && !name.includes("callback_id") && !name.endsWith(".env"));
    expect(missing).toEqual([]);
  });

  it("of npm has no script that nobody told people about", () => {
    const all = documents().map(read).join("\n");
    expect(
      Object.keys(scripts).filter(
        (name) => !all.includes(`npm ${name}`) && !new RegExp(`npm run (--silent )?${name}\\b`).test(all),
      ),
    ).toEqual([]);
  });
});

describe("README.md", () => {
  it("shows the two commands as they are promised", () => {
    const blocks = codeBlocks("README.md", "sh").map((block) => block.trim());
    expect(blocks[0]).toBe("npm ci && npm run sandbox");
    expect(blocks[1]).toBe("npm ci && npm test");
  });

  it("has the table of transitions as the code has it", () => {
    const rows = tableRows("README.md", "Command");
    expect(rows.map(([command]) => command)).toEqual([
      "create",
      "merge",
      "dismiss",
      "resolve",
      "undo",
      "reopen",
      "detach",
    ]);
    for (const [command, from] of rows) {
      expect(from?.split(", "), command).toEqual(ALLOWED_FROM[command as CommandType]);
    }
  });

  it("lists every variable of both example files, and no other", () => {
    const listed = tableRows("README.md", "Variable").map(([name]) => name ?? "");
    const examples = [...variablesOf("companion/.env.example"), ...variablesOf(".env.example")];
    expect(listed.toSorted()).toEqual([...new Set(examples)].toSorted());
  });

  it("gives each variable of the companion the default that the code gives it", () => {
    const code = read("companion/configuration.ts");
    const defaults = [...code.matchAll(/^\s+([A-Z_]+): [^\n]*\.prefault\("([^"]*)"\)/gm)];
    const listed = tableRows("README.md", "Variable").filter((cells) => cells.length === 3);
    expect(defaults.length).toBeGreaterThan(4);
    for (const [, name, value] of defaults) {
      expect(listed.find(([variable]) => variable === name)?.[1], name).toBe(value);
    }
  });

  it("keeps the companion's secrets out of the file that Slack's command line reads", () => {
    expect(variablesOf(".env.example")).toEqual([
      "COMPANION_URL",
      "COMPANION_SECRET",
      "TRIAGE_CHANNEL_ID",
      "ANNOUNCE_CHANNEL_ID",
      "RESOLVE_LINK_URL",
      "UNDO_LINK_URL",
      "DISMISS_LINK_URL",
      "WHY_LINK_URL",
      "ASK_AGAIN_LINK_URL",
      "SNOOZE_LINK_URL",
      "OPEN_LINK_URL",
      "SPLIT_LINK_URL",
    ]);
  });

  it("never has the companion read the root's .env, which Slack's functions are given", () => {
    const files = sourceFiles().filter((path) => path.startsWith("companion/"));
    const readers = files.filter((path) => /process\.env|["'`][^"'`\s]*\.env["'`]/.test(withoutComments(read(path))));
    expect(readers).toEqual(["companion/environment.ts"]);
    expect(read("companion/environment.ts")).toContain('new URL("./.env", import.meta.url)');
  });

  it("has a line for each folder of sources", () => {
    const listed = tableRows("README.md", "Folder").map(([folder]) => folder);
    const folders = readdirSync(ROOT, { withFileTypes: true }).filter(
      (entry) =>
        entry.isDirectory() &&
        !entry.name.startsWith(".") &&
        !["node_modules", "data", "dist", "coverage", "assets"].includes(entry.name),
    );
    expect(listed.toSorted()).toEqual(folders.map(({ name }) => `${name}/`).toSorted());
  });

  it("names a script for CI that bash can read", async () => {
    const { code, stderr } = await runCommand("bash", ["-n", ".ci/run"]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});

describe("npm start without configuration", () => {
  it("ends with one message that lists what is missing", async () => {
    // An .env of the developer's own must not hide the message.
    const empty = Object.fromEntries(variablesOf("companion/.env.example").map((name) => [name, ""]));
    const { code, stdout, stderr } = await runCommand("npm", ["start"], empty);
    expect(code).toBe(1);
    for (const name of [
      "PAGERDUTY_WEBHOOK_SECRETS",
      "PAGERDUTY_API_TOKEN",
      "SLACK_TRIAGE_TRIGGER_URL",
      "COMPANION_SECRETS",
    ]) {
      expect(stdout + stderr).toContain(`${name} is not set`);
    }
  });
});

describe("the commands of docs/sandbox.md", () => {
  let folder = "";
  let sandbox: ChildProcess;
  let url = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "readme-"));
    // The command of the document, with a free port and a folder that goes away.
    const command =
      codeBlocks("docs/sandbox.md", "sh")[0]
        ?.split("\n")
        .find((line) => line.includes("--data")) ?? "";
    const shown = command.replace(/#.*/, "").trim();
    expect(shown).toMatch(/^npm run sandbox -- --port \d+ --data \S+$/);
    const args = shown
      .replace(/--port \d+/, "--port 0")
      .replace(/--data \S+/, `--data ${folder}`)
      .split(" ")
      .slice(1);
    sandbox = spawn("npm", args, { cwd: ROOT, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let problem = "";
    sandbox.stderr?.setEncoding("utf8").on("data", (text: string) => (problem += text));
    const lines = sandbox.stdout ? createInterface({ input: sandbox.stdout }) : [];
    for await (const line of lines) {
      url = /^sandbox ready (http:\/\/localhost:\d+)$/.exec(line)?.[1] ?? "";
      if (url !== "") break;
    }
    if (url === "") throw new Error(`The sandbox did not start: ${problem}`);
  });
  afterAll(async () => {
    // npm and the process that it started are one group, which this test began.
    if (sandbox.pid !== undefined && sandbox.exitCode === null) {
      const ended = once(sandbox, "exit");
      process.kill(-sandbox.pid, "SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (text: string): string => text.replaceAll("http://localhost:3000", url);
  const state = async (): Promise<string> => (await fetch(`${url}/sandbox/state`)).text();

  it("post a message by Slack's own client", async () => {
    const [script = ""] = codeBlocks("docs/sandbox.md", "js");
    const { code, stderr } = await runCommand("node", ["--input-type=module", "-e", at(script)]);
    expect(code, stderr).toBe(0);
    expect(await state()).toContain("Hello from a script");
  });

  it("raise an alert by the Events API, which opens a triage", async () => {
    const block = codeBlocks("docs/sandbox.md", "sh").find((text) => text.startsWith("curl")) ?? "";
    const { code, stdout, stderr } = await runCommand("bash", ["-c", at(block)]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "success", dedup_key: "disk-1" });
    await expect.poll(state, { timeout: 15_000, interval: 200 }).toMatch(/"inc-\d+-checkout"/);
  });

  it.each([
    "/",
    "/sandbox/workspace?user=U0DANA",
    "/sandbox/runs",
    "/sandbox/pagerduty",
    "/sandbox/companion",
    "/sandbox/companion/log",
  ])("find something at %s", async (path) => expect((await fetch(url + path)).status).toBe(200));

  it("have only addresses that exist in their table", async () => {
    const named = tableRows("docs/sandbox.md", "Path").flatMap(([cell]) => /(GET|POST) (\/\S+)/.exec(cell ?? "") ?? []);
    expect(named.length).toBeGreaterThan(5);
    for (const [cell] of tableRows("docs/sandbox.md", "Path")) {
      const [, method = "GET", path = ""] = /^(?:(GET|POST) )?(\/sandbox\/[a-z/]+)/.exec(cell ?? "") ?? [];
      if (path === "" || path === "/sandbox/reset") continue;
      const { status } = await fetch(url + path, { method, ...(method === "POST" ? { body: "not JSON" } : {}) });
      expect(status, `${method} ${path}`).not.toBe(404);
    }
  });
});
