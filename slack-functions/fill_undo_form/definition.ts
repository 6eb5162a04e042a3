import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const FillUndoFormDefinition = DefineFunction({
  callback_id: "fill_undo_form",
  title: "Fill in the undo form",
  description:
    "Says what taking a decision back does and what it cannot take back, and waits until somebody sends the form.",
  source_file: "slack-functions/fill_undo_form/handler.ts",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident that it is about." },
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
      command: {
        type: Schema.types.string,
        title: "Command",
        description: "undo, reopen or detach; none where the form was closed.",
      },
      done_by: { type: Schema.types.string, title: "Done by", description: "The Slack user who sent the form." },
      done_at: { type: Schema.types.string, title: "Done at", description: "When, in ISO 8601." },
      request_id: {
        type: Schema.types.string,
        title: "Request",
        description: "Identifies this request, so that it is applied once.",
      },
      in_pagerduty: {
        type: Schema.types.string,
        title: "In PagerDuty",
        description: "What becomes of alerts that were resolved: leave, acknowledge or page.",
      },
      alerts: {
        type: Schema.types.string,
        title: "Alerts",
        description: "The alerts to take off an open incident, as a JSON list of ids.",
      },
    },
    required: ["incident_id", "command", "done_by", "done_at", "request_id", "in_pagerduty", "alerts"],
  },
});
