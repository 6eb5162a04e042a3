import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const ExplainAlertDefinition = DefineFunction({
  callback_id: "explain_alert",
  title: "Explain how alerts were handled",
  description: "Shows what was done with an alert, by which rule, and what would have made it come out otherwise.",
  source_file: "slack-functions/explain_alert/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident whose alerts are explained; empty where a link is given.",
      },
      pagerduty_link: {
        type: Schema.types.string,
        title: "PagerDuty incident",
        description: "Its link, id or number.",
      },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who wants to know." },
      interactivity: {
        type: Schema.slack.types.interactivity,
        title: "Interactivity",
        description: "The press, which allows the answer to be shown.",
      },
    },
    required: ["user_id", "interactivity"],
  },
  output_parameters: {
    properties: {
      shown: { type: Schema.types.string, title: "Shown", description: "modal, message, or closed by the person." },
    },
    required: ["shown"],
  },
});
