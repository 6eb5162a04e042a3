/** Every event that was answered with 202 is accounted for: Slack knows its alert, and knows how it stands. */
import { FEED_ALERTS_MAX } from "../core/feed_line.ts";
import { LISTED_LATER_ALERTS } from "../core/later_alert.ts";
import { MINUTE } from "../core/time.ts";
import type { Evidence, HeardAlert, SentWebhook } from "./evidence.ts";

/** An alert that was over this soon after it was taken in need not be told of. */
const SHORT_LIVED_MS = 5 * MINUTE;

/** Events that change nothing that we show: that they were taken is all that is to be said of them. */
const SHOWN = /^incident\.(triggered|acknowledged|unacknowledged|resolved|reopened|reassigned|escalated|delegated)$/;

export function alertProblems(evidence: Evidence): readonly string[] {
  return [
    ...(evidence.pending > 0 ? [`${evidence.pending} messages to the companion were never accepted`] : []),
    ...lostAlerts(evidence).map((id) => `${id} was answered with 202 and nobody in Slack was told of it`),
    ...alertsOf(evidence).flatMap(({ id, status }) => {
      const heard = evidence.heard.get(id);
      if (!heard || isUpToDate(evidence, heard, status)) return [];
      return [`Slack heard last that ${id} is ${heard.status} (${heard.where}), and PagerDuty says ${status}`];
    }),
  ];
}

/** How many of the events that were answered with 202 are accounted for. */
export function accountedEvents(evidence: Evidence): { readonly taken: number; readonly accounted: number } {
  const taken = [...evidence.webhooks.values()].filter(({ takenAt }) => takenAt !== undefined);
  const lost = new Set(lostAlerts(evidence));
  const good = taken.filter(({ type, alertId }) => {
    if (!SHOWN.test(type)) return true;
    const status = evidence.incidents.find(({ id }) => id === alertId)?.status;
    const heard = evidence.heard.get(alertId);
    return heard && status !== undefined ? isUpToDate(evidence, heard, status) : !lost.has(alertId);
  });
  return { taken: taken.length, accounted: good.length };
}

/** Those that nobody in Slack was told of. A message names a few alerts and counts the others. */
function lostAlerts(evidence: Evidence): readonly string[] {
  const counted = [...evidence.counted.values()].reduce((sum, one) => sum + Math.max(0, one.count - one.named.size), 0);
  const untold = alertsOf(evidence).filter(({ id }) => isUntold(evidence, id));
  return untold.slice(counted).map(({ id }) => id);
}

/** Slack knows how the alert stands. Of many that nobody has answered for, and in a line of the feed, it is told a few and the number of the others. */
function isUpToDate(evidence: Evidence, { status, where, isOneOfMany }: HeardAlert, wanted: string): boolean {
  if (status === wanted) return true;
  const counts = withMerges(evidence, where).map((place) => evidence.counted.get(place)?.count ?? 0);
  return isOneOfMany && Math.max(...counts) > Math.min(LISTED_LATER_ALERTS, FEED_ALERTS_MAX);
}

/** The incident and those that took it in, where it is asked again about what nobody had answered for. */
function withMerges({ decisions }: Evidence, incidentId: string): readonly string[] {
  const places = [incidentId];
  for (const place of places) {
    const merge = decisions.find(({ decision, state }) => decision.incidentId === place && state === "taken");
    const target = merge?.decision.mergeInto;
    if (target !== undefined && !places.includes(target)) places.push(target);
  }
  return places;
}

/** The alerts whose beginning was taken in. */
function alertsOf({ webhooks, incidents }: Evidence) {
  const begun = new Set(
    [...webhooks.values()]
      .filter(({ type, takenAt }) => type === "incident.triggered" && takenAt !== undefined)
      .map(({ alertId }) => alertId),
  );
  return incidents.filter(({ id }) => begun.has(id));
}

function isUntold(evidence: Evidence, alertId: string): boolean {
  if (evidence.heard.has(alertId)) return false;
  const event = (wanted: string): SentWebhook | undefined =>
    [...evidence.webhooks.values()].find((one) => one.type === wanted && one.alertId === alertId);
  const [begun, over] = [event("incident.triggered")?.takenAt ?? 0, event("incident.resolved")?.takenAt];
  return over === undefined || over - begun > SHORT_LIVED_MS;
}
