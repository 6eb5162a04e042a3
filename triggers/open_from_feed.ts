import { TriggerContextData, TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { OpenFromFeedWorkflow } from "../workflows/open_from_feed.ts";

/** Its URL is OPEN_LINK_URL; the line's button fills in the line and the alert. */
const trigger: Trigger<typeof OpenFromFeedWorkflow.definition> = {
  type: TriggerTypes.Shortcut,
  name: "Open triage",
  description: "Opens a triage for an alert of the feed.",
  workflow: "#/workflows/open_from_feed",
  inputs: {
    key: { customizable: true },
    alert_id: { customizable: true },
    user_id: { value: TriggerContextData.Shortcut.user_id },
  },
};

export default trigger;
