import { DefineWorkflow } from "deno-slack-sdk/mod.ts";
import { WatchCompanionDefinition } from "../slack-functions/watch_companion/definition.ts";

/** Started every hour by Slack itself, which is there when the companion is not. */
export const WatchCompanionWorkflow = DefineWorkflow({
  callback_id: "watch_companion",
  title: "Watch the companion",
  description: "Says in the triage feed when the companion is silent, and when it is back.",
  input_parameters: { properties: {}, required: [] },
});

WatchCompanionWorkflow.addStep(WatchCompanionDefinition, {});
