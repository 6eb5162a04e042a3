import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { ApplySignalDefinition } from "../slack-functions/apply_signal/definition.ts";

/**
 * News after which nothing is asked. Slack completes some 50 steps of an app a minute, and a run of "Update an incident"
 * has six, whether they have anything to do or not: with the news of a storm in runs of one step, the questions get through.
 */
export const HandleNewsWorkflow = DefineWorkflow({
  callback_id: "handle_news",
  title: "Update a card",
  description: "Brings an incident's card and record up to date with what the companion reports.",
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

const { inputs } = HandleNewsWorkflow;
HandleNewsWorkflow.addStep(ApplySignalDefinition, {
  delivery_id: inputs.delivery_id,
  sequence: inputs.sequence,
  kind: inputs.kind,
  incident_id: inputs.incident_id,
  data: inputs.data,
  is_alone: true,
});
