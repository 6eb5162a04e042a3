import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const AskForTriageDecisionDefinition = DefineFunction({
  callback_id: "ask_for_triage_decision",
  title: "Ask whether it is an incident",
  description: "Asks the question in the triage channel and waits until somebody presses: create, merge or dismiss.",
  source_file: "slack-functions/ask_for_triage_decision/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident to decide on; where it is empty the step does nothing.",
        hint: "Take the output of the step that opened the triage channel.",
      },
      asked_by: {
        type: Schema.slack.types.user_id,
        title: "Asked by",
        description: "Who wants it asked; they are told where it is decided already.",
      },
    },
    required: ["incident_id"],
  },
  output_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident that was decided on." },
      decision_id: {
        type: Schema.types.string,
        title: "Decision key",
        description: "Identifies this decision; empty where nothing was decided.",
      },
      decision: {
        type: Schema.types.string,
        title: "Decision",
        description: "create, merge or dismiss; none where there was nothing to decide.",
      },
      decided_by: { type: Schema.types.string, title: "Decided by", description: "The Slack user who pressed." },
      decided_at: { type: Schema.types.string, title: "Decided at", description: "When, in ISO 8601." },
      reason: { type: Schema.types.string, title: "Reason", description: "Why it was dismissed." },
      via: { type: Schema.types.string, title: "Through", description: "Which question or button took the answer." },
      note: { type: Schema.types.string, title: "Note", description: "What the person wrote beside the reason." },
      merge_into: {
        type: Schema.types.string,
        title: "Merged into",
        description: "The incident that takes this one in.",
      },
      dismiss_alert_ids: {
        type: Schema.types.string,
        title: "Dismissed alerts",
        description: "Exactly the alerts that are dismissed, as a JSON list of ids; empty where the form listed none.",
      },
      question_ts: {
        type: Schema.types.string,
        title: "Question",
        description: "The message that asked.",
      },
    },
    required: [
      "incident_id",
      "decision_id",
      "decision",
      "decided_by",
      "decided_at",
      "via",
      "reason",
      "note",
      "merge_into",
      "dismiss_alert_ids",
      "question_ts",
    ],
  },
});
