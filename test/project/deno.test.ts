import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions, loadApp } from "../../sandbox/slack/app_bundle.ts";
import { type DenoHost, startDenoHost } from "../../sandbox/slack/deno_host.ts";
import { runCommand } from "./run_command.ts";
import { ROOT, sourceFiles } from "./sources.ts";

const DENO = join(ROOT, "node_modules/deno/bin.cjs");

describe("Deno 2 with what npm installed", () => {
  const entries = sourceFiles().filter((path) =>
    /^(manifest\.ts|triggers\/\w+\.ts|slack-functions\/\w+\/handler\.ts)$/.test(path),
  );

  it("type-checks the manifest, every trigger and every function without a network", async () => {
    expect(entries.length).toBeGreaterThan(10);
    const { code, stderr } = await runCommand("node", [DENO, "check", "--config=deno.npm.jsonc", ...entries]);
    expect(stderr).not.toContain("Download");
    expect(code, stderr).toBe(0);
  });

  it("finds a mistake when there is one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "deno-check-"));
    try {
      await writeFile(
        join(folder, "wrong.ts"),
        `import { DefineDatastore } from "deno-slack-sdk/mod.ts";\nexport default DefineDatastore({ name: 1 });\n`,
      );
      const { code, stderr } = await runCommand("node", [
        DENO,
        "check",
        `--config=${ROOT}deno.npm.jsonc`,
        join(folder, "wrong.ts"),
      ]);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/TS2322|TS2345|TS2769/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe.each(["deno", "deno-1"] as const)("the functions' bundles under %s", (denoPackage) => {
  const calls: { readonly method: string; readonly form: string }[] = [];
  const log: string[] = [];
  let folder = "";
  let functions: readonly string[] = [];
  let slack: Server;
  let host: DenoHost;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "deno-functions-"));
    const { manifest } = await loadApp(ROOT, { COMPANION_URL: "http://localhost:1" });
    functions = Object.keys(manifest.functions);
    await bundleFunctions(ROOT, manifest, join(folder, "functions"));
    slack = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        calls.push({ method: request.url?.replace("/api/", "") ?? "", form: body });
        response.setHeader("content-type", "application/json").end(JSON.stringify({ ok: true, item: {} }));
      });
    });
    await new Promise<void>((resolve) => slack.listen(0, "127.0.0.1", resolve));
    host = await startDenoHost({
      bundles: join(folder, "functions"),
      cache: join(folder, "cache"),
      reachable: [`127.0.0.1:${(slack.address() as AddressInfo).port}`],
      denoPackage,
      onLog: ({ level, text }) => log.push(`${level}: ${text}`),
      onTrouble: (text) => log.push(`trouble: ${text}`),
    });
  });
  afterAll(async () => {
    await host.close();
    await new Promise((resolve) => slack.close(resolve));
    await rm(folder, { recursive: true });
  });

  const envelope = (callbackId: string, inputs: Readonly<Record<string, string>>) => ({
    body: {
      type: "event_callback",
      event: {
        type: "function_executed",
        function: { callback_id: callbackId },
        function_execution_id: "Fx0000000001",
        bot_access_token: "xwfp-test",
        inputs,
      },
    },
    context: {
      team_id: "T0000000001",
      variables: { SLACK_API_URL: `http://127.0.0.1:${(slack.address() as AddressInfo).port}/api/` },
    },
  });

  it("all load, and answer an event that they have no handler for", async () => {
    expect(functions.length).toBeGreaterThan(5);
    for (const callbackId of functions) {
      const body = {
        type: "an_event_of_the_future",
        function_data: { function: { callback_id: callbackId }, inputs: {}, execution_id: "Fx0000000001" },
      };
      const outcome = await host.call(callbackId, { body, context: { team_id: "T0000000001", variables: {} } }, 10_000);
      expect(outcome, `${callbackId}: ${log.join("\n")}`).toMatchObject({ kind: "answered" });
    }
  });

  it("run: the controls of an incident that nobody knows complete their step", async () => {
    const outcome = await host.call("call-1", envelope("offer_incident_controls", { incident_id: "in_none" }), 10_000);
    expect(outcome, log.join("\n")).toEqual({ kind: "answered", answer: {} });
    // It looks again for a while, since storage may lag, and then completes all the same.
    expect([...new Set(calls.map(({ method }) => method))]).toEqual([
      "apps.datastore.get",
      "functions.completeSuccess",
    ]);
    expect(calls.at(-1)?.form).toContain("in_none");
  });
});
