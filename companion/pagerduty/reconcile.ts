/** Compares what is open in PagerDuty with what is known here, since webhooks can be missed. */
import { MINUTE, SECOND, type Instant } from "../../core/time.ts";
import type { PagerdutyEvent } from "../intake/webhook_event.ts";
import type { OutboxRow } from "../jobs.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { AlertFacts, AlertRow, Store, Transaction } from "../store/store.ts";
import { takeEvent } from "../triage/events.ts";
import { COMPANION_ACTOR, record, type Unit } from "../triage/unit.ts";
import { noteWebhooks } from "../triage/webhooks_watch.ts";
import type { Finish } from "../work/lane.ts";
import type { PagerdutyIncident, WebhookSubscription } from "./answers.ts";
import type { Pagerduty } from "./client.ts";
import { type Failure, isDenied } from "./failure.ts";
import type { ListedIncident } from "./open_incidents.ts";

export interface ReconcileDeps {
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly pagerduty: Pagerduty;
  readonly sentryHosts: readonly string[];
  readonly elapsed: () => number;
}

const PAGES = 10;
const KNOWN_MAX = 1_000;
/** Alerts that are read one by one in a round; the others wait for the next. */
const READ_MAX = 50;
/** Well within the time that a job is held for one process. */
const ROUND_MS = 60 * SECOND;
/** The webhook of what is younger than this is on its way. */
const TOO_YOUNG_MS = 1 * MINUTE;

/** What PagerDuty tells of an alert that was known otherwise when it was asked. */
interface News {
  readonly what: Parameters<Metrics["reconciled"]>[0];
  readonly event: PagerdutyEvent;
  /** When the known status came about; undefined where the alert was not known. News since then are newer than these. */
  readonly statusAt?: Instant;
}

export function createReconcile(deps: ReconcileDeps): { perform(row: OutboxRow): Promise<Finish> } {
  let isDeniedTold = false;

  /** Undefined where it cannot be told: PagerDuty may not let this key see it. */
  async function askForWebhooks(): Promise<boolean | undefined> {
    const answer = await deps.pagerduty.webhookSubscriptions();
    if (answer.ok) return areWebhooksOn(answer.value);
    if (!isDenied(answer.failure) || !isDeniedTold) {
      deps.log.warn({ problem: answer.failure.sentence }, "reconcile.subscription_not_seen");
    }
    isDeniedTold ||= isDenied(answer.failure);
    return undefined;
  }

  return {
    async perform(row) {
      const until = deps.elapsed() + ROUND_MS;
      const listed = await listOpen(deps, until);
      const areOn = await askForWebhooks();
      const news = listed.failure ? [] : await newsIn(deps, listed, row.createdAt, until);
      return async (unit) => {
        if (areOn !== undefined) await noteWebhooks(unit, areOn);
        for (const one of news) await take(deps, unit, one);
        if (listed.failure) deps.log.warn({ problem: listed.failure.sentence }, "reconcile.not_listed");
        // The next round comes soon; this one is not tried again.
        const outcome = news.length === 0 ? "nothing_new" : "news";
        return { end: "done", outcome: listed.failure ? "not_listed" : outcome };
      };
    },
  };
}

/** @returns undefined where none of them leads to a companion */
function areWebhooksOn(all: readonly WebhookSubscription[]): boolean | undefined {
  const ours = all.filter(({ url }) => URL.canParse(url) && new URL(url).pathname.endsWith("/webhooks/pagerduty"));
  if (ours.length === 0) return undefined;
  // One that a person switched off may be left over from a trial, as long as another one is on.
  return !ours.some(({ isDisabled }) => isDisabled) && ours.some(({ isInactive }) => !isInactive);
}

interface Listing {
  readonly incidents: readonly ListedIncident[];
  readonly isComplete: boolean;
  readonly failure?: Failure;
}

async function listOpen({ pagerduty, elapsed }: ReconcileDeps, until: number): Promise<Listing> {
  const incidents: ListedIncident[] = [];
  for (let page = 0; page < PAGES && elapsed() < until; page += 1) {
    const answer = await pagerduty.openIncidents(page);
    if (!answer.ok) return { incidents, isComplete: false, failure: answer.failure };
    incidents.push(...answer.value.incidents);
    if (!answer.value.more) return { incidents, isComplete: true };
  }
  return { incidents, isComplete: false };
}

