import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const UndoTriageDefinition = DefineFunction({
  callback_id: "undo_triage",
  title: "Take a decision back",
  description:
    "Undoes a dismissal or a merge, reopens a resolved incident, or takes alerts off an open one; PagerDuty is told what was chosen.",
  source_file: "slack-functions/undo_triage/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident; where it is empty the step does nothing.",
        hint: "Take the output of the step that showed the form.",
      },
      command: { type: Schema.types.string, title: "Command", description: "undo, reopen or detach." },
      done_by: { type: Schema.types.string, title: "Done by", description: "The Slack user who asked for it." },
      done_at: {
        type: Schema.types.string,
        title: "Done at",
        description: "When, in ISO 8601; now where it is left empty.",
      },
      request_id: {
        type: Schema.types.string,
        title: "Request",
        description: "Identifies this request, so that it is applied once.",
      },
      in_pagerduty: {
        type: Schema.types.string,
        title: "In PagerDuty",
        description:
          "What becomes of alerts that were resolved: leave (also where it is left empty), acknowledge or page.",
      },
      alerts: {
        type: Schema.types.string,
        title: "Alerts",
        description: "The alerts to take off an open incident, as a JSON list of ids.",
      },
    },
    required: ["incident_id", "command"],
  },
  output_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident in triage",
        description: "The incident if it is in triage again and is to be decided anew, else empty.",
      },
      active_incident_id: {
        type: Schema.types.string,
        title: "Active incident",
        description: "The incident if it is active again, else empty.",
      },
      status: {
        type: Schema.types.string,
        title: "Status",
        description: "triage, active or detached; none where nothing was done.",
      },
    },
    required: ["incident_id", "active_incident_id", "status"],
  },
});
