/**
 * Slack's SDK for the simulation: the real one, but that a function calls the simulated Slack. The SDK makes its own
 * client for every call, over HTTP; here the client comes with the call.
 */
import { SlackFunction as RealSlackFunction } from "@slack/deno-slack-sdk";

export * from "@slack/deno-slack-sdk";

/** What the simulation adds to the context of a call. */
export interface SimulatedContext {
  readonly apiCall: (method: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;
}

type Handler = (context: SimulatedContext) => unknown;
type Registered = Record<string, (...values: unknown[]) => unknown>;

const ADDERS = [
  "addBlockActionsHandler",
  "addBlockSuggestionHandler",
  "addViewSubmissionHandler",
  "addViewClosedHandler",
  "addUnhandledEventHandler",
] as const;

function withClient(handler: Handler): Handler {
  return (context) => handler({ ...context, client: { apiCall: context.apiCall } } as SimulatedContext);
}

export function SlackFunction(definition: unknown, handler: Handler): unknown {
  const make = RealSlackFunction as unknown as (definition: unknown, handler: Handler) => Registered;
  const registered = make(definition, withClient(handler));
  for (const name of ADDERS) {
    const add = registered[name];
    registered[name] = (...values) => {
      const own = values.pop() as Handler;
      return add?.(...values, withClient(own));
    };
  }
  return registered;
}
