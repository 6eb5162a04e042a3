import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";
import { AskForTriageDecisionDefinition } from "../ask_for_triage_decision/definition.ts";

export const FillDismissFormDefinition = DefineFunction({
  callback_id: "fill_dismiss_form",
  title: "Fill in the dismiss form",
  description: "Asks why a triage is no incident; whoever sends the form decides it in the place of the question.",
  source_file: "slack-functions/fill_dismiss_form/handler.ts",
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
  // The same answer as the question's, so that it is applied by the same step.
  output_parameters: AskForTriageDecisionDefinition.definition.output_parameters,
});
