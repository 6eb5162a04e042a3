import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const ApplySignalDefinition = DefineFunction({
  callback_id: "apply_signal",
  title: "Take in news of an incident",
  description: "Brings the record and the card up to date with what the companion reports.",
  source_file: "slack-functions/apply_signal/handler.ts",
  input_parameters: {
    properties: {
      delivery_id: {
        type: Schema.types.string,
        title: "Delivery",
        description: "The companion's delivery, which is confirmed when it was acted on.",
      },
      sequence: {
        type: Schema.types.string,
        title: "Sequence",
        description: "The delivery's place among those of its incident; an older one changes nothing.",
      },
      kind: { type: Schema.types.string, title: "Kind", description: "What kind of news it is." },
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident that it is about." },
      data: { type: Schema.types.string, title: "Data", description: "The news itself, as JSON." },
      is_alone: {
        type: Schema.types.boolean,
        title: "Alone",
        description: "Whether no step follows that could ask or offer what comes of it.",
      },
    },
    required: ["delivery_id", "sequence", "kind", "incident_id", "data"],
  },
  output_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident that it was about." },
      offer_alert_ids: {
        type: Schema.types.string,
        title: "Alerts to offer",
        description:
          "Later alerts that people are to be asked about, as a JSON list of ids; empty where there are none.",
      },
      offer_up_to: {
        type: Schema.types.string,
        title: "Up to",
        description: "How many later alerts the incident has had.",
      },
      ask_incident_id: {
        type: Schema.types.string,
        title: "Incident to ask about",
        description: "An undecided triage whose question is to be asked anew; empty where there is none.",
      },
      active_incident_id: {
        type: Schema.types.string,
        title: "Active incident",
        description: "An active incident whose controls are to be offered; empty where there is none.",
      },
      delivery_id: {
        type: Schema.types.string,
        title: "Delivery",
        description: "The delivery that is still to be confirmed; empty where it was.",
      },
      sequence: {
        type: Schema.types.string,
        title: "Sequence",
        description: "The delivery's place among those of its incident.",
      },
    },
    required: [
      "incident_id",
      "offer_alert_ids",
      "offer_up_to",
      "ask_incident_id",
      "active_incident_id",
      "delivery_id",
      "sequence",
    ],
  },
});
