import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { UndoTriageWorkflow } from "../workflows/undo_triage.ts";

/** Its URL is UNDO_LINK_URL; the buttons fill in the incident. */
const trigger: Trigger<typeof UndoTriageWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Take a decision back",
  description: "Undoes a dismissal or a merge, or reopens an incident.",
  workflow: "#/workflows/undo_triage",
  inputs: {
    incident_id: { customizable: true },
    user_id: { value: TriggerContextData.Shortcut.user_id },
    interactivity: { value: TriggerContextData.Shortcut.interactivity },
  },
};

export default trigger;
