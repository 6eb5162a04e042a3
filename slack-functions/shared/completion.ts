import type { Slack } from "./slack.ts";

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
