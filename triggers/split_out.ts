import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { SplitOutWorkflow } from "../workflows/split_out.ts";

/** Its URL is SPLIT_LINK_URL; the card's button fills in the incident. */
const trigger: Trigger<typeof SplitOutWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Give it its own channel",
  description: "Moves an incident out of a storm's shared channel.",
  workflow: "#/workflows/split_out",
  inputs: {
    incident_id: { customizable: true },
    user_id: { value: TriggerContextData.Shortcut.user_id },
  },
};

export default trigger;
