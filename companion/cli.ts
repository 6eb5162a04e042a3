/** `npm run companion -- …`: what is changed beside a running companion, in its store. */
import { readStoreConfiguration } from "./configuration.ts";
import { readEnvironment } from "./environment.ts";
import { settingsCommand, SETTINGS_USAGE } from "./settings_command.ts";
import { openSqliteStore } from "./store/sqlite.ts";
import type { Result } from "../core/result.ts";

const BAD_INPUT = 2;

async function main(words: readonly string[]): Promise<number> {
  const [topic = "", ...rest] = words;
  if (topic !== "settings" || rest.length === 0) {
    process.stderr.write(`${SETTINGS_USAGE}\n`);
    return BAD_INPUT;
  }
  const outcome = await withStore(rest);
  (outcome.ok ? process.stdout : process.stderr).write(`${outcome.ok ? outcome.value : outcome.refusal}\n`);
  return outcome.ok ? 0 : BAD_INPUT;
}

async function withStore(words: readonly string[]): Promise<Result<string, string>> {
  const configuration = readStoreConfiguration(readEnvironment());
  if (!configuration.ok) return configuration;
  const { databasePath, debounceWindowMs } = configuration.value;
  // The companion owns the file and what is in hand there.
  const store = await openSqliteStore(databasePath, { isOwner: false });
  try {
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
