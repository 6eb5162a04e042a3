import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { ClaimTriageDefinition } from "../slack-functions/claim_triage/definition.ts";
import { OpenTriageDefinition } from "../slack-functions/open_triage/definition.ts";
import { addTriageSteps } from "./triage_steps.ts";

/** One run is one triage: started by a person who sees something fail. */
export const StartTriageWorkflow = DefineWorkflow({
  callback_id: "start_triage",
  title: "Start triage",
  description: "Opens a triage channel by hand, for something that nobody was paged for.",
  input_parameters: {
    properties: {
      interactivity: {
        type: Schema.slack.types.interactivity,
        title: "Interactivity",
        description: "The press, which allows the form to be opened.",
      },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who starts it." },
    },
    required: ["interactivity", "user_id"],
  },
});

const { inputs } = StartTriageWorkflow;
const form = StartTriageWorkflow.addStep(Schema.slack.functions.OpenForm, {
  title: "Start triage",
  description: "Nobody is paged by this. It opens a channel and asks whether it is an incident.",
  submit_label: "Next",
  interactivity: inputs.interactivity,
  fields: {
    elements: [
      {
        name: "title",
        title: "What fails?",
        description: "One line, as for a headline.",
        type: Schema.types.string,
        maxLength: 200,
      },
      {
        name: "service",
        title: "Service",
        description: "Its name in PagerDuty, for example Checkout.",
        type: Schema.types.string,
        maxLength: 100,
      },
      {
        name: "description",
        title: "What is seen?",
        description: "Symptoms, since when, how many are affected.",
        type: Schema.types.string,
        long: true,
        maxLength: 500,
      },
    ],
    required: ["title", "service"],
  },
});
const claimed = StartTriageWorkflow.addStep(ClaimTriageDefinition, {
  title: form.outputs.fields.title,
  service_name: form.outputs.fields.service,
  description: form.outputs.fields.description,
  user_id: form.outputs.submit_user,
  interactivity: form.outputs.interactivity,
});
const opened = StartTriageWorkflow.addStep(OpenTriageDefinition, {
  incident_id: claimed.outputs.incident_id,
  number: claimed.outputs.number,
  title: form.outputs.fields.title,
  service_id: claimed.outputs.service_id,
  service_name: claimed.outputs.service_name,
  opened_at: claimed.outputs.opened_at,
  window_closes_at: claimed.outputs.window_closes_at,
  description: form.outputs.fields.description,
  started_by: inputs.user_id,
});
addTriageSteps(StartTriageWorkflow, opened.outputs.incident_id);
