import { DefineWorkflow, Schema } from "deno-slack-sdk/mod.ts";
import { SplitOutDefinition } from "../slack-functions/split_out/definition.ts";
import { addTriageSteps } from "./triage_steps.ts";

/** An incident of a storm gets a channel of its own, and the question is asked anew there. */
export const SplitOutWorkflow = DefineWorkflow({
  callback_id: "split_out",
  title: "Give it its own channel",
  description: "Moves an incident out of a storm's shared channel.",
  input_parameters: {
    properties: {
      incident_id: { type: Schema.types.string, title: "Incident", description: "The incident to move." },
      user_id: { type: Schema.slack.types.user_id, title: "Person", description: "Who pressed the button." },
    },
    required: ["incident_id", "user_id"],
  },
});

const moved = SplitOutWorkflow.addStep(SplitOutDefinition, {
  incident_id: SplitOutWorkflow.inputs.incident_id,
  user_id: SplitOutWorkflow.inputs.user_id,
});
addTriageSteps(SplitOutWorkflow, moved.outputs.incident_id);
