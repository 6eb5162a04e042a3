import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const OfferLaterAlertDefinition = DefineFunction({
  callback_id: "offer_later_alert",
  title: "Offer a later alert",
  description: "Asks in the card's thread whether a later alert belongs to the incident, and waits for the answer.",
  source_file: "slack-functions/offer_later_alert/handler.ts",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident that it may belong to." },
      alert_id: {
        type: Schema.types.string,
        title: "Alert",
        description: "The later alert; where it is empty the step does nothing.",
      },
      delivery_id: {
        type: Schema.types.string,
        title: "Delivery",
        description: "The companion's delivery, which is confirmed when the offer is there.",
      },
      sequence: {
        type: Schema.types.string,
        title: "Sequence",
        description: "The delivery's place among those of its incident.",
      },
    },
    required: ["incident_id", "alert_id"],
  },
  output_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident that it may belong to." },
      alert_id: {
        type: Schema.types.string,
        title: "Alert",
        description: "The alert that was answered; empty where there was none.",
      },
      answer: { type: Schema.types.string, title: "Answer", description: "attach, keep_separate, or none." },
      answered_by: { type: Schema.types.string, title: "Answered by", description: "The Slack user who pressed." },
      answered_at: { type: Schema.types.string, title: "Answered at", description: "When, in ISO 8601." },
    },
    required: ["incident_id", "alert_id", "answer", "answered_by", "answered_at"],
  },
});
