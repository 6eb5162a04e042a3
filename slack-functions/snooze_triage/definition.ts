import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const SnoozeTriageDefinition = DefineFunction({
  callback_id: "snooze_triage",
  title: "Put the reminders of a triage off",
  description: "Nobody is reminded of an undecided triage until then, unless PagerDuty pages somebody anew.",
  source_file: "slack-functions/snooze_triage/handler.ts",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The undecided triage." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who puts the reminders off." },
      until: {
        type: Schema.types.string,
        title: "Until",
        description: "30m, 1h, 4h, or morning for 9:00 in the person's own time zone.",
      },
    },
    required: ["incident_id", "user_id", "until"],
  },
  output_parameters: { properties: {}, required: [] },
});
