import { ApplyTriageDecisionDefinition } from "../slack-functions/apply_triage_decision/definition.ts";
import { AskForTriageDecisionDefinition } from "../slack-functions/ask_for_triage_decision/definition.ts";
import { OfferIncidentControlsDefinition } from "../slack-functions/offer_incident_controls/definition.ts";
import type { TriageAlertWorkflow } from "./triage_alert.ts";

/** Adding steps is the same for every workflow, whatever its inputs are. */
type AnyWorkflow = Pick<typeof TriageAlertWorkflow, "addStep">;

interface Besides {
  /** Who wants the question asked anew. */
  readonly askedBy?: unknown;
  /** An incident that is active already, and has nothing to ask. */
  readonly activeIncidentId?: unknown;
}

/** What every triage consists of once it has a channel: ask, apply, offer controls. */
export function addTriageSteps(workflow: AnyWorkflow, incidentId: unknown, besides: Besides = {}): void {
  const { askedBy, activeIncidentId } = besides;
  const asked = workflow.addStep(AskForTriageDecisionDefinition, {
    incident_id: incidentId,
    ...(askedBy === undefined ? {} : { asked_by: askedBy }),
  });
  const {
    incident_id,
    decision_id,
    decision,
    decided_by,
    decided_at,
    via,
    reason,
    note,
    merge_into,
    dismiss_alert_ids,
    question_ts,
  } = asked.outputs;
  const applied = workflow.addStep(ApplyTriageDecisionDefinition, {
    incident_id,
    decision_id,
    decision,
    decided_by,
    decided_at,
    via,
    reason,
    note,
    merge_into,
    dismiss_alert_ids,
    question_ts,
  });
  workflow.addStep(OfferIncidentControlsDefinition, {
    incident_id: applied.outputs.incident_id,
    ...(activeIncidentId === undefined ? {} : { active_incident_id: activeIncidentId }),
  });
}
