import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { IntakeResult } from "./intake/intake.ts";
import type { JobKind } from "./jobs.ts";
import type { Instant } from "../core/time.ts";
import type { Store } from "./store/store.ts";

export interface Metrics {
  webhook(result: IntakeResult | "bad_signature" | "too_large" | "store_down" | "no_secret"): void;
  /** A request that carried no valid signature or token. */
  refused(why: string): void;
  intakeTook(seconds: number): void;
  job(kind: JobKind, result: "accepted" | "done" | "again" | "failed" | "unconfirmed"): void;
  eventFailed(): void;
  /** PagerDuty was asked and told of something that no webhook did. */
  reconciled(what: "unknown" | "open" | "acknowledged" | "triggered" | "resolved"): void;
  /** In Prometheus' text format, with the outbox as it is now. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Metrics are read every few seconds, so they count no table in full. */
const QUARANTINED_SHOWN = 1_000;

/** @param deps.now for the age of what waits */
export function createMetrics(deps: { readonly store: Store; readonly now: () => Instant }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const webhooks = new Counter({
    name: "pager_triage_webhooks_total",
    help: "Webhooks of PagerDuty by what became of them",
    labelNames: ["result"],
    registers,
  });
  const intake = new Histogram({
    name: "pager_triage_webhook_seconds",
    help: "From a webhook's arrival to its answer",
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const refusals = new Counter({
    name: "pager_triage_refused_total",
    help: "Requests that carried no valid signature or token, by what was wrong",
    labelNames: ["why"],
    registers,
  });
  const jobs = new Counter({
    name: "pager_triage_deliveries_total",
    help: "Attempts at the outbox's jobs, by kind and result",
    labelNames: ["kind", "result"],
    registers,
  });
  const failedEvents = new Counter({
    name: "pager_triage_events_failed_total",
    help: "Events that could not be processed and are kept aside",
    registers,
  });
  const reconciled = new Counter({
    name: "pager_triage_reconciled_total",
    help: "Incidents of PagerDuty that no webhook told of, by what was not known of them",
    labelNames: ["what"],
    registers,
  });
  const webhooksOff = new Gauge({
    name: "pager_triage_webhooks_off",
    help: "1 while PagerDuty's webhook subscription is switched off",
    registers,
  });
  const depth = new Gauge({
    name: "pager_triage_outbox_depth",
    help: "Jobs that are not finished, by kind",
    labelNames: ["kind"],
    registers,
  });
  const oldest = new Gauge({
    name: "pager_triage_outbox_oldest_seconds",
    help: "Age of the oldest job that is not finished, by kind",
    labelNames: ["kind"],
    registers,
  });
  const lost = new Gauge({
    name: "pager_triage_lost",
    help: "Jobs that failed for good and deliveries to Slack that nobody confirmed, by kind, as long as they are remembered",
    labelNames: ["kind", "end"],
    registers,
  });
  const slackOutage = new Gauge({
    name: "pager_triage_slack_unreachable_seconds",
    help: "For how long Slack has taken no first delivery although one waits; 0 while it does",
    registers,
  });
  const quarantined = new Gauge({
    name: "pager_triage_quarantined",
    help: `Webhooks kept aside in the last 30 days because they could not be read; ${QUARANTINED_SHOWN} stands for more`,
    registers,
  });

  return {
    webhook: (result) => webhooks.inc({ result }),
    refused: (why) => refusals.inc({ why }),
    intakeTook: (seconds) => intake.observe(seconds),
    job: (kind, result) => jobs.inc({ kind, result }),
    eventFailed: () => failedEvents.inc(),
    reconciled: (what) => reconciled.inc({ what }),
    async text() {
      const { figures, lostOnes, slackSince, webhooksSince, aside } = await deps.store.aside(async (tx) => ({
        figures: await tx.outboxFigures(),
        lostOnes: await tx.lostFigures(),
        webhooksSince: await tx.outageSince("webhooks"),
        slackSince: await tx.outageSince("slack"),
        aside: await tx.quarantinedCount(QUARANTINED_SHOWN),
      }));
      depth.reset();
      oldest.reset();
      for (const figure of figures) {
        depth.set({ kind: figure.kind }, figure.depth);
        oldest.set({ kind: figure.kind }, Math.max(0, deps.now() - figure.oldestAt) / 1_000);
      }
      lost.reset();
      for (const { kind, end, number } of lostOnes) lost.set({ kind, end }, number);
      slackOutage.set(slackSince === undefined ? 0 : Math.max(0, deps.now() - slackSince) / 1_000);
      webhooksOff.set(webhooksSince === undefined ? 0 : 1);
      quarantined.set(aside);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
