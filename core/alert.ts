import type { Resolution } from "./alert_resolution.ts";
import type { Attachment } from "./attachment.ts";
import type { PagedPerson } from "./paging.ts";
import type { Instant } from "./time.ts";

/** What stands between an alert and an incident. */
export const ALERT_RELATIONS = ["attached", "offered", "separate", "set_aside"] as const;
export type AlertRelation = (typeof ALERT_RELATIONS)[number];

export const PAGERDUTY_STATUSES = ["triggered", "acknowledged", "resolved"] as const;
export type PagerdutyStatus = (typeof PAGERDUTY_STATUSES)[number];

/** How a resolved alert comes back in PagerDuty: held by whoever asked for it, or paging anew. */
export type ReopenedAs = "acknowledged" | "triggered";

/**
 * One line of the ledger: whether somebody asked for this alert to be resolved in PagerDuty, and what came of it.
 * "failed" is final until a person acts; "wanted" is still being tried. Where the closing was undone, the same of bringing
 * the alert back in PagerDuty.
 */
export type Closing =
  | { readonly state: "none" }
  | { readonly state: "wanted"; readonly problem?: string }
  | { readonly state: "confirmed"; readonly at: Instant }
  | { readonly state: "failed"; readonly problem: string }
  | { readonly state: "reopen_wanted"; readonly as: ReopenedAs; readonly problem?: string }
  | { readonly state: "reopen_failed"; readonly as: ReopenedAs; readonly problem: string };

export interface Escalation {
  readonly at: Instant;
  readonly problem?: string;
}

/** An alert is one PagerDuty incident. This is all that Slack is ever told about it. */
export interface Alert {
  /** PagerDuty's incident id. */
  readonly id: string;
  /** PagerDuty's incident number; 0 where it is not known yet. */
  readonly number: number;
  readonly title: string;
  /** The alert's page in PagerDuty; empty where PagerDuty gave none. */
  readonly url: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly urgency: "high" | "low";
  readonly priority?: string;
  readonly status: PagerdutyStatus;
  readonly since: Instant;
  /** Whom PagerDuty has assigned right now; nobody once it is resolved. */
  readonly paged: readonly PagedPerson[];
  readonly relation: AlertRelation;
  /**
   * Which telling of the alert this is, as the companion counts them, whichever incident it is told to: news with a lower
   * number are older, however late they come.
   */
  readonly told?: number;
  readonly attachments: readonly Attachment[];
  readonly closing: Closing;
  /** How PagerDuty's last resolve of it came about; kept when it is reopened, so only the status says that it is over. */
  readonly resolution?: Resolution;
  /** When PagerDuty last reopened it. */
  readonly reopenedAt?: Instant;
  /** When PagerDuty was asked to page the next level since nobody answered; `problem` says why it did not. */
  readonly escalation?: Escalation;
  /** Why PagerDuty did not acknowledge it although a person asked for that, as a sentence. */
  readonly acknowledgeProblem?: string;
}
