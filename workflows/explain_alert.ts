import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { ExplainAlertDefinition } from "../slack-functions/explain_alert/definition.ts";

/** Started by the card's button Why?, at any time. */
export const ExplainAlertWorkflow = DefineWorkflow({
  callback_id: "explain_alert",
  title: "Why?",
  description: "Says why an incident's alerts were handled as they were, and what would have changed it.",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident to explain." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who pressed the button." },
      interactivity: {
        type: Schema.slack.types.interactivity,
        title: "Interactivity",
        description: "The press, which allows the answer to be shown.",
      },
    },
    required: ["incident_id", "user_id", "interactivity"],
  },
});

const { inputs } = ExplainAlertWorkflow;
ExplainAlertWorkflow.addStep(ExplainAlertDefinition, {
  incident_id: inputs.incident_id,
  user_id: inputs.user_id,
  interactivity: inputs.interactivity,
});
