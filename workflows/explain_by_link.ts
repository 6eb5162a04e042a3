import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { ExplainAlertDefinition } from "../slack-functions/explain_alert/definition.ts";

/** A shortcut for an alert that has no card, or none that anybody finds. */
export const ExplainByLinkWorkflow = DefineWorkflow({
  callback_id: "explain_by_link",
  title: "Why was this alert handled like this?",
  description: "Takes a PagerDuty incident's link and says what was done with it and why.",
  input_parameters: {
    properties: {
      interactivity: {
        type: Schema.slack.types.interactivity,
        title: "Interactivity",
        description: "The press, which allows the form to be opened.",
      },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who wants to know." },
    },
    required: ["interactivity", "user_id"],
  },
});

const { inputs } = ExplainByLinkWorkflow;
const form = ExplainByLinkWorkflow.addStep(Schema.slack.functions.OpenForm, {
  title: "Why this alert?",
  description: "Says what was done with a PagerDuty incident, by which rule, and what would have changed it.",
  submit_label: "Explain",
  interactivity: inputs.interactivity,
  fields: {
    elements: [
      {
        name: "link",
        title: "PagerDuty incident",
        description: "Its link, for example https://acme.pagerduty.com/incidents/Q1ABC; its id or number will do.",
        type: Schema.types.string,
        maxLength: 500,
      },
    ],
    required: ["link"],
  },
});
ExplainByLinkWorkflow.addStep(ExplainAlertDefinition, {
  pagerduty_link: form.outputs.fields.link,
  user_id: inputs.user_id,
  interactivity: form.outputs.interactivity,
});
