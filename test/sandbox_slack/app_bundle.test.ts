import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundleFunctions, loadApp, readManifest } from "../../sandbox/slack/app_bundle.ts";

const TINY_APP = fileURLToPath(new URL("../fixtures/tiny_app", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

describe("the app's bundle", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bundle-test-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("holds one self-contained file a function", async () => {
    const { manifest, triggers } = await loadApp(TINY_APP, {});
    await bundleFunctions(TINY_APP, manifest, folder);
    const code = await readFile(join(folder, "ask.js"), "utf8");
    expect(code).not.toMatch(/^\s*import\s/m);
    expect(code).not.toMatch(/\bfrom\s*"node:/);
    expect([...triggers.keys()]).toEqual(["ask", "note", "record_form"]);
  });

  it("is refused with a sentence when a function imports a package", async () => {
    const manifest = (handler: string) => ({
      ...{ display_information: { name: "X" }, oauth_config: { scopes: { bot: [] } }, outgoing_domains: [] },
      ...{ workflows: {}, datastores: {}, types: {} },
      functions: {
        bad: {
          ...{ title: "Bad", description: "", source_file: handler },
          ...{
            input_parameters: { properties: {}, required: [] },
            output_parameters: { properties: {}, required: [] },
          },
        },
      },
    });
    await writeFile(join(folder, "handler.ts"), `import { z } from "zod"; export default () => z;`);
    await expect(bundleFunctions(folder, manifest("handler.ts"), join(folder, "out"))).rejects.toThrow(
      '"zod" cannot be imported by a Slack-hosted function',
    );
  });

  it("leaves this process's environment as it was", async () => {
    delete process.env["TINY_TEST"];
    await readManifest(TINY_APP, { TINY_TEST: "1" });
    expect(process.env["TINY_TEST"]).toBeUndefined();
  });

  it("gives the manifest that Slack would be sent", async () => {
    const manifest = (await readManifest(TINY_APP, {})) as Record<string, Record<string, unknown>>;
    expect(manifest).toMatchObject({
      display_information: { name: "Tiny" },
      workflows: { ask_workflow: { steps: [{ id: "0", function_id: "#/functions/ask" }, { id: "1" }] } },
      datastores: { notes: { primary_key: "key", time_to_live_attribute: "expires" } },
    });
    expect(manifest["functions"]?.["ask"]).not.toHaveProperty("source_file");
  });
});

describe("print_manifest", () => {
  const run = (environment: Record<string, string>) =>
    promisify(execFile)(process.execPath, ["--import", "tsx", "sandbox/print_manifest.ts"], {
      cwd: ROOT,
      env: { PATH: process.env["PATH"] ?? "", ...environment },
    });

  it("prints the manifest as JSON and nothing else", async () => {
    const { stdout, stderr } = await run({ COMPANION_URL: "https://triage.example.com" });
    expect(JSON.parse(stdout)).toMatchObject({ outgoing_domains: ["triage.example.com"] });
    expect(stderr).toBe("");
  });

  it("says in one sentence what is wrong, and fails", async () => {
    const failure = await run({ COMPANION_URL: "" }).catch((problem: unknown) => problem);
    expect(failure).toMatchObject({ code: 1, stdout: "" });
    expect((failure as { stderr: string }).stderr.trim().split("\n")).toEqual([
      expect.stringContaining("COMPANION_URL"),
    ]);
  });
});
