/** `npm run companion -- …`: what is changed in the store, beside a running companion but for a move. */
import { wallClock } from "./clock.ts";
import { readStoreConfiguration } from "./configuration.ts";
import { readEnvironment } from "./environment.ts";
import { MOVE_USAGE, moveCommand } from "./move_command.ts";
import { quarantineCommand, QUARANTINE_USAGE } from "./quarantine_command.ts";
import { settingsCommand, SETTINGS_USAGE } from "./settings_command.ts";
import { openStore } from "./store/open_store.ts";
import type { Result } from "../core/result.ts";

const BAD_INPUT = 2;

async function main(words: readonly string[]): Promise<number> {
  const [topic = "", ...rest] = words;
  if (!isTopic(topic) || rest.length === 0) {
    const usages = isTopic(topic) ? [USAGES[topic]] : Object.values(USAGES);
    process.stderr.write(`${usages.join("\n\n")}\n`);
    return BAD_INPUT;
  }
  const outcome = topic === "move" ? await moveCommand(rest, wallClock().now) : await withStore(topic, rest);
  (outcome.ok ? process.stdout : process.stderr).write(`${outcome.ok ? outcome.value : outcome.refusal}\n`);
  return outcome.ok ? 0 : BAD_INPUT;
}

const USAGES = { settings: SETTINGS_USAGE, quarantine: QUARANTINE_USAGE, move: MOVE_USAGE } as const;
type Topic = keyof typeof USAGES;

function isTopic(word: string): word is Topic {
  return Object.hasOwn(USAGES, word);
}

async function withStore(topic: "settings" | "quarantine", words: readonly string[]): Promise<Result<string, string>> {
  const configuration = readStoreConfiguration(readEnvironment());
  if (!configuration.ok) return configuration;
  const { database, debounceWindowMs } = configuration.value;
  // The companions own what is in hand there.
  const store = await openStore(database, { isOwner: false });
  try {
    if (topic === "quarantine") return await quarantineCommand(store, words);
    return await settingsCommand(store, words, debounceWindowMs);
  } finally {
    await store.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  const problem = thrown instanceof Error ? thrown.message : "unknown";
  process.stderr.write(`The store of DATABASE_URL cannot be used: ${problem}\n`);
  process.exitCode = 1;
}
