import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const OpenTriageDefinition = DefineFunction({
  callback_id: "open_triage",
  title: "Open a triage channel",
  description: "Creates the incident's channel with its card, and invites the people who are being paged.",
  source_file: "slack-functions/open_triage/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident's permanent key; the same key never opens a second channel.",
        hint: "Use a value of your own that stays the same when the workflow is repeated.",
      },
      number: {
        type: Schema.types.string,
        title: "Number",
        description: "The incident's short number, as people will call it.",
      },
      title: { type: Schema.types.string, title: "Title", description: "What failed, in one line." },
      service_id: {
        type: Schema.types.string,
        title: "Service key",
        description: "PagerDuty's id of the service that failed; any stable key where there is none.",
      },
      service_name: {
        type: Schema.types.string,
        title: "Service",
        description: "The name of the service that failed.",
      },
      opened_at: {
        type: Schema.types.string,
        title: "Opened at",
        description: "When it began, in ISO 8601; now where it is left empty.",
      },
      window_closes_at: {
        type: Schema.types.string,
        title: "Window closes at",
        description: "Until when later alerts of the service join this incident, in ISO 8601.",
      },
      alert: {
        type: Schema.types.string,
        title: "Alert",
        description: "The PagerDuty alert that opened it, as the companion describes it; empty where there is none.",
      },
      reopened_from: {
        type: Schema.types.string,
        title: "Reopened from",
        description: "The closed incident whose alert PagerDuty reopened; empty for every other triage.",
      },
      description: {
        type: Schema.types.string,
        title: "What is seen",
        description: "What people notice, in their own words.",
      },
      started_by: {
        type: Schema.slack.types.user_id,
        title: "Started by",
        description: "Who started the triage by hand.",
      },
      delivery_id: {
        type: Schema.types.string,
        title: "Delivery",
        description: "The companion's delivery, which is confirmed when the channel is there.",
      },
      sequence: {
        type: Schema.types.string,
        title: "Sequence",
        description: "The delivery's place among those of its incident.",
      },
      if_known: {
        type: Schema.types.string,
        title: "Only if it is known",
        description: "yes to open nothing that is not there yet, for an alert that is over by now.",
      },
      storm: {
        type: Schema.types.string,
        title: "Storm",
        description:
          "The storm that it belongs to, as the companion describes it; empty where it gets its own channel.",
      },
    },
    required: ["incident_id", "title", "service_name"],
  },
  output_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident's key; empty where nothing was opened, and the following steps then do nothing.",
      },
      channel_id: {
        type: Schema.types.string,
        title: "Channel",
        description: "The id of the triage channel.",
      },
    },
    required: ["incident_id", "channel_id"],
  },
});
