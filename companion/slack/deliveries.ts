import { CONFIRMATION_PATIENCE_MS, TRIGGER_BURST } from "../../core/assumptions.ts";
import { PLAIN_SIGNALS } from "../../core/protocol.ts";
import { NEWS_TURNS_IN_STORM } from "../../core/storm.ts";
import { HOUR, type Instant } from "../../core/time.ts";
import type { DeliveryKind, OutboxRow } from "../jobs.ts";
import type { Store } from "../store/store.ts";
import { tellWhereItWent } from "../triage/confirm.ts";
import { noteReach } from "../triage/slack_watch.ts";
import { deliveryLost, triageRefused } from "../triage/undelivered.ts";
import type { Unit } from "../triage/unit.ts";
import { DETAILS_PATIENCE_MS, type DetailsWatch } from "../work/details_watch.ts";
import { type Ending, endJob, type Finish, slowBackOff } from "../work/lane.ts";
import { createTokenBucket, type TokenBucket } from "../work/token_bucket.ts";
import { signalParcel } from "./signal_values.ts";
import { triageParcel } from "./triage_values.ts";
import { createTrigger, type TriggerOutcome } from "./triggers.ts";

export interface DeliveryDeps {
  readonly store: Store;
  readonly urls: {
    readonly triageTriggerUrl: string;
    readonly signalTriggerUrl: string;
    readonly newsTriggerUrl: string;
  };
  /** Shared with the Slack app: what decides is signed with them. */
  readonly secrets: readonly string[];
  readonly archiveGraceMs: number;
  readonly now: () => Instant;
  readonly random: () => number;
  readonly elapsed: () => number;
  readonly triggerIntervalMs: number;
  readonly details: DetailsWatch;
}

export interface Deliveries {
  /** False while Slack asked us to wait. */
  mayLeave(kind: DeliveryKind): boolean;
  /** Waits for details and for the trigger's rate. Gives what to do where it does not leave after all. */
  before(row: OutboxRow): Promise<() => void>;
  /** @param ifKnown whether Slack is to open nothing that it does not know */
  perform(row: OutboxRow, ifKnown?: boolean): Promise<Finish>;
}

/** What Slack could not be given for so long is no news any more. */
const GIVE_UP_AFTER_MS = 24 * HOUR;

/** Sends what the outbox holds for Slack. What is sent is read when it leaves. */
export function createDeliveries(deps: DeliveryDeps): Deliveries {
  const { store, urls, now } = deps;
  const triage = createWay(deps, urls.triageTriggerUrl);
  const signal = createWay(deps, urls.signalTriggerUrl);
  // One address for both is one rate.
  const news = urls.newsTriggerUrl === urls.signalTriggerUrl ? signal : createWay(deps, urls.newsTriggerUrl);
  const wayOf = ({ job, sends }: OutboxRow): Way => {
    if (job.kind !== "slack_signal") return triage;
    // What was not confirmed may be what only the longer workflow can do: ask in a new channel, say.
    return sends === 0 && PLAIN_SIGNALS.includes(job.signal) ? news : signal;
  };
  // What waits for its turn may leave with another one meanwhile, and then takes no turn.
  const inLine = new Map<string, { isGone: boolean }>();

  return {
    mayLeave: (kind) => (kind === "slack_triage" ? [triage] : [signal, news]).every((way) => way.pausedFor() === 0),
    async before(row) {
      const isFirst =
        row.job.kind === "slack_triage" || (row.job.kind === "slack_signal" && row.job.signal === "later_alert");
      // What waited for another reason has waited for details as well.
      const hasWaited = now() - row.createdAt > DETAILS_PATIENCE_MS;
      if (isFirst && !hasWaited && "alertId" in row.job) await awaitDetails(deps, row.subject, row.job.alertId);
      const place = { isGone: false };
      inLine.set(row.id, place);
      const { bucket } = wayOf(row);
      // Another companion may have it by now.
      const isWanted = async () => !place.isGone && (await store.aside((tx) => tx.mayClaimJob(row.id, now())));
      let taken = 0;
      for (let turns = await turnsOf(store, row); turns > 0; turns -= 1) {
        if (await bucket.take(isWanted)) taken += 1;
      }
      inLine.delete(row.id);
      return () => {
        for (; taken > 0; taken -= 1) bucket.giveBack();
      };
    },
    async perform(row, ifKnown = false) {
      const way = wayOf(row);
      if (way.pausedFor() > 0)
        return () => {
          return Promise.resolve({ end: "again", problem: "Slack asked us to wait.", exactlyMs: way.pausedFor() });
        };
      const parcel = await store.transaction((tx) =>
        row.job.kind === "slack_triage" ? triageParcel(tx, row, now(), ifKnown) : signalParcel(tx, row, deps),
      );
      if (!parcel) return (unit) => tellInstead(unit, row);
      for (const { id } of parcel.carried) {
        const place = inLine.get(id);
        if (place) place.isGone = true;
      }
      const outcome = await way.send({ ...parcel.values });
      return async (unit) => {
        const isShared = parcel.carried.length > 0;
        for (const carried of parcel.carried) {
          await endJob(unit.tx, carried, await finish(unit, carried, outcome, isShared), unit.now, deps.random);
        }
        return finish(unit, row, outcome, isShared);
      };
    },
  };
}

