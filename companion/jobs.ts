import type { ReopenedAs } from "../core/alert.ts";
import type { Person } from "../core/incident.ts";
import type { Instant } from "../core/time.ts";

/**
 * What is to be done outside the companion. A job names things instead of copying them: what is sent is read when it
 * leaves, so that it is never older than the row that it waits in.
 */
export type Job =
  | {
      readonly kind: "slack_triage";
      readonly alertId: string;
      /** The closed incident whose alert PagerDuty reopened. */
      readonly reopenedFrom?: string;
    }
  /** Tells how the incident's later alerts stand when it leaves; the alert is the one that it was queued for. */
  | { readonly kind: "slack_signal"; readonly signal: "later_alert"; readonly alertId: string }
  | { readonly kind: "slack_signal"; readonly signal: "alert_changed"; readonly alertId: string }
  | { readonly kind: "slack_signal"; readonly signal: "alert_moved"; readonly alertId: string; readonly to: string }
  | {
      readonly kind: "slack_signal";
      readonly signal: "reminder_due";
      readonly number: number;
      readonly direct: boolean;
      readonly escalates: boolean;
    }
  | { readonly kind: "slack_signal"; readonly signal: "apply_decision" | "archive_due" | "decorate" | "sync" }
  /** A resolve, an undo or a detach, by the id of its request, whose run did not report its end. */
  | { readonly kind: "slack_signal"; readonly signal: "carry_on"; readonly requestId: string }
  | {
      readonly kind: "slack_signal";
      readonly signal: "decision_refused";
      readonly decisionId: string;
      readonly problem: string;
    }
  | { readonly kind: "slack_signal"; readonly signal: "storm"; readonly stormId: string }
  | {
      readonly kind: "slack_signal";
      readonly signal: "storm_reminder";
      readonly stormId: string;
      readonly number: number;
      readonly direct: boolean;
      readonly escalates: boolean;
    }
  | { readonly kind: "slack_signal"; readonly signal: "feed_line"; readonly key: string }
  | {
      readonly kind: "pagerduty_acknowledge";
      readonly alertId: string;
      readonly by: Person;
      /** "asked": the person pressed Acknowledge; "assignee_only": the press meant something else and only an assignee's counts. */
      readonly rule: "asked" | "assignee_only";
    }
  | { readonly kind: "pagerduty_resolve"; readonly alertId: string; readonly by: Person; readonly at: Instant }
  /** Our acknowledgement opened an alert again that had healed: it is resolved again where nothing touched it since. */
  | {
      readonly kind: "pagerduty_resolve_again";
      readonly alertId: string;
      /** Whose acknowledgement it was. */
      readonly by: Person;
      /** When it was reopened before, as it was read before the acknowledgement; 0 for never. */
      readonly openSince: Instant;
      /** As PagerDuty answered the acknowledgement. */
      readonly reopenedAt: Instant;
      readonly statusChangedAt?: Instant;
    }
  | {
      readonly kind: "pagerduty_reopen";
      readonly alertId: string;
      readonly by: Person;
      readonly at: Instant;
      readonly as: ReopenedAs;
    }
  | {
      readonly kind: "pagerduty_escalate";
      readonly alertId: string;
      /** PagerDuty's ids of those whom it paged when this was decided. */
      readonly paged: readonly string[];
    }
  | {
      readonly kind: "pagerduty_note";
      readonly alertId: string;
      readonly by: Person;
      readonly text: string;
      /** A delivery to Slack: once Slack was given it, the note would be wrong. */
      readonly whileWaiting?: string;
    }
  | {
      readonly kind: "fetch_details";
      readonly alertId: string;
      /** The sender's own link, as the event had it. */
      readonly clientUrl?: string;
      /** PagerDuty may give no alerts at first although an integration raised one; then it is asked again. */
      readonly expectsAlerts: boolean;
    }
  /** An alert waits for its keys before it is known what becomes of it. */
  | {
      readonly kind: "admit_alert";
      readonly alertId: string;
      readonly at: Instant;
      readonly clientUrl?: string;
      readonly expectsAlerts: boolean;
    }
  /** The store is new: what is open in PagerDuty is looked up once. */
  | { readonly kind: "list_open" }
  /** What is open in PagerDuty is compared with what is known. */
  | { readonly kind: "reconcile" };

export type JobKind = Job["kind"];

/** The kinds that go to Slack, where the next one of an incident waits until the former was confirmed. */
export const DELIVERY_KINDS = ["slack_triage", "slack_signal"] as const satisfies readonly JobKind[];
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

export type JobState = "ready" | "sent" | "done" | "failed";

/** A row of the outbox. */
export interface OutboxRow {
  readonly id: string;
  /** Order of arrival. */
  readonly seq: number;
  readonly job: Job;
  /** The incident that it belongs to, or "storm:" and a storm's id; empty for what belongs to none. */
  readonly subject: string;
  /** Number of the delivery within its incident; 0 for what does not go to Slack. */
  readonly sequence: number;
  /** How often it was taken in hand. */
  readonly attempts: number;
  /** How often it failed since it last went through. */
  readonly failures: number;
  /** How often it went through. */
  readonly sends: number;
  readonly createdAt: Instant;
  readonly notBefore: Instant;
  readonly state: JobState;
  /** How it ended; empty while it has not. */
  readonly outcome: string;
  readonly lastError: string;
}

export type TimerKind =
  | "archive"
  | "carry_on"
  | "decorate"
  | "later_alerts"
  | "remind"
  | "reapply_decision"
  | "reconcile"
  | "retry_triage"
  | "slack_watch"
  | "storm_check"
  | "sync"
  | "slow_sync"
  | "housekeeping";
