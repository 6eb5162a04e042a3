import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const OpenFromFeedDefinition = DefineFunction({
  callback_id: "open_from_feed",
  title: "Open a triage for a line of the feed",
  description:
    "Asks the companion to open a triage for an alert that has no channel, and tells the person what came of it.",
  source_file: "slack-functions/open_from_feed/handler.ts",
  input_parameters: {
    properties: {
      key: { type: Schema.types.string, title: "Line", description: "The line of the feed." },
      alert_id: { type: Schema.types.string, title: "Alert", description: "The alert in PagerDuty." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who pressed the button." },
    },
    required: ["key", "alert_id", "user_id"],
  },
  output_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident that was opened, or that the alert belonged to already; empty where there is none.",
      },
    },
    required: ["incident_id"],
  },
});
