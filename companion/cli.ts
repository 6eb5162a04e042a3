/** `npm run companion -- …`: what is changed beside a running companion, in its store. */
import { readStoreConfiguration } from "./configuration.ts";
import { readEnvironment } from "./environment.ts";
import { quarantineCommand, QUARANTINE_USAGE } from "./quarantine_command.ts";
import { settingsCommand, SETTINGS_USAGE } from "./settings_command.ts";
import { openStore } from "./store/open_store.ts";
import type { Result } from "../core/result.ts";

const BAD_INPUT = 2;

async function main(words: readonly string[]): Promise<number> {
  const [topic = "", ...rest] = words;
  if (!isTopic(topic) || rest.length === 0) {
    process.stderr.write(`${topic === "quarantine" ? "" : `${SETTINGS_USAGE}\n\n`}${QUARANTINE_USAGE}\n`);
    return BAD_INPUT;
  }
  const outcome = await withStore(topic, rest);
  (outcome.ok ? process.stdout : process.stderr).write(`${outcome.ok ? outcome.value : outcome.refusal}\n`);
  return outcome.ok ? 0 : BAD_INPUT;
}

type Topic = "settings" | "quarantine";

function isTopic(word: string): word is Topic {
  return word === "settings" || word === "quarantine";
}

async function withStore(topic: Topic, words: readonly string[]): Promise<Result<string, string>> {
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
