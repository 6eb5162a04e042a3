import { isSameSentry, type SentryReference } from "../../core/recogniser.ts";
import { type Instant, MINUTE, SECOND } from "../../core/time.ts";

/** Asks the one Sentry that is configured. */
export interface Sentry {
  /** The issue as it came, untrusted; undefined where it is not to be had, for whatever reason. Never throws. */
  issue(reference: SentryReference): Promise<SentryIssue>;
}

export type SentryIssue =
  | { readonly found: true; readonly issue: unknown }
  /** It may be had after that time where one is named, else never. */
  | { readonly found: false; readonly why: string; readonly retryAfterMs?: number };

/** What Sentry knows is an extra: nothing waits longer than this for it. */
const TIMEOUT_MS = 3_000;
/** Asked again at once, a Sentry that is out of order would hold up the details of every other alert. */
const PAUSE_MS = 10 * SECOND;
const LONGEST_PAUSE_MS = 1 * MINUTE;

export interface SentryDeps {
  /** Address of the Sentry that the token belongs to; it goes nowhere else, whatever an alert's links say. */
  readonly url: string;
  readonly org: string;
  readonly token: string;
  readonly now: () => Instant;
  /** Milliseconds since some moment; see Clock. */
  readonly elapsed: () => number;
}

/** One call at a time for the token; after a refusal to serve, and where nothing is left of its rate, none until it may be. */
export function createSentry(deps: SentryDeps): Sentry {
  const api = `${deps.url}/api/0/organizations/${encodeURIComponent(deps.org)}`;
  let last: Promise<unknown> = Promise.resolve();
  let pausedUntil = 0;

  function get(path: string): Promise<SentryIssue> {
    const mine = last.then(() => ask(path));
    last = mine;
    return mine;
  }

  function later(why: string, retryAfterMs = PAUSE_MS): SentryIssue {
    pausedUntil = Math.max(pausedUntil, deps.elapsed() + retryAfterMs);
    return { found: false, why, retryAfterMs };
  }

  async function ask(path: string): Promise<SentryIssue> {
    const pause = pausedUntil - deps.elapsed();
    if (pause > 0) return { found: false, why: "asked_to_wait", retryAfterMs: pause };
    try {
      const response = await fetch(api + path, {
        headers: { authorization: `Bearer ${deps.token}`, accept: "application/json" },
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const wait = waitIn(response, deps.now());
      if (wait !== undefined) pausedUntil = deps.elapsed() + wait;
      if (response.ok) return { found: true, issue: (await response.json()) as unknown };
      const why = `status_${response.status}`;
      return response.status === 429 || response.status >= 500 ? later(why, wait) : { found: false, why };
    } catch (thrown) {
      return later(thrown instanceof Error && thrown.name === "TimeoutError" ? "timeout" : "unreachable");
    }
  }

  return {
    async issue({ host, org, issueId, shortId }) {
      if (!isSameSentry(host, deps.url)) return { found: false, why: "other_sentry" };
      if (org !== undefined && org.toLowerCase() !== deps.org.toLowerCase()) return { found: false, why: "other_org" };
      if (issueId) return get(`/issues/${encodeURIComponent(issueId)}/?collapse=stats&collapse=tags`);
      if (!shortId) return { found: false, why: "no_id" };
      const answer = await get(`/shortids/${encodeURIComponent(shortId)}/`);
      if (!answer.found) return answer;
      const group: unknown =
        typeof answer.issue === "object" && answer.issue !== null ? Reflect.get(answer.issue, "group") : undefined;
      return group ? { found: true, issue: group } : { found: false, why: "no_group" };
    },
  };
}

/** How long Sentry wants to be left alone: it tells the moment, in seconds since 1970 and parts of them. */
function waitIn(response: Response, now: Instant): number | undefined {
  const isSpent = response.headers.get("x-sentry-rate-limit-remaining") === "0";
  if (response.status !== 429 && !isSpent) return undefined;
  const reset = response.headers.get("x-sentry-rate-limit-reset") ?? "";
  if (!/^\d{1,12}(\.\d+)?$/.test(reset)) return undefined;
  return Math.min(Math.max(Number(reset) * SECOND - now, 1 * SECOND), LONGEST_PAUSE_MS);
}
