import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const ClaimTriageDefinition = DefineFunction({
  callback_id: "claim_triage",
  title: "Start triage by hand",
  description: "Shows what is already open for the service, then takes a number and the service's debounce window.",
  source_file: "slack-functions/claim_triage/handler.ts",
  input_parameters: {
    properties: {
      title: { type: Schema.types.string, title: "Title", description: "What failed, in one line." },
      service_name: {
        type: Schema.types.string,
        title: "Service",
        description: "The service that failed, by its name in PagerDuty.",
      },
      description: {
        type: Schema.types.string,
        title: "What is seen",
        description: "What people notice, in their own words.",
      },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who starts it." },
      interactivity: {
        type: Schema.slack.types.interactivity,
        title: "Interactivity",
        description: "The submitted form, which allows another one to be opened.",
      },
    },
    required: ["title", "service_name", "user_id", "interactivity"],
  },
  output_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident's key; empty where the person thought better of it.",
      },
      number: { type: Schema.types.string, title: "Number", description: "The incident's short number." },
      service_id: {
        type: Schema.types.string,
        title: "Service key",
        description: "PagerDuty's id of the service, or a key made of its name.",
      },
      service_name: {
        type: Schema.types.string,
        title: "Service",
        description: "The service's name as PagerDuty spells it.",
      },
      opened_at: { type: Schema.types.string, title: "Opened at", description: "When it was started, in ISO 8601." },
      window_closes_at: {
        type: Schema.types.string,
        title: "Window closes at",
        description:
          "Until when later alerts of the service join, in ISO 8601; empty where another incident holds the window.",
      },
    },
    required: ["incident_id", "number", "service_id", "service_name", "opened_at", "window_closes_at"],
  },
});
