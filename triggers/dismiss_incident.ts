import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { DismissIncidentWorkflow } from "../workflows/dismiss_incident.ts";

/** Its URL is DISMISS_LINK_URL; the card's button fills in the incident. */
const trigger: Trigger<typeof DismissIncidentWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Not an incident",
  description: "Dismisses a triage that is no incident.",
  workflow: "#/workflows/dismiss_incident",
  inputs: {
    incident_id: { customizable: true },
    user_id: { value: TriggerContextData.Shortcut.user_id },
    interactivity: { value: TriggerContextData.Shortcut.interactivity },
  },
};

export default trigger;