/** There is nothing to tell here any more; what an earlier attempt told may be older than what was told where the alert went. */
async function tellInstead(unit: Unit, row: OutboxRow): Promise<Ending> {
  if (row.attempts > 1) await tellWhereItWent(unit, row);
  return { end: "done", outcome: "moved" };
}

/** News of alerts costs Slack's storage most, and can wait a little while many first alerts need it. */
async function turnsOf(store: Store, { job }: OutboxRow): Promise<number> {
  const isNews = job.kind === "slack_signal" && "alertId" in job;
  return isNews && (await store.aside((tx) => tx.stormOn())) ? NEWS_TURNS_IN_STORM : 1;
}

interface Way {
  readonly bucket: TokenBucket;
  send(values: Readonly<Record<string, string>>): Promise<TriggerOutcome>;
  /** How long nothing may be sent here: one 429 is meant for everything that goes this way. */
  pausedFor(): number;
}

function createWay(deps: DeliveryDeps, url: string): Way {
  const { elapsed, now, store } = deps;
  // A trigger bears so much whoever calls it: companions that share the work share its rate.
  const intervalMs = () => deps.triggerIntervalMs * store.companions();
  const send = createTrigger(url);
  let pausedUntil = 0;
  return {
    bucket: createTokenBucket({ burst: TRIGGER_BURST, intervalMs, elapsed }),
    async send(values) {
      const outcome = await send(values);
      if (outcome.outcome === "unreachable" && outcome.retryAfterMs !== undefined) {
        pausedUntil = Math.max(pausedUntil, now() + outcome.retryAfterMs);
      }
      return outcome;
    },
    pausedFor: () => Math.max(0, pausedUntil - now()),
  };
}

/** Only for the first attempt at details: what comes later goes as news. */
async function awaitDetails(deps: DeliveryDeps, incidentId: string, alertId: string): Promise<void> {
  const over = deps.details.next(alertId);
  const open = await deps.store.transaction((tx) => tx.openJobs(incidentId, ["fetch_details"]));
  const isUnderWay = open.some(
    ({ job, failures }) => job.kind === "fetch_details" && job.alertId === alertId && failures === 0,
  );
  if (isUnderWay) await over;
  else deps.details.ended(alertId);
}

/**
 * What Slack did not take has consequences, unless it was confirmed meanwhile.
 * @param isShared whether others went with it: then nobody knows whose fault a refusal is, and each is sent alone
 */
async function finish(unit: Unit, row: OutboxRow, outcome: TriggerOutcome, isShared: boolean): Promise<Ending> {
  const ending = endingOf(row, outcome, unit.now, isShared);
  if (row.job.kind === "slack_triage") await noteReach(unit, outcome.outcome);
  if ((await unit.tx.job(row.id))?.state !== "ready") return ending;
  if (ending.end === "failed") await deliveryLost(unit, row, "failed");
  else if (outcome.outcome === "refused" && !isShared) await triageRefused(unit, row);
  return ending;
}

function endingOf(row: OutboxRow, outcome: TriggerOutcome, now: number, isShared: boolean): Ending {
  switch (outcome.outcome) {
    case "accepted":
      // What belongs to no incident is asked for anew each time, so nobody waits for its confirmation.
      return row.subject === ""
        ? { end: "done", outcome: "sent" }
        : { end: "sent", confirmBy: now + CONFIRMATION_PATIENCE_MS };
    case "unknown":
      if (row.subject === "") return { end: "done", outcome: "sent" };
      if (now - row.createdAt > GIVE_UP_AFTER_MS) return { end: "failed", problem: outcome.problem };
      // Sent again at once it would be there twice; the patience for a confirmation tells whether it got there.
      return { end: "sent", confirmBy: now + CONFIRMATION_PATIENCE_MS, doubt: outcome.problem };
    case "refused": {
      if (isShared) return { end: "again", problem: outcome.problem };
      const isOver = outcome.isFinal || row.subject === "" || now - row.createdAt > GIVE_UP_AFTER_MS;
      if (isOver) return { end: "failed", problem: outcome.problem };
      return { end: "again", problem: outcome.problem, exactlyMs: slowBackOff(row.failures) };
    }
    case "unreachable":
      if (now - row.createdAt > GIVE_UP_AFTER_MS) return { end: "failed", problem: outcome.problem };
      return {
        end: "again",
        problem: outcome.problem,
        ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
      };
  }
}
