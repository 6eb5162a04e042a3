/** Starts the child as the sandbox does and then waits to be ended in the worst way. */
import { createCompanionProcess } from "../../sandbox/companion_process.ts";

const port = Number(process.argv[2]);
const companion = createCompanionProcess({
  port,
  configuration: () => ({ PORT: String(port) }),
  logFile: undefined,
  changed: () => undefined,
  report: (sentence) => process.stderr.write(`${sentence}\n`),
  entry: "test/sandbox_main/fake_companion.ts",
});
await companion.start();
process.stdout.write("started\n");
