import type { SlackAPIClient } from "deno-slack-api/types.ts";
import { MAIN_HANDLER_LIMIT_MS } from "../../core/assumptions.ts";
import { SECOND } from "../../core/time.ts";
import { tick } from "./clock.ts";
import { createSlack, type Slack } from "./slack.ts";

/**
 * "taken": the step was completed before, by this person or another one.
 * "failed": Slack did not take it; the step is open as it was, so whoever pressed may press again.
 */
export type Completion = "completed" | "taken" | "failed";

const OVER: readonly string[] = ["execution_not_in_running_state", "function_execution_not_found"];
const ATTEMPTS = 2;

/** Completes an open step from a click or a form. That can happen once, and the step's token dies with it. */
export async function completeStep(
  slack: Slack,
  executionId: string,
  outputs: Readonly<Record<string, string>>,
): Promise<Completion> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await slack.call("functions.completeSuccess", { function_execution_id: executionId, outputs });
    if (answer.ok) return "completed";
    if (OVER.includes(answer.error ?? "")) return "taken";
    if (attempt === ATTEMPTS) return "failed";
  }
}

interface Invocation {
  readonly client: SlackAPIClient;
  readonly event: { readonly function_execution_id: string };
}

interface StepAnswer {
  readonly completed?: boolean;
  readonly outputs?: object;
  readonly error?: string;
}

/** Kept free at the end of the time that a main handler has. */
const RESERVE_MS = 5 * SECOND;

/**
 * A main handler whose step is completed here. Slack's runtime would do it with one call and not look at the answer: told
 * to wait, which comes soon where many steps end within a minute (functions.completeSuccess is a method of tier 3), it would
 * leave the step open for ever. What cannot be completed here is left to the runtime.
 */
export function completing<Context extends Invocation, Answer extends StepAnswer>(
  handler: (context: Context) => Promise<Answer>,
): (context: Context) => Promise<Answer | { completed: false }> {
  return async (context) => {
    const began = tick();
    const answer = await handler(context);
    if (answer.completed === false) return answer;
    const left = MAIN_HANDLER_LIMIT_MS - RESERVE_MS - (tick() - began);
    const slack = createSlack(context.client, pause, left);
    const execution = { function_execution_id: context.event.function_execution_id };
    const said = answer.error
      ? await slack.call("functions.completeError", { ...execution, error: answer.error })
      : await slack.call("functions.completeSuccess", { ...execution, outputs: answer.outputs ?? {} });
    return said.ok || OVER.includes(said.error ?? "") ? { completed: false } : answer;
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
