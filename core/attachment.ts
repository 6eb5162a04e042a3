export const ATTACHMENT_KINDS = [
  "pagerduty_alert",
  "sentry_issue",
  "sentry_metric_alert",
  "datadog_monitor",
  "grafana_rule",
  "alertmanager",
  "cloudwatch_alarm",
  "newrelic_incident",
  "link",
] as const;
export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

/** A link to an outside thing that belongs to an alert: what the sender calls it, and what is known of it. */
export interface Attachment {
  readonly kind: AttachmentKind;
  /** Stable within its kind; the same Sentry issue on two alerts is one attachment. */
  readonly key: string;
  /** Plain text, not yet escaped for Slack. */
  readonly title: string;
  /** http or https only. */
  readonly url: string;
  /** Short facts in reading order, plain text: level, environment, release, counts, first seen. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}
