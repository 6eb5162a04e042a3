import { DefineFunction, Schema } from "deno-slack-sdk/mod.ts";

export const OfferIncidentControlsDefinition = DefineFunction({
  callback_id: "offer_incident_controls",
  title: "Offer the incident's controls",
  description:
    "Posts a message with the controls of an active incident: take the lead, acknowledge the page, severity, update.",
  source_file: "slack-functions/offer_incident_controls/handler.ts",
  input_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The active incident; where it is empty the step does nothing.",
        hint: "Take the output of the step that applied the decision.",
      },
      active_incident_id: {
        type: Schema.types.string,
        title: "Or this incident",
        description: "Taken where the former is empty: an incident that is active without a decision in this run.",
      },
    },
    required: ["incident_id"],
  },
  output_parameters: {
    properties: {
      incident_id: {
        type: Schema.types.string,
        title: "Incident",
        description: "The incident whose controls were offered.",
      },
    },
    required: ["incident_id"],
  },
});
