import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { StartTriageWorkflow } from "../workflows/start_triage.ts";

/** Shown in Slack's shortcuts menu, and wherever its URL is posted or bookmarked. */
const trigger: Trigger<typeof StartTriageWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Start triage",
  description: "Something fails and nobody was paged: open a triage channel.",
  workflow: "#/workflows/start_triage",
  inputs: {
    interactivity: { value: TriggerContextData.Shortcut.interactivity },
    user_id: { value: TriggerContextData.Shortcut.user_id },
  },
};

export default trigger;
