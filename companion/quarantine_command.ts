import { redactTokens } from "../core/redaction.ts";
import { accept, refuse, type Result } from "../core/result.ts";
import { oneLine } from "../core/text.ts";
import { toIso } from "../core/time.ts";
import { problemOf } from "./intake/intake.ts";
import { readEvent } from "./intake/webhook_event.ts";
import type { KeptAside, Store } from "./store/store.ts";

export const QUARANTINE_USAGE = `Webhooks of PagerDuty that could not be read, or that could not be processed.

  npm run companion -- quarantine list
  npm run companion -- quarantine show ID
  npm run companion -- quarantine replay ID
  npm run companion -- quarantine replay all

ID is what list shows, such as q3 or e12. Replay after a fix: what is too old by then opens no channel.`;

/** They are kept for 30 days at most; a flood of them is looked at by its oldest. */
const SHOWN_MAX = 1_000;
const BODY_MAX = 20_000;

/** Carries a command of the quarantine out. A refusal is one sentence, and nothing was changed. */
export async function quarantineCommand(store: Store, words: readonly string[]): Promise<Result<string, string>> {
  const [command = "", wanted = "", ...rest] = words;
  if (rest.length > 0) return refuse(`"${rest[0]}" is too much for quarantine ${command}.`);
  const all = await store.transaction((tx) => tx.keptAside(SHOWN_MAX));
  if (command === "list" && wanted === "") return accept(list(all));
  if (command === "replay" && wanted === "all") return replayAll(store, all);
  if (command !== "show" && command !== "replay") return refuse(`There is no command "${command}" of the quarantine.`);
  if (wanted === "")
    return refuse(`Say which one, as quarantine list shows it, for example: quarantine ${command} q1.`);
  const one = all.find((kept) => idOf(kept) === wanted);
  if (!one) return refuse(`Nothing is kept aside as "${wanted}"; quarantine list shows what is.`);
  if (command === "show") return accept(show(one));
  const outcome = await replay(store, one);
  return outcome.isDone ? accept(outcome.sentence) : refuse(outcome.sentence);
}

function idOf({ shelf, seq }: KeptAside): string {
  return `${shelf}${seq}`;
}

function list(all: readonly KeptAside[]): string {
  if (all.length === 0) return "Nothing is kept aside.";
  const more = all.length === SHOWN_MAX ? [`These are the oldest ${SHOWN_MAX}.`] : [];
  return [...all.map(line), ...more].join("\n");
}

/** Why a webhook is kept aside, for a person. */
const WHY: Readonly<Record<string, string>> = {
  no_event: "it is no event of PagerDuty that can be read",
  unreadable_incident: "the incident in it cannot be read",
};

/** Nothing of the body but what it is about: a body may hold what others keep secret. */
function line(kept: KeptAside): string {
  const event = readEvent(kept.body);
  const what = event ? `${oneLine(event.type)}${event.alert ? ` of ${event.alert.id}` : ""}` : "no event";
  const why = kept.shelf === "e" ? "processing failed, see event.failed in the log" : (WHY[kept.why] ?? kept.why);
  return redactTokens(`${idOf(kept)}  ${toIso(kept.receivedAt)}  ${what}  ${why}`);
}

function show(kept: KeptAside): string {
  return `${line(kept)}\n${redactTokens(kept.body.slice(0, BODY_MAX))}`;
}

interface Replayed {
  readonly isDone: boolean;
  readonly sentence: string;
}

async function replay(store: Store, kept: KeptAside): Promise<Replayed> {
  const event = readEvent(kept.body);
  if (!event || problemOf(event) !== undefined) {
    return { isDone: false, sentence: `${idOf(kept)} still cannot be read and stays where it is.` };
  }
  const outcome = await store.transaction((tx) => tx.replay(kept, event.id));
  return outcome === "stored"
    ? { isDone: true, sentence: `${idOf(kept)} is handed in again.` }
    : { isDone: true, sentence: `${idOf(kept)} came through before; it is dropped.` };
}

async function replayAll(store: Store, all: readonly KeptAside[]): Promise<Result<string, string>> {
  const sentences = [];
  for (const one of all) sentences.push((await replay(store, one)).sentence);
  return accept(sentences.length === 0 ? "Nothing is kept aside." : sentences.join("\n"));
}
