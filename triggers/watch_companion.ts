import { TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { WatchCompanionWorkflow } from "../workflows/watch_companion.ts";

const HOUR_MS = 3_600_000;

const trigger: Trigger<typeof WatchCompanionWorkflow.definition> = {
  type: TriggerTypes.Scheduled,
  name: "Watch the companion",
  description: "Looks every hour whether the companion answers.",
  workflow: "#/workflows/watch_companion",
  inputs: {},
  schedule: {
    // Slack wants a time to come; the first look is an hour after the trigger was created.
    start_time: new Date(Date.now() + HOUR_MS).toISOString(),
    timezone: "UTC",
    frequency: { type: "hourly", repeats_every: 1 },
  },
};

export default trigger;
