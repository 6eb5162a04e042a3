/** `npm run --silent manifest`: the Slack app's manifest as JSON on stdout, and nothing else there. */
import { fileURLToPath } from "node:url";
import { readManifest } from "./slack/app_bundle.ts";

// The SDK warns on stdout, which belongs to the manifest alone.
console.log = console.warn = console.error;

try {
  const manifest = await readManifest(fileURLToPath(new URL("..", import.meta.url)), {});
  process.stdout.write(`${JSON.stringify(manifest, undefined, 2)}\n`);
} catch (problem) {
  process.stderr.write(`${problem instanceof Error ? problem.message : String(problem)}\n`);
  process.exitCode = 1;
}
