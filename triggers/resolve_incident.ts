import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { ResolveIncidentWorkflow } from "../workflows/resolve_incident.ts";

/** Its URL is RESOLVE_LINK_URL; the card's button fills in the incident. */
const trigger: Trigger<typeof ResolveIncidentWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Resolve incident",
  description: "Closes an incident and resolves its alerts in PagerDuty.",
  workflow: "#/workflows/resolve_incident",
  inputs: {
    incident_id: { customizable: true },
    user_id: { value: TriggerContextData.Shortcut.user_id },
    interactivity: { value: TriggerContextData.Shortcut.interactivity },
  },
};

export default trigger;
