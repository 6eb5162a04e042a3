/** The figures of a run. */
import { accountedEvents } from "./oracle_alerts.ts";
import type { Stage } from "./stage.ts";

export interface Tally {
  readonly kills: number;
  readonly killMoments: Readonly<Record<string, number>>;
  /** Different events that PagerDuty had, attempts to deliver them, those answered with 202, and those accounted for. */
  readonly events: {
    readonly sent: number;
    readonly attempts: number;
    readonly taken: number;
    readonly accounted: number;
  };
  readonly faults: Readonly<Record<string, number>>;
  readonly incidents: number;
  readonly decisions: number;
  readonly resolves: number;
  readonly effects: number;
  readonly deliveries: number;
  readonly wrong: number;
  readonly seconds: number;
}

/** @param problems what the oracle says */
export function tallyOf(stage: Stage, problems: readonly string[], seconds: number): Tally {
  const { killer, trouble, webhooks, slack } = stage;
  const { evidence, weather } = stage.world;
  const faults = [
    ...weather.counts,
    ...[...trouble.counts].map(([fault, count]) => [`database: ${fault}`, count] as const),
    ["webhooks: twice", webhooks.counts.copies] as const,
    ["webhooks: out of order", webhooks.counts.held] as const,
    ...Object.entries(slack.counts).map(([how, count]) => [`workflow runs: ${how}`, count] as const),
  ];
  const { taken, accounted } = accountedEvents(evidence);
  return {
    kills: evidence.kills.length,
    killMoments: Object.fromEntries(killer.counts),
    events: { sent: evidence.webhooks.size, attempts: webhooks.counts.attempts, taken, accounted },
    faults: Object.fromEntries(faults.toSorted(([one], [other]) => one.localeCompare(other))),
    incidents: evidence.opened.size,
    decisions: evidence.decisions.length,
    resolves: evidence.resolves.length,
    effects: evidence.effects.length,
    deliveries: evidence.deliveries.length,
    wrong: problems.length,
    seconds: Math.round(seconds),
  };
}

/** One line. */
export function tallyLine(tally: Tally): string {
  const { kills, events, faults, incidents, decisions, resolves, effects, deliveries, wrong, seconds } = tally;
  const sum = Object.values(faults).reduce((all, count) => all + count, 0);
  const byKind = Object.entries(faults).map(([kind, count]) => `${kind} ${count}`);
  return [
    `${kills} kills`,
    `${events.sent} events sent in ${events.attempts} attempts, ${events.taken} answered with 202, ${events.accounted} accounted for`,
    `${sum} faults (${byKind.join(", ")})`,
    `${incidents} incidents, ${decisions} decisions, ${resolves} resolves, ${effects} changes in PagerDuty, ${deliveries} deliveries to Slack`,
    `${wrong} wrong`,
    `${seconds} s`,
  ].join("; ");
}
