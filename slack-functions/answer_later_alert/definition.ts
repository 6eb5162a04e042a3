import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const AnswerLaterAlertDefinition = DefineFunction({
  callback_id: "answer_later_alert",
  title: "Answer later alerts",
  description: "Applies the answer to later alerts: attaches them, opens a triage of their own, or sets them aside.",
  source_file: "slack-functions/answer_later_alert/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident that they were offered to.",
      },
      alert_ids: {
        type: Schema.types.string,
        title: "Alerts",
        description: "The alerts that were answered, as a JSON list of ids.",
      },
      shown_alert_ids: {
        type: Schema.types.string,
        title: "Alerts of the message",
        description: "All alerts that the message names, as a JSON list of ids.",
      },
      offer_ts: {
        type: Schema.types.string,
        title: "Message",
        description: "The message that was answered; it is drawn anew with the answer that stands.",
      },
      up_to: {
        type: Schema.types.string,
        title: "Up to",
        description: "Set where the answer is for all later alerts up to this one; else 0.",
      },
      answer: {
        type: Schema.types.string,
        title: "Answer",
        description: "attach, keep_separate or set_aside; otherwise the step does nothing.",
      },
      answered_by: { type: Schema.types.string, title: "Answered by", description: "The Slack user who pressed." },
      answered_at: { type: Schema.types.string, title: "Answered at", description: "When, in ISO 8601." },
    },
    required: ["incident_id", "alert_ids", "answer"],
  },
  output_parameters: {
    properties: {
      answer: {
        type: Schema.types.string,
        title: "Answer",
        description: "The answer that was applied; none where there was nothing to do.",
      },
    },
    required: ["answer"],
  },
});
