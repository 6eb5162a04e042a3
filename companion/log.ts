import { type DestinationStream, type Logger, pino } from "pino";
import { redactSecrets } from "../core/redaction.ts";

/**
 * Lines of JSON on standard output: a dotted name in the past tense and ids, never bodies, tokens, signatures or titles.
 * Errors are cut to their name and message, since some carry requests with their headers.
 */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/** @param secrets texts that are taken out of every line, should a message of somebody else's repeat one */
export function createLog(level: string, secrets: readonly string[], destination?: DestinationStream): Log {
  const known = secrets.filter((secret) => secret !== "").toSorted((one, other) => other.length - one.length);
  const withoutKnown = (line: string): string =>
    known.reduce((rest, secret) => rest.replaceAll(JSON.stringify(secret).slice(1, -1), "[removed]"), line);
  const options = { level, base: { service: "pager-triage" }, hooks: { streamWrite: withoutKnown } };
  return destination ? pino(options, destination) : pino(options);
}

/** What of something thrown may be logged. */
export function problemIn(thrown: unknown): { readonly problem: string } {
  const problem = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "unknown";
  return { problem: redactSecrets(problem.slice(0, 1_000)).slice(0, 300) };
}