async function newsIn(deps: ReconcileDeps, listing: Listing, now: Instant, until: number): Promise<readonly News[]> {
  const { incidents, isComplete } = listing;
  const news: News[] = [];
  const doubtful: AlertRow[] = [];
  const open = new Set(incidents.map(({ facts }) => facts.id));
  await deps.store.transaction(async (tx) => {
    for (const one of incidents) {
      const known = await tx.alert(one.facts.id);
      if (known?.facts.status === "resolved") doubtful.push(known);
      else if (known && hasChanged(known, one)) news.push(changed(known, one));
      else if (one.facts.since <= now - TOO_YOUNG_MS && (await isMissing(tx, one, known))) news.push(unknown(one));
    }
    if (!isComplete) return;
    for (const known of await tx.openAlerts(KNOWN_MAX)) if (!open.has(known.facts.id)) doubtful.push(known);
  });
  for (const known of doubtful.slice(0, READ_MAX)) {
    if (deps.elapsed() >= until) break;
    // The list may be older than what is known, so the incident itself is asked for.
    const answer = await deps.pagerduty.incident(known.facts.id, true);
    const isOver = known.facts.status === "resolved";
    if (answer.ok && isOver !== (answer.value.status === "resolved")) news.push(read(known, answer.value));
  }
  return news;
}

function hasChanged(known: AlertRow, { facts, changedAt }: ListedIncident): boolean {
  return known.facts.status !== facts.status && changedAt > known.statusAt;
}

/** Whether it is known to nobody, or was seen and never found a place, since its beginning was missed. */
async function isMissing(tx: Transaction, { facts }: ListedIncident, known: AlertRow | undefined): Promise<boolean> {
  if (!known) return true;
  if ((await tx.relations(facts.id)).length > 0 || (await tx.feedPlace(facts.id))) return false;
  const decided = ["alert.ignored", "alert.held"];
  return !(await tx.timelineOfAlert(facts.id)).some(({ what }) => decided.includes(what));
}

function unknown({ facts }: ListedIncident): News {
  return { what: "unknown", event: eventOf("incident.triggered", facts, facts.since) };
}

function changed(known: AlertRow, { facts, changedAt }: ListedIncident): News {
  const type = facts.status === "acknowledged" ? "incident.acknowledged" : "incident.unacknowledged";
  const what = facts.status === "acknowledged" ? "acknowledged" : "triggered";
  return { what, event: eventOf(type, facts, changedAt), statusAt: known.statusAt };
}

function read(known: AlertRow, fresh: PagerdutyIncident): News {
  const { status, assignees: paged, statusChangedAt = 0, reopenedAt, mergedInto } = fresh;
  const isOpen = status !== "resolved";
  // What was just read is newer than what was known, though PagerDuty names whole seconds only.
  const at = Math.max(statusChangedAt, known.statusAt + 1);
  const event = eventOf(isOpen ? "incident.reopened" : "incident.resolved", { ...known.facts, status, paged }, at);
  const more = {
    ...(isOpen && reopenedAt !== undefined ? { reopenedAt } : {}),
    ...(mergedInto ? { mergedInto } : {}),
  };
  const what = isOpen ? "open" : "resolved";
  return {
    what,
    event: { ...event, ...(event.alert ? { alert: { ...event.alert, ...more } } : {}) },
    statusAt: known.statusAt,
  };
}

/** Told as the webhook would have told it, so that one code decides what comes of it. */
function eventOf(type: string, facts: AlertFacts, at: Instant): PagerdutyEvent {
  const { id, number, title, url, serviceId, serviceName, urgency, priority, status, since, paged } = facts;
  const snapshot = { id, number, title, url, serviceId, serviceName, urgency, status, since };
  const assignees = paged.map(({ pagerdutyUserId, name }) => ({ pagerdutyUserId, name }));
  return {
    id: `reconcile:${id}`,
    type,
    occurredAt: at,
    agentId: "",
    agentName: "",
    alert: { ...snapshot, assignees, ...(priority === undefined ? {} : { priority }) },
  };
}

async function take({ metrics, log, sentryHosts }: ReconcileDeps, unit: Unit, news: News): Promise<void> {
  const { what, event, statusAt } = news;
  const alertId = event.alert?.id ?? "";
  const known = await unit.tx.alert(alertId);
  // A webhook came meanwhile, and knows better.
  if (statusAt !== undefined && known?.statusAt !== statusAt) return;
  await record(unit, "", "alert.seen", "pagerduty_asked", COMPANION_ACTOR, { alertId, event: event.type });
  const { action } = await takeEvent(unit, event, unit.now, sentryHosts);
  metrics.reconciled(what);
  log.warn({ alertId, what, action }, "reconcile.webhook_missed");
}
