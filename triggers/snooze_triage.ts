import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { SnoozeTriageWorkflow } from "../workflows/snooze_triage.ts";

/** Its URL is SNOOZE_LINK_URL; the buttons fill in the incident. */
const trigger: Trigger<typeof SnoozeTriageWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Snooze",
  description: "Puts the reminders of an undecided triage off.",
  workflow: "#/workflows/snooze_triage",
  inputs: {
    incident_id: { customizable: true },
    user_id: { value: TriggerContextData.Shortcut.user_id },
    interactivity: { value: TriggerContextData.Shortcut.interactivity },
  },
};

export default trigger;
