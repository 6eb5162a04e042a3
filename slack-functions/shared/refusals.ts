import { isPerson } from "../../core/incident.ts";
import type { RefusalCode } from "../../core/transitions.ts";
import type { IncidentRecord } from "./incidents.ts";
import { plainName } from "./mrkdwn.ts";

const WHAT = {
  triage: "is still in triage",
  active: "was created",
  merged: "was merged",
  dismissed: "was dismissed as no incident",
  resolved: "is resolved",
} as const;

/** Why something cannot be done, as a sentence that says what happened and what to do. */
export function refusalSentence(code: RefusalCode, record?: IncidentRecord): string {
  switch (code) {
    case "already_decided": {
      if (!record || record.incident.status === "triage") return "This was decided a moment ago; the card shows how.";
      const { incident } = record;
      return `This was already decided: it ${WHAT[incident.status]} by ${isPerson(incident.decidedBy) ? plainName(incident.decidedBy.name) : "the rule for this service"}.`;
    }
    case "not_decided_yet":
      return "This is still in triage. Decide first whether it is an incident; then it can be resolved.";
    case "closed":
      return "This incident is closed. Open a new triage, or reopen it first.";
    case "not_closed":
      return "This incident is not closed, so there is nothing to undo.";
    case "merge_into_self":
      return "An incident cannot be part of itself. Choose another one.";
    case "merge_into_closed":
      return "That incident was closed meanwhile. Choose one that is open.";
  }
}
