import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { SnoozeTriageDefinition } from "../slack-functions/snooze_triage/definition.ts";

/** Started by the button of the card or of a reminder. */
export const SnoozeTriageWorkflow = DefineWorkflow({
  callback_id: "snooze_triage",
  title: "Snooze",
  description: "Puts the reminders of an undecided triage off.",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The undecided triage." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who pressed the button." },
      interactivity: {
        type: Schema.slack.types.interactivity,
        title: "Interactivity",
        description: "The press, which allows the form to be opened.",
      },
    },
    required: ["incident_id", "user_id", "interactivity"],
  },
});

const { inputs } = SnoozeTriageWorkflow;
const form = SnoozeTriageWorkflow.addStep(Schema.slack.functions.OpenForm, {
  title: "Snooze",
  description: "The page goes on as it is. Reminders begin earlier if PagerDuty pages somebody anew.",
  submit_label: "Snooze",
  interactivity: inputs.interactivity,
  fields: {
    elements: [
      {
        name: "until",
        title: "Remind nobody for",
        type: Schema.types.string,
        enum: ["30m", "1h", "4h", "morning"],
        choices: [
          { value: "30m", title: "30 minutes" },
          { value: "1h", title: "1 hour" },
          { value: "4h", title: "4 hours" },
          { value: "morning", title: "Until 9:00 in the morning" },
        ],
        default: "30m",
      },
    ],
    required: ["until"],
  },
});
SnoozeTriageWorkflow.addStep(SnoozeTriageDefinition, {
  incident_id: inputs.incident_id,
  user_id: inputs.user_id,
  until: form.outputs.fields.until,
});
