import { z } from "zod";
import { id, json, method, type Method, type MethodContext } from "../method.ts";
import { findExecution } from "../platform.ts";
import { FOREIGN_COMPLETION_ERROR } from "../strictness.ts";

/** Only a step's own token may end it; the app's bot token belongs to no step. */
function refusal(execution: string, { platform, caller }: MethodContext): string | undefined {
  if (!findExecution(platform, execution)) return "function_execution_not_found";
  return caller.execution === execution ? undefined : FOREIGN_COMPLETION_ERROR;
}

export const FUNCTION_METHODS: Readonly<Record<string, Method>> = {
  "functions.completeSuccess": method(
    3,
    [],
    z.object({ function_execution_id: id, outputs: json(z.record(z.string(), z.unknown())) }),
    (args, context) => {
      const error = refusal(args.function_execution_id, context);
      if (error !== undefined) return { error };
      const { messages, ...answer } = context.runs.succeed(args.function_execution_id, args.outputs);
      return messages ? { ...answer, response_metadata: { messages } } : answer;
    },
  ),
  "functions.completeError": method(
    3,
    [],
    z.object({ function_execution_id: id, error: z.string().min(1) }),
    (args, context) => {
      const error = refusal(args.function_execution_id, context);
      return error !== undefined ? { error } : context.runs.fail(args.function_execution_id, args.error);
    },
  ),
};
