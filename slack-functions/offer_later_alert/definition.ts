import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const OfferLaterAlertDefinition = DefineFunction({
  callback_id: "offer_later_alert",
  title: "Offer later alerts",
  description: "Asks in the card's thread whether later alerts belong to the incident, and waits for the answers.",
  source_file: "slack-functions/offer_later_alert/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident that they may belong to.",
      },
      alert_ids: {
        type: Schema.types.string,
        title: "Alerts",
        description: "The later alerts to name, as a JSON list of ids; where it is empty the step does nothing.",
      },
      up_to: {
        type: Schema.types.string,
        title: "Up to",
        description: "How many later alerts the incident has had; the message covers all of them.",
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
    required: ["incident_id", "alert_ids"],
  },
  output_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident that they may belong to.",
      },
      alert_ids: {
        type: Schema.types.string,
        title: "Alerts",
        description: "The alerts that were answered last, as a JSON list of ids.",
      },
      shown_alert_ids: {
        type: Schema.types.string,
        title: "Alerts of the message",
        description: "All alerts that the message names, as a JSON list of ids.",
      },
      offer_ts: { type: Schema.types.string, title: "Message", description: "The message that was answered." },
      up_to: {
        type: Schema.types.string,
        title: "Up to",
        description: "Set where the answer is for all later alerts up to this one; else 0.",
      },
      answer: {
        type: Schema.types.string,
        title: "Answer",
        description: "attach, keep_separate, set_aside, or none.",
      },
      answered_by: { type: Schema.types.string, title: "Answered by", description: "The Slack user who pressed." },
      answered_at: { type: Schema.types.string, title: "Answered at", description: "When, in ISO 8601." },
    },
    required: [
      "incident_id",
      "alert_ids",
      "shown_alert_ids",
      "offer_ts",
      "up_to",
      "answer",
      "answered_by",
      "answered_at",
    ],
  },
});
