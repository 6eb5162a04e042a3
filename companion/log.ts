import { type DestinationStream, type Logger, pino } from "pino";

/**
 * Lines of JSON on standard output: a dotted name in the past tense and ids, never bodies, tokens, signatures or titles.
 * Errors are cut to their name and message, since some carry requests with their headers.
 */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

export function createLog(level: string, destination?: DestinationStream): Log {
  const options = { level, base: { service: "pager-triage" } };
  return destination ? pino(options, destination) : pino(options);
}

/** What of something thrown may be logged. */
export function problemIn(thrown: unknown): { readonly problem: string } {
  return { problem: thrown instanceof Error ? `${thrown.name}: ${thrown.message}`.slice(0, 300) : "unknown" };
}
