import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const FillResolveFormDefinition = DefineFunction({
  callback_id: "fill_resolve_form",
  title: "Fill in the resolve form",
  description: "Shows the incident's alerts with tick boxes and waits until somebody says which of them to resolve.",
  source_file: "slack-functions/fill_resolve_form/handler.ts",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident to resolve." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who pressed the button." },
      interactivity: {
        type: Schema.slack.types.interactivity,
        title: "Interactivity",
        description: "The press, which allows a form to be opened.",
      },
    },
    required: ["incident_id", "user_id", "interactivity"],
  },
  output_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident; empty where the form was closed.",
      },
      resolved_by: { type: Schema.types.string, title: "Resolved by", description: "The Slack user who submitted." },
      resolved_at: { type: Schema.types.string, title: "Resolved at", description: "When, in ISO 8601." },
      request_id: {
        type: Schema.types.string,
        title: "Request",
        description: "Identifies this request, so that it is applied once.",
      },
      ticked_alerts: {
        type: Schema.types.string,
        title: "Ticked alerts",
        description: "The alerts to resolve in PagerDuty, as a JSON list of ids.",
      },
      unticked_alerts: {
        type: Schema.types.string,
        title: "Unticked alerts",
        description: "The alerts that were shown and not ticked, as a JSON list of ids.",
      },
      try_again: {
        type: Schema.types.string,
        title: "Try again",
        description: "yes where the incident is closed and only what PagerDuty refused is to be asked for again.",
      },
      summary: { type: Schema.types.string, title: "Summary", description: "What it was, in the person's words." },
    },
    required: [
      "incident_id",
      "resolved_by",
      "resolved_at",
      "request_id",
      "ticked_alerts",
      "unticked_alerts",
      "summary",
      "try_again",
    ],
  },
});
