import type { Person } from "./incident.ts";

/** Someone whom PagerDuty is paging or has assigned. */
export interface PagedPerson {
  readonly pagerdutyUserId: string;
  readonly name: string;
  readonly email?: string;
}

export type AcknowledgeRule =
  | { readonly acknowledge: true; readonly why: "presser_is_assignee"; readonly as: PagedPerson }
  | {
      readonly acknowledge: false;
      readonly why: "presser_is_not_assignee" | "already_acknowledged" | "already_resolved" | "nobody_paged";
    };

/**
 * Whether a press acknowledges the page. Acknowledging stops PagerDuty's escalation, so only a press by somebody
 * whom PagerDuty has assigned does it, never a fallback user. A resolved alert is left alone: acknowledging it would reopen it.
 * @param presserEmail the presser's address in PagerDuty: the configured map first, else the Slack address
 */
export function acknowledgeRule(
  presserEmail: string | undefined,
  status: "triggered" | "acknowledged" | "resolved",
  assignees: readonly PagedPerson[],
): AcknowledgeRule {
  if (status === "resolved") return { acknowledge: false, why: "already_resolved" };
  if (status === "acknowledged") return { acknowledge: false, why: "already_acknowledged" };
  if (assignees.length === 0) return { acknowledge: false, why: "nobody_paged" };
  const wanted = presserEmail?.trim().toLowerCase();
  const as = wanted ? assignees.find((assignee) => assignee.email?.trim().toLowerCase() === wanted) : undefined;
  return as
    ? { acknowledge: true, why: "presser_is_assignee", as }
    : { acknowledge: false, why: "presser_is_not_assignee" };
}

/** Whose address PagerDuty sees in the `From` header. */
export type Actor = { readonly email: string; readonly why: "mapped" | "own_address" | "fallback" };

/** The address by which PagerDuty may know this person; undefined where there is none to try. */
export function actorAddress(person: Person, map: ReadonlyMap<string, string>): string | undefined {
  return ownActor(person, map)?.email;
}

/** @param map Slack user ids and the PagerDuty addresses that belong to them */
export function actorFor(person: Person, map: ReadonlyMap<string, string>, fallback: string): Actor {
  return ownActor(person, map) ?? { email: fallback, why: "fallback" };
}

function ownActor(person: Person, map: ReadonlyMap<string, string>): Actor | undefined {
  const mapped = map.get(person.slackUserId);
  if (mapped !== undefined && isHeaderAddress(mapped)) return { email: mapped, why: "mapped" };
  const own = person.email?.trim().toLowerCase();
  return own !== undefined && isHeaderAddress(own) ? { email: own, why: "own_address" } : undefined;
}

/** A header holds printable ASCII; anything else cannot be sent, so it would fail for ever. */
export function isHeaderAddress(text: string): boolean {
  return /^[!-~]+@[!-~]+$/.test(text);
}
