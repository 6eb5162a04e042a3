import { type CompanionCall, type CompanionRequests, COMPANION_PATHS } from "../../core/protocol.ts";
import type { App } from "./app.ts";
import type { CompanionOutcome } from "./companion.ts";
import { safeJson } from "./people.ts";
import { mayCall, mustCall, numberOf, recordOf, textOf } from "./slack.ts";

const DATASTORE = "pending";

/**
 * Tells the companion; what it cannot be told now is kept and handed over at its next signal, so that nobody who decides
 * waits for it. `key` makes it one entry however often the step repeats.
 */
export async function handOver<Call extends CompanionCall>(
  app: App,
  call: Call,
  incidentId: string,
  key: string,
  body: CompanionRequests[Call],
): Promise<CompanionOutcome<Call>> {
  const outcome = await app.companion.call(call, body);
  if (outcome.ok || !outcome.again) return outcome;
  const item = { id: `${call}:${key}`, incident_id: incidentId, call, body: JSON.stringify(body), created_at: app.now };
  await mustCall(app.slack, "apps.datastore.put", { datastore: DATASTORE, item });
  return outcome;
}

/** Whether this went into `pending`: the card then says so. */
export function isUnsent(outcome: CompanionOutcome<CompanionCall>): boolean {
  return !outcome.ok && outcome.again;
}

interface PendingEntry {
  readonly id: string;
  readonly incidentId: string;
  readonly call: CompanionCall;
  readonly body: unknown;
  readonly createdAt: number;
}

/** What the companion still has to be told, oldest first. */
export async function readPending(app: App): Promise<PendingEntry[]> {
  const entries: PendingEntry[] = [];
  let cursor = "";
  do {
    const answer = await mustCall(app.slack, "apps.datastore.query", {
      datastore: DATASTORE,
      limit: 1_000,
      ...(cursor ? { cursor } : {}),
    });
    const items = Array.isArray(answer["items"]) ? answer["items"] : [];
    entries.push(...items.map(parseEntry).filter((entry) => entry !== undefined));
    cursor = textOf(recordOf(answer["response_metadata"])["next_cursor"]);
  } while (cursor !== "");
  return entries.sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id));
}

/**
 * Hands over what waits, in its order, until the companion fails again.
 * @returns the incidents whose cards can now say that PagerDuty was told
 */
export async function handOverPending(app: App): Promise<string[]> {
  const told = new Set<string>();
  for (const entry of await readPending(app)) {
    const outcome = await app.companion.call(entry.call, entry.body as CompanionRequests[CompanionCall]);
    if (!outcome.ok && outcome.again) break;
    // A final refusal (decided otherwise meanwhile, say) will not become a yes; the log keeps it.
    if (!outcome.ok) console.warn(`pending.refused ${entry.call}: ${outcome.problem}`);
    await mayCall(app.slack, "apps.datastore.delete", { datastore: DATASTORE, id: entry.id });
    if (entry.incidentId !== "") told.add(entry.incidentId);
  }
  return [...told];
}

function parseEntry(value: unknown): PendingEntry | undefined {
  const item = recordOf(value);
  const id = textOf(item["id"]);
  const call = textOf(item["call"]);
  const body = safeJson(textOf(item["body"]));
  if (id === "" || !Object.hasOwn(COMPANION_PATHS, call) || body === undefined) return undefined;
  return {
    id,
    incidentId: textOf(item["incident_id"]),
    call: call as CompanionCall,
    body,
    createdAt: numberOf(item["created_at"]),
  };
}
