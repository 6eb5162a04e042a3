import { isDeepStrictEqual } from "node:util";
import { ALERT_DETAILS_RETRY_MS } from "../../core/assumptions.ts";
import type { Attachment } from "../../core/attachment.ts";
import { recordOf, textOf } from "../../core/json.ts";
import type { PagedPerson } from "../../core/paging.ts";
import { recogniseAttachments, type RecogniserInput, sentryReference, withSentryIssue } from "../../core/recogniser.ts";
import type { OutboxRow } from "../jobs.ts";
import type { Log } from "../log.ts";
import type { Sentry } from "../sentry/client.ts";
import type { AlertFacts, Store, Transaction } from "../store/store.ts";
import { withKnownAddresses } from "../triage/alert_row.ts";
import { homeOf } from "../triage/home.ts";
import { announceAlert, type Unit } from "../triage/unit.ts";
import type { Ending, Finish } from "../work/lane.ts";
import type { Pagerduty } from "./client.ts";
import type { Addresses } from "./effects.ts";
import type { Failure } from "./failure.ts";

export interface DetailsDeps {
  readonly store: Store;
  readonly log: Log;
  readonly pagerduty: Pagerduty;
  readonly addresses: Addresses;
  /** Absent where no token is configured: the card then shows the bare link. */
  readonly sentry?: Sentry;
  /** Hosts beside sentry.io whose links count as Sentry's. */
  readonly sentryHosts: readonly string[];
  readonly unitOf: (tx: Transaction, cause: string) => Unit;
}

/** PagerDuty's limit on a key is 255 characters. */
const KEY_MAX = 300;
const KEYS_MAX = 50;
/** Details are an extra: after so many failures the card stays as it is. */
const ATTEMPTS = 6;

/** Looks up what the webhook does not carry: the alert's body, the people's addresses, the Sentry issue behind it. */
export function createDetails(deps: DetailsDeps): { perform(row: OutboxRow): Promise<Finish> } {
  return {
    async perform(row) {
      const { job } = row;
      if (job.kind !== "fetch_details") throw new Error(`${job.kind} asks for no details.`);
      const before = await deps.store.transaction((tx) => tx.alert(job.alertId));
      if (!before) return () => Promise.resolve({ end: "done", outcome: "no_alert" });
      const alerts = await deps.pagerduty.alerts(job.alertId);
      const { people: paged, failure: withoutAddress } = await deps.addresses(before.facts.paged);
      if (!alerts.ok) {
        const { failure } = alerts;
        return async (unit) => {
          await saveDetails(unit, job.alertId, { paged });
          return mayTryAgain(row, failure) ? again(failure) : { end: "failed", problem: failure.sentence };
        };
      }
      const input = inputOf(job, before.facts, alerts.value, deps.sentryHosts);
      const { attachments, sentryAfterMs } = await attachmentsOf(deps, row, input, paged);
      const lookAgainMs = ALERT_DETAILS_RETRY_MS[row.failures];
      return async (unit) => {
        const keys = alerts.value.length > 0 ? { keys: keysOf(alerts.value) } : {};
        await saveDetails(unit, job.alertId, { paged, attachments, ...keys });
        if (alerts.value.length === 0 && job.expectsAlerts && lookAgainMs !== undefined) {
          return { end: "again", problem: "PagerDuty has no alerts of it yet.", exactlyMs: lookAgainMs };
        }
        // By their addresses Slack knows the people whom it brings in.
        if (withoutAddress && mayTryAgain(row, withoutAddress)) return again(withoutAddress);
        if (sentryAfterMs !== undefined && row.failures + 1 < ATTEMPTS) {
          return { end: "again", problem: "Sentry cannot be asked right now.", retryAfterMs: sentryAfterMs };
        }
        return { end: "done", outcome: alerts.value.length === 0 ? "no_alerts" : "found" };
      };
    },
  };
}

function mayTryAgain({ failures }: OutboxRow, { isTransient }: Failure): boolean {
  return isTransient && failures + 1 < ATTEMPTS;
}

