/** How a method of the Web API is written: what it needs, what it takes, what it does. */
import { z } from "zod";
import type { Caller } from "./credentials.ts";
import type { Platform } from "./platform.ts";
import type { Runs } from "./runs.ts";

export interface MethodContext {
  readonly platform: Platform;
  readonly runs: Runs;
  readonly caller: Caller;
}

/** Slack's answer without its `ok`: with `error` the call failed. */
export type Answer = Readonly<Record<string, unknown>> & { readonly error?: string };

/** Calls a minute: 1, 20, 50 and 100; "post" is one a second for each channel. */
export type Tier = 1 | 2 | 3 | 4 | "post";

export interface Method {
  readonly tier: Tier;
  /** One of these is needed; none for methods that every token may call. */
  readonly scopes: readonly string[];
  run(args: unknown, context: MethodContext): Answer | readonly string[];
}

/** A method from its schema; arguments that do not fit are answered with what is wrong instead of being run. */
export function method<Schema extends z.ZodType>(
  tier: Tier,
  scopes: readonly string[],
  schema: Schema,
  act: (args: z.infer<Schema>, context: MethodContext) => Answer,
): Method {
  return {
    tier,
    scopes,
    run(args, context) {
      const parsed = schema.safeParse(args);
      if (parsed.success) return act(parsed.data, context);
      return parsed.error.issues.map((issue) => `[ERROR] ${issue.message} [json-pointer:/${issue.path.join("/")}]`);
    },
  };
}

function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Forms carry objects and arrays as JSON text; JSON bodies carry them as they are. */
export const json = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(fromJson, schema);
export const flag = z.preprocess(
  (value) => (value === "true" || value === "1" ? true : value === "false" || value === "0" ? false : value),
  z.boolean(),
);
export const wholeNumber = z.preprocess((value) => (typeof value === "string" ? Number(value) : value), z.int());
export const text = z.string();
/** An identifier that must be there. */
export const id = z.string().min(1);
