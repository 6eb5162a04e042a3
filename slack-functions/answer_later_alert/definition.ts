import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const AnswerLaterAlertDefinition = DefineFunction({
  callback_id: "answer_later_alert",
  title: "Attach a later alert or keep it separate",
  description: "Applies the answer to an offered alert: attaches it to the incident, or opens a triage of its own.",
  source_file: "slack-functions/answer_later_alert/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident that it was offered to.",
      },
      alert_id: {
        type: Schema.types.string,
        title: "Alert",
        description: "The alert that was answered; where it is empty the step does nothing.",
      },
      answer: { type: Schema.types.string, title: "Answer", description: "attach or keep_separate." },
      answered_by: { type: Schema.types.string, title: "Answered by", description: "The Slack user who pressed." },
      answered_at: { type: Schema.types.string, title: "Answered at", description: "When, in ISO 8601." },
    },
    required: ["incident_id", "alert_id", "answer"],
  },
  output_parameters: {
    properties: {
      relation: {
        type: Schema.types.string,
        title: "Relation",
        description: "attached or separate; none where there was nothing to do.",
      },
    },
    required: ["relation"],
  },
});
