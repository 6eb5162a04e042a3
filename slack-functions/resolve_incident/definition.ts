import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const ResolveIncidentDefinition = DefineFunction({
  callback_id: "resolve_incident",
  title: "Resolve an incident and its alerts",
  description: "Closes the incident and has exactly the named alerts resolved in PagerDuty.",
  source_file: "slack-functions/resolve_incident/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident to resolve; where it is empty the step does nothing.",
        hint: "Take the output of an earlier step.",
      },
      resolved_by: { type: Schema.types.string, title: "Resolved by", description: "The Slack user who resolves it." },
      resolved_at: {
        type: Schema.types.string,
        title: "Resolved at",
        description: "When, in ISO 8601; now where it is left empty.",
      },
      request_id: {
        type: Schema.types.string,
        title: "Request",
        description: "Identifies this request, so that it is applied once.",
      },
      ticked_alerts: {
        type: Schema.types.string,
        title: "Ticked alerts",
        description: "The alerts to resolve in PagerDuty, as a JSON list of ids.",
      },
      unticked_alerts: {
        type: Schema.types.string,
        title: "Unticked alerts",
        description: "The alerts to set aside, as a JSON list of ids.",
      },
      summary: { type: Schema.types.string, title: "Summary", description: "What it was and what helped." },
      try_again: {
        type: Schema.types.string,
        title: "Try again",
        description:
          "yes to ask PagerDuty once more for what it refused of a closed incident; nothing else is done then.",
      },
    },
    required: ["incident_id"],
  },
  output_parameters: {
    properties: {
      status: { type: Schema.types.string, title: "Status", description: "resolved, or none where nothing was done." },
    },
    required: ["status"],
  },
});