function again({ sentence, retryAfterMs }: Failure): Ending {
  return { end: "again", problem: sentence, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** PagerDuty's alert keys, by which the sender says that two alerts are the same. */
export function keysOf(alerts: readonly unknown[]): readonly string[] {
  const keys = alerts.flatMap((one) => textOf(recordOf(one)["alert_key"])?.slice(0, KEY_MAX) ?? []);
  return [...new Set(keys)].slice(0, KEYS_MAX);
}

/** What can be recognised in the alerts that PagerDuty gave. */
export function attachmentsIn(
  job: { readonly clientUrl?: string },
  facts: AlertFacts,
  alerts: readonly unknown[],
  sentryHosts: readonly string[],
): readonly Attachment[] {
  return recogniseAttachments(inputOf(job, facts, alerts, sentryHosts));
}

function inputOf(
  job: { readonly clientUrl?: string },
  { id, number, title, url }: AlertFacts,
  alerts: readonly unknown[],
  sentryHosts: readonly string[],
): RecogniserInput {
  return {
    ...(job.clientUrl === undefined ? {} : { clientUrl: job.clientUrl }),
    pagerduty: { id, number, title, url },
    alerts,
    sentryHosts,
  };
}

interface Found {
  readonly attachments: readonly Attachment[];
  /** Sentry may know more of them, and can be asked after this time. */
  readonly sentryAfterMs?: number;
}

/** What is known before Sentry answers is kept at once, so that a slow Sentry holds up nothing. */
async function attachmentsOf(
  deps: DetailsDeps,
  row: OutboxRow,
  input: RecogniserInput,
  paged: readonly PagedPerson[],
): Promise<Found> {
  const attachments = recogniseAttachments(input);
  const reference = sentryReference(input);
  const alertId = input.pagerduty?.id ?? "";
  if (!deps.sentry || !reference) return { attachments };
  await deps.store.transaction((tx) => saveDetails(deps.unitOf(tx, row.id), alertId, { paged, attachments }));
  const answer = await deps.sentry.issue(reference);
  if (!answer.found) {
    deps.log.info({ alertId, why: answer.why }, "sentry.not_found");
    return { attachments, ...(answer.retryAfterMs === undefined ? {} : { sentryAfterMs: answer.retryAfterMs }) };
  }
  return { attachments: attachments.map((one) => withSentryIssue(one, answer.issue)) };
}

/** Events may have changed the alert meanwhile, so only what was looked up is written. */
export async function saveDetails(
  unit: Unit,
  alertId: string,
  found: {
    readonly paged: readonly PagedPerson[];
    readonly attachments?: readonly Attachment[];
    readonly keys?: readonly string[];
  },
): Promise<void> {
  const row = await unit.tx.alert(alertId);
  if (!row) return;
  const facts = {
    ...row.facts,
    paged: withKnownAddresses(row.facts.paged, found.paged),
    attachments: merged(row.facts.attachments, found.attachments ?? []),
  };
  const keys = found.keys ?? row.keys;
  const isNews = !isDeepStrictEqual(facts, row.facts);
  if (!isNews && isDeepStrictEqual(keys, row.keys)) return;
  await unit.tx.saveAlert({ ...row, facts, ...(keys ? { keys } : {}) });
  if (!isNews) return;
  const home = homeOf(await unit.tx.relations(alertId));
  if (home) await announceAlert(unit, home.incidentId, alertId);
}

/**
 * What was found now replaces what was known under the same key. What was known and is not found now stays: PagerDuty may
 * have answered before the alert was there. The more telling of two Sentry attachments is the one with more facts.
 */
function merged(known: readonly Attachment[], found: readonly Attachment[]): readonly Attachment[] {
  const identity = ({ kind, key }: Attachment): string => `${kind} ${key}`;
  const best = new Map(known.map((one) => [identity(one), one]));
  for (const one of found) {
    const former = best.get(identity(one));
    if (!former || one.facts.length >= former.facts.length) best.set(identity(one), one);
  }
  return [...best.values()];
}
