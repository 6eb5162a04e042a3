import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { AskAgainWorkflow } from "../workflows/ask_again.ts";

/** Its URL is ASK_AGAIN_LINK_URL; the card's button fills in the incident. */
const trigger: Trigger<typeof AskAgainWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Ask again",
  description: "Asks again whether it is an incident.",
  workflow: "#/workflows/ask_again",
  inputs: {
    incident_id: { customizable: true },
    user_id: { value: TriggerContextData.Shortcut.user_id },
  },
};

export default trigger;
