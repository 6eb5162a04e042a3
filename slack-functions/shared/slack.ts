import type { SlackAPIClient } from "deno-slack-api/types.ts";
import { SECOND } from "../../core/time.ts";

/** An answer of Slack's Web API. */
export type SlackAnswer = Readonly<Record<string, unknown>> & { readonly ok: boolean; readonly error?: string };

/** The one way our functions call Slack: it waits when told to, and never throws for an answer of Slack's. */
export interface Slack {
  call(method: string, args: Readonly<Record<string, unknown>>): Promise<SlackAnswer>;
}

/** Something that the function cannot do without has failed; the message is a sentence for people. */
export class SlackProblem extends Error {
  override readonly name = "SlackProblem";
}

/** Errors of Slack's that say nothing but "not right now". */
export const PASSING: readonly string[] = [
  "ratelimited",
  "unreachable",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
];

/** All the waiting of one run; a main handler has 60 s, a handler of a click 10 s. */
const LONGEST_WAIT_MS = 40 * SECOND;
/** Who is mentioned must not keep the others from being told: a storm looks up more people than Slack likes. */
const LONGEST_WAIT_FOR: Readonly<Record<string, number>> = { "users.lookupByEmail": 5 * SECOND };
const ATTEMPTS = 10;
const BULK_ROUNDS = 4;

/** @param patienceMs how long all calls together may wait for Slack's rate limits; short for handlers of clicks */
export function createSlack(
  client: SlackAPIClient,
  pause: (ms: number) => Promise<void>,
  patienceMs: number = LONGEST_WAIT_MS,
): Slack {
  let waited = 0;
  return {
    async call(method, args) {
      let waitedHere = 0;
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await attemptCall(client, method, args);
        const isLost = outcome.answer?.error === "unreachable" && attempt === 1 && isRepeatable(method);
        if (outcome.answer && !isLost) return outcome.answer;
        const wait = outcome.retryAfterMs ?? AGAIN_AFTER_MS;
        const isTooLong = waited + wait > patienceMs || waitedHere + wait > (LONGEST_WAIT_FOR[method] ?? patienceMs);
        if (attempt === ATTEMPTS || isTooLong) return outcome.answer ?? { ok: false, error: "ratelimited" };
        waited += wait;
        waitedHere += wait;
        await pause(wait);
      }
    },
  };
}

const AGAIN_AFTER_MS = 200;

/** Whether a call whose answer was lost may be made again: it says how something is to be, and makes nothing new. */
function isRepeatable(method: string): boolean {
  return method.split(".")[1] === "datastore" || REPEATABLE.has(method);
}

const REPEATABLE: ReadonlySet<string> = new Set([
  "auth.test",
  "chat.getPermalink",
  "chat.update",
  "conversations.history",
  "conversations.info",
  "conversations.list",
  "conversations.members",
  "conversations.setPurpose",
  "conversations.setTopic",
  "users.info",
  "users.lookupByEmail",
  "views.update",
]);

type Outcome =
  | { readonly answer: SlackAnswer; readonly retryAfterMs?: undefined }
  | { readonly answer?: undefined; readonly retryAfterMs: number };

/** The SDK's client answers `ok: false` as a value but throws for every status other than 2xx; 429 is told apart by it. */
async function attemptCall(
  client: SlackAPIClient,
  method: string,
  args: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  try {
    return { answer: await client.apiCall(method, { ...args }) };
  } catch (thrown) {
    const retryAfterMs = retryAfterOf(thrown);
    if (retryAfterMs !== undefined) return { retryAfterMs };
    console.error(`slack.call_failed ${method}: ${thrown instanceof Error ? thrown.name : "unknown"}`);
    return { answer: { ok: false, error: "unreachable" } };
  }
}

function retryAfterOf(thrown: unknown): number | undefined {
  if (typeof thrown !== "object" || thrown === null || (thrown as { status?: unknown }).status !== 429)
    return undefined;
  const headers = (thrown as { headers?: { get?: (name: string) => string | null } }).headers;
  const seconds = Number(headers?.get?.("retry-after") ?? "1");
  return (Number.isFinite(seconds) && seconds > 0 ? seconds : 1) * SECOND;
}

/** Calls what must succeed. `already` lists errors that mean the work was done before. */
export async function mustCall(
  slack: Slack,
  method: string,
  args: Readonly<Record<string, unknown>>,
  already: readonly string[] = [],
): Promise<SlackAnswer> {
  const answer = await slack.call(method, args);
  if (!answer.ok && !already.includes(answer.error ?? "")) {
    throw new SlackProblem(answer.error === "token_revoked" ? OVER : `Slack refused ${method}: ${reasonOf(answer)}.`);
  }
  return answer;
}

/** A step's token dies with its completion, so whoever meets this came second. */
const OVER = "Somebody else was a moment earlier, and the channel says what came of it.";

function reasonOf(answer: SlackAnswer): string {
  return answer.error ?? "no reason given";
}

/** Calls what may fail without harm, such as a bookmark; says in the log what did. */
export async function mayCall(
  slack: Slack,
  method: string,
  args: Readonly<Record<string, unknown>>,
  already: readonly string[] = [],
): Promise<SlackAnswer> {
  const answer = await slack.call(method, args);
  if (!answer.ok && !already.includes(answer.error ?? "")) {
    console.warn(`slack.decoration_failed ${method}: ${reasonOf(answer)}`);
  }
  return answer;
}

/**
 * Writes many items at once; what Slack leaves undone of them is sent again.
 * @param put the bulk call of the datastore's owner, for which "partial_failure" is an answer like any other
 */
export async function putAll(
  items: readonly Readonly<Record<string, unknown>>[],
  put: (items: readonly Readonly<Record<string, unknown>>[]) => Promise<SlackAnswer>,
): Promise<void> {
  let left = items;
  for (let round = 0; left.length > 0; round += 1) {
    if (round === BULK_ROUNDS) throw new SlackProblem("Slack's storage took only a part of what was to be kept.");
    const answer = await put(left);
    left = Array.isArray(answer["failed_items"]) ? answer["failed_items"].map(recordOf) : [];
  }
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
