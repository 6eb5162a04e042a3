import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { FillResolveFormDefinition } from "../slack-functions/fill_resolve_form/definition.ts";
import { ResolveIncidentDefinition } from "../slack-functions/resolve_incident/definition.ts";

/** Started by the card's button at any time, since it outlives the run that posted the card. */
export const ResolveIncidentWorkflow = DefineWorkflow({
  callback_id: "resolve_incident",
  title: "Resolve an incident",
  description: "Asks which alerts to resolve, closes the incident and has exactly those resolved in PagerDuty.",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident to resolve." },
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

const { inputs } = ResolveIncidentWorkflow;
const form = ResolveIncidentWorkflow.addStep(FillResolveFormDefinition, {
  incident_id: inputs.incident_id,
  user_id: inputs.user_id,
  interactivity: inputs.interactivity,
});
ResolveIncidentWorkflow.addStep(ResolveIncidentDefinition, {
  incident_id: form.outputs.incident_id,
  resolved_by: form.outputs.resolved_by,
  resolved_at: form.outputs.resolved_at,
  request_id: form.outputs.request_id,
  ticked_alerts: form.outputs.ticked_alerts,
  unticked_alerts: form.outputs.unticked_alerts,
  summary: form.outputs.summary,
  try_again: form.outputs.try_again,
});
