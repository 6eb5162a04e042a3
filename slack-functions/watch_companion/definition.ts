import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const WatchCompanionDefinition = DefineFunction({
  callback_id: "watch_companion",
  title: "Watch the companion",
  description:
    "Hands over what waits for the companion, and says in the triage feed when it is silent and when it is back.",
  source_file: "slack-functions/watch_companion/handler.ts",
  input_parameters: { properties: {}, required: [] },
  output_parameters: {
    properties: {
      answered: {
        type: Schema.types.boolean,
        title: "Answered",
        description: "Whether the companion answered.",
      },
    },
    required: ["answered"],
  },
});
