import { ApplyTriageDecisionDefinition } from "../slack-functions/apply_triage_decision/definition.ts";
import { AskForTriageDecisionDefinition } from "../slack-functions/ask_for_triage_decision/definition.ts";
import { OfferIncidentControlsDefinition } from "../slack-functions/offer_incident_controls/definition.ts";
import type { TriageAlertWorkflow } from "./triage_alert.ts";

/** Adding steps is the same for every workflow, whatever its inputs are. */
type AnyWorkflow = Pick<typeof TriageAlertWorkflow, "addStep">;

/**
 * What every triage consists of once it has a channel: ask, apply, offer controls.
 * @param askedBy who wants the question asked anew, where somebody does
 */
export function addTriageSteps(workflow: AnyWorkflow, incidentId: unknown, askedBy?: unknown): void {
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
  workflow.addStep(OfferIncidentControlsDefinition, { incident_id: applied.outputs.incident_id });
}
