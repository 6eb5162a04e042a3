import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { AnswerLaterAlertDefinition } from "../slack-functions/answer_later_alert/definition.ts";
import { ApplySignalDefinition } from "../slack-functions/apply_signal/definition.ts";
import { OfferLaterAlertDefinition } from "../slack-functions/offer_later_alert/definition.ts";
import { addTriageSteps } from "./triage_steps.ts";

/** Everything that happens to a triage after it was opened, as the companion reports it. */
export const HandleSignalWorkflow = DefineWorkflow({
  callback_id: "handle_signal",
  title: "Update an incident",
  description:
    "Brings an incident up to date with what the companion reports, offers later alerts, and asks anew when nobody answers.",
  input_parameters: {
    properties: {
      delivery_id: { type: Schema.types.string, title: "Delivery", description: "The companion's delivery." },
      sequence: { type: Schema.types.string, title: "Sequence", description: "Its place among its incident's." },
      kind: { type: Schema.types.string, title: "Kind", description: "What kind of news it is." },
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident that it is about." },
      data: { type: Schema.types.string, title: "Data", description: "The news itself, as JSON." },
    },
    required: ["delivery_id", "sequence", "kind", "incident_id", "data"],
  },
});

const { inputs } = HandleSignalWorkflow;
const applied = HandleSignalWorkflow.addStep(ApplySignalDefinition, {
  delivery_id: inputs.delivery_id,
  sequence: inputs.sequence,
  kind: inputs.kind,
  incident_id: inputs.incident_id,
  data: inputs.data,
});
const offered = HandleSignalWorkflow.addStep(OfferLaterAlertDefinition, {
  incident_id: applied.outputs.incident_id,
  alert_ids: applied.outputs.offer_alert_ids,
  up_to: applied.outputs.offer_up_to,
  delivery_id: applied.outputs.delivery_id,
  sequence: applied.outputs.sequence,
});
HandleSignalWorkflow.addStep(AnswerLaterAlertDefinition, {
  incident_id: offered.outputs.incident_id,
  alert_ids: offered.outputs.alert_ids,
  shown_alert_ids: offered.outputs.shown_alert_ids,
  offer_ts: offered.outputs.offer_ts,
  up_to: offered.outputs.up_to,
  answer: offered.outputs.answer,
  answered_by: offered.outputs.answered_by,
  answered_at: offered.outputs.answered_at,
});
addTriageSteps(HandleSignalWorkflow, applied.outputs.ask_incident_id, {
  activeIncidentId: applied.outputs.active_incident_id,
});
