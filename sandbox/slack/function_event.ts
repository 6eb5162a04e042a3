import { APP, TEAM } from "../seed.ts";
import { mintToken } from "./credentials.ts";
import type { Platform } from "./platform.ts";
import type { Run, Step, Values } from "./state.ts";

function parameterList(parameters: {
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
}) {
  return Object.entries(parameters.properties).map(([name, parameter]) => ({
    ...parameter,
    name,
    is_required: parameters.required.includes(name),
  }));
}

/** The event that tells a function to begin, in the shape recorded from Slack. */
export function functionExecuted(platform: Platform, run: Run, step: Step, execution: string): Values {
  const callbackId = step.functionId.replace(/^#\/functions\//, "");
  const definition = platform.app.manifest.functions[callbackId];
  const seconds = Math.floor(platform.deps.clock.now() / 1_000);
  return {
    token: "sandbox-verification",
    team_id: TEAM.id,
    api_app_id: APP.id,
    type: "event_callback",
    event_id: platform.deps.id("Ev"),
    event_time: seconds,
    event: {
      type: "function_executed",
      function: {
        id: `Fn${callbackId.toUpperCase().replace(/[^A-Z0-9]/g, "")}`,
        callback_id: callbackId,
        title: definition?.title ?? callbackId,
        description: definition?.description ?? "",
        type: "app",
        input_parameters: definition ? parameterList(definition.input_parameters) : [],
        output_parameters: definition ? parameterList(definition.output_parameters) : [],
        app_id: APP.id,
        date_created: seconds,
        date_updated: seconds,
        date_deleted: 0,
      },
      inputs: step.inputs,
      function_execution_id: execution,
      workflow_execution_id: run.id,
      event_ts: `${seconds}.000100`,
      bot_access_token: mintToken(platform, execution),
    },
  };
}
