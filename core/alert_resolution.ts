import type { Alert, Closing } from "./alert.ts";
import type { Instant } from "./time.ts";

/** How PagerDuty came to call an alert resolved. */
export type Resolution =
  /**
   * Its integration, a rule or a time-out: nobody looked at it. `again` where an acknowledgement of ours was on its way just
   * then and opened it again, which we made good.
   */
  | { readonly by: "itself"; readonly at: Instant; readonly again?: true }
  | { readonly by: "person"; readonly at: Instant; readonly name: string }
  | { readonly by: "us"; readonly at: Instant }
  /** Merged in PagerDuty into another incident there: what failed goes on under that one's number. */
  | { readonly by: "merge"; readonly at: Instant; readonly into: string; readonly number: number };

/** The reasons that the timeline, the explanation and the tests name. */
export const RESOLUTION_REASONS = {
  itself: "resolved_by_itself",
  person: "resolved_by_person",
  us: "resolved_by_us",
  merge: "pagerduty_merge",
} as const satisfies Readonly<Record<Resolution["by"], string>>;
export type ResolutionReason = (typeof RESOLUTION_REASONS)[Resolution["by"]];

/** What PagerDuty says of a resolve. */
export interface ResolveNews {
  readonly at: Instant;
  /** PagerDuty's type of whoever did it; empty for automation. An open set. */
  readonly agentType: string;
  readonly agentName: string;
  /** The PagerDuty incident that this one was merged into. */
  readonly mergedInto?: { readonly id: string; readonly number: number };
}

/**
 * How a resolve came about. PagerDuty calls a merge a resolve as well, but it is none: it only moves the matter. What we
 * ask of PagerDuty is done in a user's name, so whether it was us is told by whether somebody here had asked for it.
 */
export function resolutionOf(news: ResolveNews, closing: Closing): Resolution {
  const { at, agentType, agentName, mergedInto } = news;
  if (mergedInto) return { by: "merge", at, into: mergedInto.id, number: mergedInto.number };
  if (!agentType.startsWith("user")) return { by: "itself", at };
  if (closing.state === "wanted" || closing.state === "confirmed") return { by: "us", at };
  return { by: "person", at, name: agentName || "Somebody" };
}

/** Whether it is over because somebody here asked for it: what PagerDuty resolved without us is not ours to bring back. */
export function isResolvedByUs(alert: Pick<Alert, "status" | "resolution" | "reopenedAt" | "closing">): boolean {
  if (alert.status !== "resolved" || alert.closing.state !== "confirmed") return false;
  return (currentResolution(alert)?.by ?? "us") === "us";
}

/**
 * Whether a triage is over without anybody: each of its alerts was resolved by itself, and none that was offered to it is
 * still open. Only then may a service's rule dismiss it; what a person or a merge ended is for people to judge.
 */
export function isOverByItself(
  alerts: readonly Pick<Alert, "status" | "resolution" | "reopenedAt" | "relation">[],
): boolean {
  const own = alerts.filter(({ relation }) => relation === "attached");
  const isOffered = alerts.some(({ relation, status }) => relation === "offered" && status !== "resolved");
  return own.length > 0 && !isOffered && own.every((alert) => currentResolution(alert)?.by === "itself");
}

/** How it came to be over; undefined while it is not, or where PagerDuty never told. */
export function currentResolution(alert: Pick<Alert, "status" | "resolution" | "reopenedAt">): Resolution | undefined {
  const { status, resolution, reopenedAt = 0 } = alert;
  return status === "resolved" && resolution && resolution.at >= reopenedAt ? resolution : undefined;
}
