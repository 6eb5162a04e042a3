import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { ExplainByLinkWorkflow } from "../workflows/explain_by_link.ts";

/** Shown in Slack's shortcuts menu, and wherever its URL is posted or bookmarked. */
const trigger: Trigger<typeof ExplainByLinkWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Why was this alert handled like this?",
  description: "Takes a PagerDuty incident's link and says what was done with it and why.",
  workflow: "#/workflows/explain_by_link",
  inputs: {
    interactivity: { value: TriggerContextData.Shortcut.interactivity },
    user_id: { value: TriggerContextData.Shortcut.user_id },
  },
};

export default trigger;
