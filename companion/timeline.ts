import type { AdmissionVerdict } from "../core/admission.ts";
import type { LaterAlertRoute } from "../core/later_alert.ts";
import type { AcknowledgeRule } from "../core/paging.ts";
import type { ResolutionReason } from "../core/alert_resolution.ts";
import type { EscalationRule } from "../core/escalation.ts";
import type { PagingReason } from "../core/paging_news.ts";
import type { StormVerdict } from "../core/storm.ts";
import type { TransitionReason } from "../core/transitions.ts";
import type { Instant } from "../core/time.ts";

/** Why something happened: the rules' own reasons, and those that only exist in the companion. */
export type Why =
  | AdmissionVerdict["why"]
  | LaterAlertRoute["why"]
  | TransitionReason
  | AcknowledgeRule["why"]
  | PagingReason
  | EscalationRule["why"]
  | ResolutionReason
  | StormVerdict["why"]
  /** For ten minutes few services failed. */
  | "storm_quiet"
  /** Slack knew the incident to be closed when the alert was handed over. */
  | "stale_in_slack"
  | "kept_separate"
  /** An alert that nobody answered for when its incident ended. */
  | "left_over"
  | "started_by_hand"
  /** It was open in PagerDuty when the companion started for the first time. */
  | "open_at_first_start"
  /** It was over before Slack could be reached. */
  | "over_before_slack"
  /** A person pressed Open triage in a line of the feed. */
  | "opened_from_feed"
  | "handed_over_late"
  | "pagerduty_event"
  /** PagerDuty was asked and tells otherwise than its webhooks did. */
  | "pagerduty_asked"
  /** PagerDuty moved the alert to another service; the alert stays where people are at work on it. */
  | "service_changed"
  | "pagerduty_confirmed"
  | "pagerduty_refused"
  /** There was nothing to reopen: the alert is open in PagerDuty. */
  | "already_open"
  /** It healed while our acknowledgement was on its way. */
  | "healed_meanwhile"
  | "person_asked"
  | "person_snoozed"
  | "presser_unknown_to_pagerduty"
  | "details_found"
  | "confirmed"
  | "unconfirmed"
  /** Slack refused it, or nobody confirmed it however often it was sent. */
  | "undelivered"
  | "timer_due"
  | "somebody_wrote"
  | "not_applied_in_time";

export type What =
  | "incident.opened"
  | "incident.created"
  | "incident.merged"
  | "incident.took_over"
  | "incident.dismissed"
  | "incident.resolved"
  | "incident.undone"
  | "incident.reopened"
  | "incident.gave_back"
  | "incident.withdrawn"
  | "alert.offered"
  | "alert.attached"
  | "alert.kept_separate"
  | "alert.set_aside"
  | "alert.detached"
  | "alert.changed"
  | "alert.seen"
  | "alert.moved"
  | "alert.service_changed"
  | "service.renamed"
  | "service.deleted"
  | "alert.suppressed"
  | "alert.held"
  | "alert.listed"
  | "alert.ignored"
  | "alert.acknowledged"
  | "alert.not_acknowledged"
  | "alert.resolve_wanted"
  | "alert.resolve_confirmed"
  | "alert.resolve_failed"
  | "alert.resolve_taken_back"
  | "alert.reopen_wanted"
  | "alert.reopened"
  | "alert.not_reopened"
  | "alert.resolved_again"
  | "alert.reopen_failed"
  | "alert.noted"
  | "alert.escalated"
  | "alert.not_escalated"
  | "delivery.confirmed"
  | "delivery.unconfirmed"
  | "delivery.failed"
  | "delivery.tried_again"
  | "decision.applied"
  | "decision.sent_again"
  | "closing.sent_again"
  | "triage.reminded"
  | "triage.reminder_postponed"
  | "triage.snoozed"
  | "triage.snooze_ended"
  | "storm.declared"
  | "storm.ended"
  | "incident.in_storm"
  | "archive.due"
  | "archive.postponed";

/** One line of the append-only account of an incident. */
export interface TimelineEntry {
  readonly at: Instant;
  /** Empty for what belongs to no incident. */
  readonly incidentId: string;
  readonly what: What;
  /** "slack:U…", "pagerduty:P…" or "companion". */
  readonly actor: string;
  readonly why: Why;
  /** The event, delivery or request that brought it about. */
  readonly cause: string;
  readonly data: Readonly<Record<string, unknown>>;
}
