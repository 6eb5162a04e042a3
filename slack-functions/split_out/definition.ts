import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const SplitOutDefinition = DefineFunction({
  callback_id: "split_out",
  title: "Give an incident its own channel",
  description: "Moves an incident that shares a storm's channel to a channel of its own, linked with the old one.",
  source_file: "slack-functions/split_out/handler.ts",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident to move." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who pressed the button." },
    },
    required: ["incident_id", "user_id"],
  },
  output_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident, if it was moved; empty where nothing was done.",
      },
    },
    required: ["incident_id"],
  },
});
