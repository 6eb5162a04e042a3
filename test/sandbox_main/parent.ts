/** Starts the child as the sandbox does and then waits to be ended in the worst way. */
import { fileURLToPath } from "node:url";
import { createCompanionProcess } from "../../sandbox/companion_process.ts";

const port = Number(process.argv[2]);
const companion = createCompanionProcess({
  port,
  configuration: () => ({ PORT: String(port) }),
  logFile: undefined,
  changed: () => undefined,
  report: (sentence) => process.stderr.write(`${sentence}\n`),
  entry: fileURLToPath(new URL("./fake_companion.ts", import.meta.url)),
});
await companion.start();
process.stdout.write("started\n");
