import { z } from "zod";
import { redactTokens } from "../../core/redaction.ts";
import { cutCharacters, oneLine } from "../../core/text.ts";

/** Why PagerDuty did not do what was asked. */
export interface Failure {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** PagerDuty's own number for the error; the same number has several meanings, so it decides nothing alone. */
  readonly code?: number;
  /** A sentence for people, without secrets. */
  readonly sentence: string;
  /** PagerDuty's message and its list of errors, in lower case, for telling errors apart. */
  readonly words: string;
  /** Whether the same request may do better later. */
  readonly isTransient: boolean;
  /** How long PagerDuty asked us to wait. */
  readonly retryAfterMs?: number;
}

const errorBody = z.looseObject({
  error: z.looseObject({
    message: z.string().nullish(),
    code: z.number().nullish(),
    errors: z.union([z.array(z.string()), z.string()]).nullish(),
  }),
});

/** PagerDuty may name hours; we look again earlier than that. */
const LONGEST_WAIT_MS = 10 * 60_000;
const WORDS_MAX = 200;
/** More than this of them is not looked at. */
const WORDS_READ = 4_000;

/** @param data the parsed body; undefined where it was no JSON, as gateways answer */
export function failureOf(
  status: number,
  headers: { get(name: string): string | null } | undefined,
  data: unknown,
): Failure {
  const parsed = errorBody.safeParse(data);
  const error = parsed.success ? parsed.data.error : undefined;
  const errors = error?.errors ?? [];
  const all = [error?.message ?? "", ...(typeof errors === "string" ? [errors] : errors)].join(" ");
  const said = oneLine(all.slice(0, WORDS_READ));
  const retryAfterMs = waitOf(headers);
  return {
    status,
    ...(error?.code ? { code: error.code } : {}),
    sentence: sentenceOf(status, cutCharacters(redactTokens(said), WORDS_MAX)),
    words: said.toLowerCase(),
    // A 2xx that ends here had a body that is no JSON; whether it took effect is unknown.
    isTransient: status < 400 || status === 408 || status === 429 || status >= 500,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** What people on call read on a card: what it means first, then PagerDuty's own words. */
function sentenceOf(status: number, said: string): string {
  const meaning = MEANINGS[status] ?? (status >= 500 ? "PagerDuty is out of order" : "PagerDuty refused");
  return `${meaning} (${status}${said === "" ? "" : `: ${said}`}).`;
}

const MEANINGS: Readonly<Record<number, string>> = {
  200: "PagerDuty gave an answer that we cannot read",
  401: "PagerDuty does not accept the companion's API key",
  402: "PagerDuty's plan does not include this",
  403: "PagerDuty does not let the companion's API key do this",
  404: "PagerDuty does not find it, or hides it from the companion's API key",
  429: "PagerDuty asked us to wait",
};

export function unreachable(sentence: string, status: number, retryAfterMs?: number): Failure {
  return {
    status,
    sentence,
    words: "",
    isTransient: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** `ratelimit-reset` is seconds to wait and often the only one of the two. */
function waitOf(headers: { get(name: string): string | null } | undefined): number | undefined {
  for (const name of ["retry-after", "ratelimit-reset"]) {
    const value = headers?.get(name);
    if (value && /^\d{1,9}(\.\d+)?$/.test(value)) return Math.min(Number(value) * 1_000, LONGEST_WAIT_MS);
  }
  return undefined;
}

/** A token that expired, a plan or a right that is missing: somebody may mend it while we wait. */
export function isDenied(failure: Failure): boolean {
  return failure.status === 401 || failure.status === 402 || failure.status === 403;
}

/** The resolve found the incident resolved already, which is what was wanted. */
export function isAlreadyResolved(failure: Failure): boolean {
  return failure.status === 400 && (failure.code === 1001 || failure.words.includes("already resolved"));
}

/** PagerDuty knows no user of the address in `From`. */
export function isUnknownRequester(failure: Failure): boolean {
  return (
    failure.status === 400 &&
    (failure.code === 1008 || failure.words.includes("requester user not found") || failure.code === 1028)
  );
}
