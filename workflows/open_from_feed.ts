import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { OpenFromFeedDefinition } from "../slack-functions/open_from_feed/definition.ts";

/** Started by the button in a line of the feed; the triage itself then comes from the companion, as every other does. */
export const OpenFromFeedWorkflow = DefineWorkflow({
  callback_id: "open_from_feed",
  title: "Open triage from the feed",
  description: "Opens a triage for an alert that has only a line in the feed.",
  input_parameters: {
    properties: {
      key: { type: Schema.types.string, title: "Line", description: "The line of the feed." },
      alert_id: { type: Schema.types.string, title: "Alert", description: "The alert in PagerDuty." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who pressed the button." },
    },
    required: ["key", "alert_id", "user_id"],
  },
});

const { inputs } = OpenFromFeedWorkflow;
OpenFromFeedWorkflow.addStep(OpenFromFeedDefinition, {
  key: inputs.key,
  alert_id: inputs.alert_id,
  user_id: inputs.user_id,
});
