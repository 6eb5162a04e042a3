import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { FillUndoFormDefinition } from "../slack-functions/fill_undo_form/definition.ts";
import { UndoTriageDefinition } from "../slack-functions/undo_triage/definition.ts";
import { addTriageSteps } from "./triage_steps.ts";

/** Second thoughts, started by buttons that outlive every run: on the card, in the feed, in a merge's message. */
export const UndoTriageWorkflow = DefineWorkflow({
  callback_id: "undo_triage",
  title: "Take a decision back",
  description: "Says what it would do, takes a dismissal, a merge or a resolve back, and asks the question anew.",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident that it is about." },
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

const { inputs } = UndoTriageWorkflow;
const form = UndoTriageWorkflow.addStep(FillUndoFormDefinition, {
  incident_id: inputs.incident_id,
  user_id: inputs.user_id,
  interactivity: inputs.interactivity,
});
const undone = UndoTriageWorkflow.addStep(UndoTriageDefinition, {
  incident_id: form.outputs.incident_id,
  command: form.outputs.command,
  done_by: form.outputs.done_by,
  done_at: form.outputs.done_at,
  request_id: form.outputs.request_id,
  in_pagerduty: form.outputs.in_pagerduty,
  alerts: form.outputs.alerts,
});
// A reopened incident has nothing to ask, and its controls again.
addTriageSteps(UndoTriageWorkflow, undone.outputs.incident_id, {
  activeIncidentId: undone.outputs.active_incident_id,
});
