import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const ApplyTriageDecisionDefinition = DefineFunction({
  callback_id: "apply_triage_decision",
  title: "Apply the triage decision",
  description:
    "Turns the answer into deeds: the record, the messages, the channel, and PagerDuty through the companion.",
  source_file: "slack-functions/apply_triage_decision/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident that was decided on; where it is empty the step does nothing.",
        hint: "Take the outputs of the step that asked.",
      },
      decision_id: {
        type: Schema.types.string,
        title: "Decision key",
        description: "Identifies the decision, so that it is applied once however often it comes.",
      },
      decision: { type: Schema.types.string, title: "Decision", description: "create, merge or dismiss." },
      decided_by: { type: Schema.types.string, title: "Decided by", description: "The Slack user who decided." },
      decided_at: { type: Schema.types.string, title: "Decided at", description: "When, in ISO 8601." },
      via: { type: Schema.types.string, title: "Through", description: "Which question or button took the answer." },
      reason: { type: Schema.types.string, title: "Reason", description: "Why it was dismissed." },
      note: { type: Schema.types.string, title: "Note", description: "What the person wrote beside the reason." },
      merge_into: {
        type: Schema.types.string,
        title: "Merge into",
        description: "The incident that takes this one in.",
      },
      dismiss_alert_ids: {
        type: Schema.types.string,
        title: "Dismissed alerts",
        description: "Exactly the alerts to dismiss, as a JSON list of ids; empty for all that are attached.",
      },
      question_ts: {
        type: Schema.types.string,
        title: "Question",
        description: "The message that asked; it is turned into the answer.",
      },
    },
    required: ["incident_id", "decision"],
  },
  output_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident if it is active now, else empty.",
      },
      status: {
        type: Schema.types.string,
        title: "Status",
        description: "triage, active, merged, dismissed or resolved; none where nothing was decided.",
      },
    },
    required: ["incident_id", "status"],
  },
});
