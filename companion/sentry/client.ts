import { isSameSentry, type SentryReference } from "../../core/recogniser.ts";

/** Asks the one Sentry that is configured. */
export interface Sentry {
  /** The issue as it came, untrusted; undefined where it is not to be had, for whatever reason. Never throws. */
  issue(reference: SentryReference): Promise<SentryIssue>;
}

export type SentryIssue =
  { readonly found: true; readonly issue: unknown } | { readonly found: false; readonly why: string };

/** What Sentry knows is an extra: nothing waits longer than this for it. */
const TIMEOUT_MS = 3_000;

/**
 * @param url address of the Sentry that the token belongs to; it goes nowhere else, whatever an alert's links say
 */
export function createSentry(deps: { readonly url: string; readonly org: string; readonly token: string }): Sentry {
  const api = `${deps.url}/api/0/organizations/${encodeURIComponent(deps.org)}`;

  async function get(path: string): Promise<SentryIssue> {
    try {
      const response = await fetch(api + path, {
        headers: { authorization: `Bearer ${deps.token}`, accept: "application/json" },
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) return { found: false, why: `status_${response.status}` };
      return { found: true, issue: (await response.json()) as unknown };
    } catch (thrown) {
      return {
        found: false,
        why: thrown instanceof Error && thrown.name === "TimeoutError" ? "timeout" : "unreachable",
      };
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
