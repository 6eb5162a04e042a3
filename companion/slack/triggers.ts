/** The only file that knows Slack's client of webhook triggers. */
import { WebhookTrigger, WebhookTriggerHTTPError } from "@slack/webhook";
import { MINUTE, SECOND } from "../../core/time.ts";

export type TriggerOutcome =
  | { readonly outcome: "accepted" }
  /** Slack said no: for good where what was sent is wrong, else perhaps only now. */
  | { readonly outcome: "refused"; readonly problem: string; readonly isFinal: boolean }
  | { readonly outcome: "unreachable"; readonly problem: string; readonly retryAfterMs?: number }
  /** No answer came, though Slack may have taken it. */
  | { readonly outcome: "unknown"; readonly problem: string };

/** Calls one trigger of the Slack app. Never throws; problems name no address, since the address is a secret. */
export type SendToTrigger = (values: Readonly<Record<string, string>>) => Promise<TriggerOutcome>;

const TIMEOUT_MS = 10_000;
/** Slack may name any time to wait; alerts are not kept from people for longer than this at a time. */
const LONGEST_WAIT_MS = 5 * MINUTE;

export function createTrigger(url: string, timeoutMs = TIMEOUT_MS): SendToTrigger {
  return async (values) => {
    let retryAfterMs: number | undefined;
    // Slack's client hides the headers of an error, and with them how long Slack asks us to wait.
    const trigger = new WebhookTrigger(url, {
      timeout: timeoutMs,
      fetch: async (input, init) => {
        // Followed, a redirect would take the alert to an address that nobody configured.
        const response = await fetch(input, { ...init, redirect: "manual" });
        const seconds = response.headers.get("retry-after");
        if (seconds && /^\d{1,6}$/.test(seconds)) retryAfterMs = Math.min(Number(seconds) * SECOND, LONGEST_WAIT_MS);
        return response;
      },
    });
    try {
      const answer = await trigger.send({ ...values });
      // A bare "ok" of JSON is no object and counts as success like an empty body.
      if (typeof answer !== "object" || answer === null || answer.ok !== false) return { outcome: "accepted" };
      return refusal("Slack refused", wordOf(answer.error));
    } catch (thrown) {
      return outcomeOf(thrown, retryAfterMs);
    }
  };
}

function outcomeOf(thrown: unknown, retryAfterMs: number | undefined): TriggerOutcome {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (!(thrown instanceof WebhookTriggerHTTPError)) {
    if (!neverLeft(thrown)) return { outcome: "unknown", problem: "Slack did not answer." };
    return { outcome: "unreachable", problem: "Slack could not be reached.", ...wait };
  }
  const status = thrown.statusCode;
  if (status === 429 || status >= 500) return { outcome: "unreachable", problem: `Slack answered ${status}.`, ...wait };
  return refusal(`Slack answered ${status}`, errorIn(thrown.body));
}

/** A trigger that is missing or switched off, or an error of Slack's own, may be mended while we wait. */
function refusal(said: string, word: string): TriggerOutcome {
  const isFinal = word === "parameter_validation_failed" || word.startsWith("invalid_");
  return { outcome: "refused", problem: `${said}: ${word}`, isFinal };
}

const NO_CONNECTION = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Whether there was no connection, so that Slack cannot have taken it. The reason lies some causes deep. */
function neverLeft(thrown: unknown): boolean {
  for (let cause = thrown; cause instanceof Error; cause = cause.cause) {
    const causes = cause instanceof AggregateError ? [cause, ...(cause.errors as unknown[])] : [cause];
    if (causes.some((one) => one instanceof Error && "code" in one && NO_CONNECTION.has(String(one.code)))) return true;
  }
  return false;
}

function errorIn(body: unknown): string {
  try {
    const parsed: unknown = JSON.parse(String(body));
    return wordOf(typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "error") : undefined);
  } catch {
    return "no reason given";
  }
}

/** Slack's errors are words such as parameter_validation_failed; anything else is not repeated. */
function wordOf(error: unknown): string {
  return typeof error === "string" && /^[a-z0-9_]{1,60}$/.test(error) ? error : "no reason given";
}
