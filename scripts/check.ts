/** `npm run check`: everything that can be said about the sources without running them. All steps run; any failure fails. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = `${root}node_modules`;

/** The Slack app's entry points as Slack's bundler sees them: each is checked by Deno with all that it imports. */
function denoEntries(): string[] {
  const handlers = listed("slack-functions").map((name) => `slack-functions/${name}/handler.ts`);
  const flat = ["workflows", "triggers", "datastores"].flatMap((folder) =>
    listed(folder)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name}`),
  );
  return ["manifest.ts", ...handlers, ...flat].filter((path) => existsSync(root + path));
}

function listed(folder: string): string[] {
  return existsSync(root + folder) ? readdirSync(root + folder).toSorted() : [];
}

const DENO_CONFIG = "--config=deno.npm.jsonc";
const STEPS: readonly { readonly name: string; readonly command: string; readonly args: readonly string[] }[] = [
  { name: "lock file", command: "scripts/complete_lockfile.mjs", args: ["--check"] },
  { name: "format", command: "prettier/bin/prettier.cjs", args: ["--check", "--log-level=warn", "."] },
  { name: "lint", command: "oxlint/bin/oxlint", args: ["--type-aware", "--deny-warnings"] },
  ...["slack-functions", "companion", "sandbox", "simulation", "chaos", "test"].map((project) => ({
    name: `types of ${project}`,
    command: "typescript/bin/tsc",
    args: ["-p", project],
  })),
  { name: "types under Deno", command: "deno/bin.cjs", args: ["check", DENO_CONFIG, ...denoEntries()] },
  { name: "Deno's lint", command: "deno/bin.cjs", args: ["lint", "--quiet", DENO_CONFIG] },
  { name: "unused code and dependencies", command: "knip/bin/knip.js", args: ["--no-progress"] },
];

const failed: string[] = [];
for (const { name, command, args } of STEPS) {
  const script = command.startsWith("scripts/") ? root + command : `${modules}/${command}`;
  const started = performance.now();
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" });
  if (error) console.error(error.message);
  if (status !== 0) failed.push(name);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
}
if (failed.length > 0) console.error(`\nFailed: ${failed.join(", ")}.`);
process.exitCode = failed.length > 0 ? 1 : 0;
