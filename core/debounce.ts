import { type Instant, MINUTE } from "./time.ts";

export const DEFAULT_WINDOW_MS = 30 * MINUTE;

/** The one open window of a service: which incident its alerts fall into, and until when. */
export interface DebounceWindow {
  readonly incidentId: string;
  readonly openedAt: Instant;
  readonly closesAt: Instant;
}

export type AlertRoute =
  | { readonly action: "open"; readonly why: "no_window" | "window_elapsed" }
  | { readonly action: "join"; readonly incidentId: string; readonly why: "in_window" };

/**
 * Where an alert of a service goes. The window is half-open: an alert exactly at its end opens a new incident.
 * An alert dated before the window opened (late delivery, a clock behind) joins it.
 */
export function routeAlert(window: DebounceWindow | undefined, at: Instant): AlertRoute {
  if (!window) return { action: "open", why: "no_window" };
  if (at >= window.closesAt) return { action: "open", why: "window_elapsed" };
  return { action: "join", incidentId: window.incidentId, why: "in_window" };
}

/**
 * The time that counts for windows: the earlier of when it happened and when it reached us, so that neither a sender's
 * clock in the future nor a late delivery stretches a window.
 */
export function alertTime(occurredAt: Instant | undefined, receivedAt: Instant): Instant {
  return occurredAt === undefined ? receivedAt : Math.min(occurredAt, receivedAt);
}
