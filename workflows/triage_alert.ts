import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { OpenTriageDefinition } from "../slack-functions/open_triage/definition.ts";
import { addTriageSteps } from "./triage_steps.ts";

/** One run is one triage: started by the companion for an alert. */
export const TriageAlertWorkflow = DefineWorkflow({
  callback_id: "triage_alert",
  title: "Triage an alert",
  description: "Opens a triage channel for a PagerDuty alert, asks whether it is an incident, and applies the answer.",
  input_parameters: {
    properties: {
      delivery_id: { type: Schema.types.string, title: "Delivery", description: "The companion's delivery." },
      sequence: { type: Schema.types.string, title: "Sequence", description: "Its place among its incident's." },
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident's permanent key." },
      number: { type: Schema.types.string, title: "Number", description: "The incident's short number." },
      title: { type: Schema.types.string, title: "Title", description: "What failed." },
      service_id: { type: Schema.types.string, title: "Service key", description: "PagerDuty's id of the service." },
      service_name: { type: Schema.types.string, title: "Service", description: "The service that failed." },
      opened_at: { type: Schema.types.string, title: "Opened at", description: "When it began, in ISO 8601." },
      window_closes_at: {
        type: Schema.types.string,
        title: "Window closes at",
        description: "Until when later alerts join, in ISO 8601.",
      },
      alert: { type: Schema.types.string, title: "Alert", description: "The alert that opened it, as JSON." },
      reopened_from: {
        type: Schema.types.string,
        title: "Reopened from",
        description: "The closed incident whose alert PagerDuty reopened; empty for every other triage.",
      },
      if_known: {
        type: Schema.types.string,
        title: "Only if it is known",
        description: "yes where nothing is to be opened anew, since the alert is over; else empty.",
      },
      storm: { type: Schema.types.string, title: "Storm", description: "The storm that it belongs to, as JSON." },
    },
    required: [
      "delivery_id",
      "sequence",
      "incident_id",
      "number",
      "title",
      "service_id",
      "service_name",
      "opened_at",
      "window_closes_at",
      "alert",
      "reopened_from",
      "if_known",
      "storm",
    ],
  },
});

const { inputs } = TriageAlertWorkflow;
const opened = TriageAlertWorkflow.addStep(OpenTriageDefinition, {
  delivery_id: inputs.delivery_id,
  sequence: inputs.sequence,
  incident_id: inputs.incident_id,
  number: inputs.number,
  title: inputs.title,
  service_id: inputs.service_id,
  service_name: inputs.service_name,
  opened_at: inputs.opened_at,
  window_closes_at: inputs.window_closes_at,
  alert: inputs.alert,
  reopened_from: inputs.reopened_from,
  if_known: inputs.if_known,
  storm: inputs.storm,
});
addTriageSteps(TriageAlertWorkflow, opened.outputs.incident_id);
