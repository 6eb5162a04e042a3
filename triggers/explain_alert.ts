import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { ExplainAlertWorkflow } from "../workflows/explain_alert.ts";

/** Its URL is WHY_LINK_URL; the card's button fills in the incident. */
const trigger: Trigger<typeof ExplainAlertWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Why?",
  description: "Says why an incident's alerts were handled as they were.",
  workflow: "#/workflows/explain_alert",
  inputs: {
    incident_id: { customizable: true },
    user_id: { value: TriggerContextData.Shortcut.user_id },
    interactivity: { value: TriggerContextData.Shortcut.interactivity },
  },
};

export default trigger;
