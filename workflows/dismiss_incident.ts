import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { ApplyTriageDecisionDefinition } from "../slack-functions/apply_triage_decision/definition.ts";
import { FillDismissFormDefinition } from "../slack-functions/fill_dismiss_form/definition.ts";

/** Started by a button that outlives every run; its answer is applied as the question's would be. */
export const DismissIncidentWorkflow = DefineWorkflow({
  callback_id: "dismiss_incident",
  title: "Dismiss a triage",
  description: "Asks why it is no incident, resolves its alerts in PagerDuty and leaves it out of the metrics.",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The triage to dismiss." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who pressed the button." },
      interactivity: {
        type: Schema.slack.types.interactivity,
        title: "Interactivity",
        description: "The press, which allows the form to be opened.",
      },
    },
    required: ["incident_id", "user_id", "interactivity"],
  },
});

const { inputs } = DismissIncidentWorkflow;
const form = DismissIncidentWorkflow.addStep(FillDismissFormDefinition, {
  incident_id: inputs.incident_id,
  user_id: inputs.user_id,
  interactivity: inputs.interactivity,
});
DismissIncidentWorkflow.addStep(ApplyTriageDecisionDefinition, {
  incident_id: form.outputs.incident_id,
  decision_id: form.outputs.decision_id,
  decision: form.outputs.decision,
  decided_by: form.outputs.decided_by,
  decided_at: form.outputs.decided_at,
  via: form.outputs.via,
  reason: form.outputs.reason,
  note: form.outputs.note,
  merge_into: form.outputs.merge_into,
  dismiss_alert_ids: form.outputs.dismiss_alert_ids,
  question_ts: form.outputs.question_ts,
});
