/** `npm run sandbox`: the whole product on one machine, with nothing outside of it. */
import { parseArguments, USAGE } from "./arguments.ts";
import { startSandbox } from "./sandbox.ts";

// Standard output carries the one line that says that everything works; libraries that print there would spoil it.
console.log = console.info = console.debug = console.error;

const say = (sentence: string) => process.stderr.write(`${sentence}\n`);

async function main(): Promise<void> {
  const options = parseArguments(process.argv.slice(2));
  if (!options.ok) {
    say(`${options.refusal}\n${USAGE}`);
    process.exitCode = 1;
    return;
  }
  const starting = startSandbox(options.value, say);
  endOnSignals(starting);
  const { url } = await starting;
  process.stdout.write(`sandbox ready ${url}\n`);
}

function endOnSignals(starting: ReturnType<typeof startSandbox>): void {
  let isEnding = false;
  const end = async () => {
    // A second press of Ctrl+C does not wait: the companion ends when this process is gone.
    if (isEnding) process.exit(1);
    isEnding = true;
    try {
      await (await starting).close();
      process.exit(0);
    } catch (problem) {
      say(describe(problem));
      process.exit(1);
    }
  };
  process.on("SIGINT", () => void end());
  process.on("SIGTERM", () => void end());
}

function describe(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}

main().catch((problem: unknown) => {
  say(describe(problem));
  process.exit(1);
});
