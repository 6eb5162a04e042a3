/** A process of its own that holds a stand-in open until it is killed; it prints Deno's process id. */
import { startHarness } from "./harness.ts";

const harness = await startHarness();
console.log(harness.slack.denoPid());
