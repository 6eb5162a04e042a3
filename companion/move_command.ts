import { accept, refuse, type Result } from "../core/result.ts";
import type { Instant } from "../core/time.ts";
import { readDatabase } from "./configuration.ts";
import { move } from "./store/move.ts";
import { placeOf } from "./store/move_side.ts";
import type { Database } from "./store/open_store.ts";

export const MOVE_USAGE = `Moves everything to another, empty database: from SQLite to PostgreSQL, or back.

  npm run companion -- move --from sqlite:./data/companion.db --to postgres://triage@db.example.com/triage

Stop all companions first. PGPASSWORD in the environment keeps the password out of the command.`;

/** Carries a move out, and tells how it ended; a refusal says whether anything has changed. */
export async function moveCommand(words: readonly string[], now: () => Instant): Promise<Result<string, string>> {
  const read = readWords(words);
  if (!read.ok) return read;
  const { from, to } = read.value;
  let isCopied = false;
  const reached = (what: string): void => {
    isCopied ||= what === "copied";
  };
  try {
    const outcome = await move(from, to, { now, reached });
    if (!outcome.ok) return refuse(`${outcome.refusal} Nothing has changed.`);
    const { rows, isFinishing } = outcome.value;
    const what = isFinishing ? "Finished the move that was interrupted" : `Moved ${rows} rows`;
    return accept(
      `${what} from ${placeOf(from)} to ${placeOf(to)}.\nSet DATABASE_URL to the new one and start the companions. They refuse to start on the old one from now on.`,
    );
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : "unknown";
    const next = isCopied ? "Give the same command again: it goes on where it was." : "Nothing has changed.";
    return refuse(`The move was interrupted: ${problem} ${next}`);
  }
}

function readWords(words: readonly string[]): Result<{ readonly from: Database; readonly to: Database }, string> {
  const found = new Map<string, Database>();
  for (let index = 0; index < words.length; index += 2) {
    const [option = "", text = ""] = words.slice(index, index + 2);
    // What stands in its place may hold a password, so it is not repeated.
    if (option !== "--from" && option !== "--to") return refuse("move takes --from and --to, and nothing else.");
    if (found.has(option)) return refuse(`${option} is there twice.`);
    const database = readDatabase(text);
    if (!database.ok) return refuse(`${option} ${database.refusal}.`);
    found.set(option, database.value);
  }
  const [from, to] = [found.get("--from"), found.get("--to")];
  if (!from || !to) return refuse("move needs both --from and --to.");
  return accept({ from, to });
}
