/** What the demo's monitors notice, each as its product would say it. */
import type { Instant } from "../../core/time.ts";
import type { DemoService } from "../seed.ts";
import type { Severity } from "./state.ts";

export interface Failure {
  /** Name of a rule, as Prometheus people write it. */
  readonly rule: string;
  readonly metric: string;
  readonly words: string;
  readonly value: number;
  readonly limit: number;
  readonly severity: Severity;
}

const FAILURES: readonly Failure[] = [
  {
    rule: "HighErrorShare",
    metric: "error_share",
    words: "More than 2 % of the requests fail",
    value: 7.4,
    limit: 2,
    severity: "critical",
  },
  {
    rule: "SlowAnswers",
    metric: "latency_p95_ms",
    words: "The slowest 5 % of the answers take longer than 800 ms",
    value: 1930,
    limit: 800,
    severity: "error",
  },
  {
    rule: "QueueNotDrained",
    metric: "queue_age_seconds",
    words: "The oldest job in the queue is older than 5 minutes",
    value: 641,
    limit: 300,
    severity: "error",
  },
  {
    rule: "DiskAlmostFull",
    metric: "disk_used_percent",
    words: "A disk is more than 90 % full",
    value: 96,
    limit: 90,
    severity: "warning",
  },
];

/** The failure for a service's nth alert, counted from 0; the catalogue starts over when it is through. */
export function failureFor(count: number): Failure {
  const failure = FAILURES[count % FAILURES.length];
  if (!failure) throw new Error("There are no failures.");
  return failure;
}

/** What a sender needs for one event. */
export interface Incidence {
  readonly service: DemoService;
  readonly failure: Failure;
  /** Unlike any other: each is a new failure for PagerDuty. */
  readonly id: string;
  readonly at: Instant;
  /** Takes the place of the sender's own summary. */
  readonly title: string | undefined;
}
