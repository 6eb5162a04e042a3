/**
 * What nobody could look up about Slack and PagerDuty, and what we assume instead. Each lives here alone: when one turns
 * out differently, this is the file to change. The product and the sandbox both read it.
 */
import { HOUR, MINUTE, SECOND } from "./time.ts";

/** Documented: a string input of a webhook trigger holds at most this many bytes of UTF-8. */
export const TRIGGER_STRING_MAX_BYTES = 4_000;
/** Unknown: the size of a whole webhook trigger body. */
export const TRIGGER_BODY_MAX_BYTES = 16_000;
/** Unknown: how fast one trigger URL may be called. About one request a second, sustained. */
export const TRIGGER_INTERVAL_MS = 1 * SECOND;
/** Unknown: how many calls of one trigger URL may follow each other at once before the interval above applies. */
export const TRIGGER_BURST = 5;
/** Unknown: the status of a webhook trigger that refuses its inputs. The strict reading is a 4xx; a 200 with ok: false counts alike. */
export const TRIGGER_REFUSAL_STATUS = 400;

/** Documented: how long a function's main handler may take when deployed. */
export const MAIN_HANDLER_LIMIT_MS = 60 * SECOND;
/** Documented: how long a handler of a click, a suggestion or a submission may take. */
export const INTERACTION_LIMIT_MS = 10 * SECOND;
/** Documented ("about"): a pointer opens one view, once, within this time. */
export const POINTER_LIFETIME_MS = 3 * SECOND;
/** Said by Slack's staff: a step's token dies this long after it was issued, or when the step completes. */
export const STEP_TOKEN_LIFETIME_MS = 15 * MINUTE;
/** Unknown: how long an open execution lives. Nothing essential depends on a button living past a day. */
export const OPEN_EXECUTION_LIFETIME_MS = 24 * HOUR;

/** Unknown: how old a read of a datastore may be. Whoever draws from one looks again after this. */
export const STALE_READ_MS = 400;

/** Not before this is an unconfirmed delivery sent again: cold starts of workflows have been seen to take 11 s. */
export const CONFIRMATION_PATIENCE_MS = 3 * MINUTE;
export const CONFIRMATION_ATTEMPTS = 3;
/** A decision that is known but was not applied within this is sent again as a signal. */
export const DECISION_PATIENCE_MS = 60 * SECOND;

/** Inferred: PagerDuty's alerts of an incident may be missing right at `incident.triggered`; look again after these. */
export const ALERT_DETAILS_RETRY_MS = [1 * SECOND, 3 * SECOND] as const;
/** Unknown: the length limit of a PagerDuty note. */
export const PAGERDUTY_NOTE_MAX_LENGTH = 2_000;
/** PagerDuty retries a webhook for 48 h; ids are remembered longer than that. */
export const WEBHOOK_MEMORY_MS = 72 * HOUR;
