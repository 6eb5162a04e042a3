import { TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import { HOUR } from "../core/time.ts";
import { currentTime } from "../slack-functions/shared/clock.ts";
import type { WatchCompanionWorkflow } from "../workflows/watch_companion.ts";

const trigger: Trigger<typeof WatchCompanionWorkflow.definition> = {
  type: TriggerTypes.Scheduled,
  name: "Watch the companion",
  description: "Looks every hour whether the companion answers.",
  workflow: "#/workflows/watch_companion",
  inputs: {},
  schedule: {
    // Slack wants a time to come; the first look is an hour after the trigger was created.
    start_time: new Date(currentTime({}) + HOUR).toISOString(),
    timezone: "UTC",
    frequency: { type: "hourly", repeats_every: 1 },
  },
};

export default trigger;
