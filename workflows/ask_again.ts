import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { addTriageSteps } from "./triage_steps.ts";

/** Buttons die with their run; this asks the same question in a new one. */
export const AskAgainWorkflow = DefineWorkflow({
  callback_id: "ask_again",
  title: "Ask again",
  description: "Asks once more whether it is an incident, for when the buttons no longer work.",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident to decide on." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who pressed the button." },
    },
    required: ["incident_id", "user_id"],
  },
});

addTriageSteps(AskAgainWorkflow, AskAgainWorkflow.inputs.incident_id, { askedBy: AskAgainWorkflow.inputs.user_id });
