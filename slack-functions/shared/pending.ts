import { type CompanionCall, type CompanionRequests, COMPANION_PATHS } from "../../core/protocol.ts";
import type { App } from "./app.ts";
import type { CompanionOutcome } from "./companion.ts";
import { safeJson } from "./people.ts";
import { mayCall, mustCall, numberOf, recordOf, textOf } from "./slack.ts";

const DATASTORE = "pending";

/**
 * Tells the companion; what it cannot be told now is kept and handed over later, so that nobody who decides waits for it.
 * What waits already goes first: a resolve must not overtake the decision before it. `key` makes it one entry however
 * often the step repeats.
 */
export async function handOver<Call extends CompanionCall>(
  app: App,
  call: Call,
  incidentId: string,
  key: string,
  body: CompanionRequests[Call],
): Promise<CompanionOutcome<Call>> {
  const { left, isDown, outcomes } = await handOverPending(app);
  // It may have lain there from an earlier try of the same step, or since it was kept before anything was done.
  const before = outcomes.get(entryId(call, key)) as CompanionOutcome<Call> | undefined;
  if (before) return before;
  const isOwn = (entry: PendingEntry): boolean => entry.id === entryId(call, key);
  const isBehind = isDown || left.some((entry) => !isOwn(entry) && entry.incidentId === incidentId);
  const outcome = isBehind ? BEHIND : await app.companion.call(call, body);
  if (!outcome.ok && outcome.again) await keep(app, call, incidentId, key, body);
  else for (const { id } of left.filter(isOwn)) await forget(app, id);
  return outcome;
}

const BEHIND = { ok: false, again: true, status: 0, problem: "Something before it waits for the companion." } as const;

/** Keeps what the companion is to be told, for when it can be. */
export async function keep<Call extends CompanionCall>(
  app: App,
  call: Call,
  incidentId: string,
  key: string,
  body: CompanionRequests[Call],
): Promise<void> {
  const id = entryId(call, key);
  const item = { id, incident_id: incidentId, call, body: JSON.stringify(body), created_at: app.now };
  await mustCall(app.slack, "apps.datastore.put", { datastore: DATASTORE, item });
}

function entryId(call: CompanionCall, key: string): string {
  return `${call}:${key}`;
}

async function forget(app: App, id: string): Promise<void> {
  await mayCall(app.slack, "apps.datastore.delete", { datastore: DATASTORE, id });
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

interface HandedOver {
  /** The incidents whose cards can now say that PagerDuty was told. */
  readonly told: readonly string[];
  /** What the companion said to each entry that waits no more, by its id. */
  readonly outcomes: ReadonlyMap<string, CompanionOutcome<CompanionCall>>;
  /** What still waits. */
  readonly left: readonly PendingEntry[];
  /** Whether the companion failed, so that asking more of it now is of no use. */
  readonly isDown: boolean;
}

/** HTTP's "too early": what comes before it is not known to the companion yet. */
const TOO_EARLY = 425;

/** Hands over what waits, in its order. One incident that has to wait holds up no other; a companion that fails ends it. */
export async function handOverPending(app: App): Promise<HandedOver> {
  const told = new Set<string>();
  const outcomes = new Map<string, CompanionOutcome<CompanionCall>>();
  const left: PendingEntry[] = [];
  let isDown = false;
  for (const entry of await readPending(app)) {
    if (isDown || left.some(({ incidentId }) => incidentId === entry.incidentId)) {
      left.push(entry);
      continue;
    }
    const outcome = await app.companion.call(entry.call, entry.body as CompanionRequests[CompanionCall]);
    if (!outcome.ok && outcome.again) {
      left.push(entry);
      isDown = outcome.status !== TOO_EARLY;
      continue;
    }
    // A final refusal (decided otherwise meanwhile, say) will not become a yes; the log keeps it.
    if (!outcome.ok) console.warn(`pending.refused ${entry.call}: ${outcome.problem}`);
    await forget(app, entry.id);
    outcomes.set(entry.id, outcome);
    if (entry.incidentId !== "") told.add(entry.incidentId);
  }
  return { told: [...told], outcomes, left, isDown };
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
