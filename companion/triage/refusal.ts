import type { RefusalCode } from "../../core/transitions.ts";

/** Why a request of Slack's functions is not carried out; asking again would give the same answer, unless it says so. */
export interface Refusal {
  readonly status: 400 | 404 | 409 | 425;
  readonly code: string;
  /** For people. */
  readonly message: string;
}

const SENTENCES: Readonly<Record<RefusalCode, string>> = {
  not_decided_yet: "This triage is not decided yet; decide it before resolving it.",
  already_decided: "This triage was already decided, and the first decision stands.",
  not_closed: "This incident is still open.",
  closed: "This incident is closed.",
  merge_into_self: "An incident cannot become part of itself.",
  merge_into_closed: "The chosen incident is closed; choose an open one.",
};

/** A decision may still be on its way from Slack, so what needs one is to be handed over again. */
export function refusalFor(code: RefusalCode): Refusal {
  return { status: code === "not_decided_yet" ? 425 : 409, code, message: SENTENCES[code] };
}

/** How Slack's functions begin the ids that they give while the companion cannot be reached. */
const NAMED_BY_SLACK = "inc_m";

/**
 * An incident that is not on record. One that Slack named itself is on its way with a claim that waits there, so what
 * belongs to it is to be handed over again after that.
 */
export function unknownIncident(incidentId: string): Refusal {
  if (incidentId.startsWith(NAMED_BY_SLACK)) {
    return { status: 425, code: "incident_not_known_yet", message: "The companion does not know this incident yet." };
  }
  return { status: 404, code: "unknown_incident", message: "The companion knows no such incident." };
}
