/**
 * What becomes of an alert that belongs to no incident: a triage of its own, the open incident of its service, a line in
 * the feed, or nothing. Every verdict has its reason, and one rule goes before the next in the order in which they stand.
 */
import type { Attachment } from "./attachment.ts";
import { DEFAULT_WINDOW_MS, type DebounceWindow, routeAlert } from "./debounce.ts";
import { compareLevels, type Level } from "./later_alert.ts";
import type { ServiceSettings, WindowSettings } from "./service_settings.ts";
import type { Instant } from "./time.ts";

/** By what an alert is known to be the same as one before it. */
export interface AlertIdentity {
  /** PagerDuty's alert keys, as the sender gave them; undefined while PagerDuty was not asked for them. */
  readonly keys: readonly string[] | undefined;
  /** The Sentry issues and metric alerts behind it. */
  readonly sentry: readonly string[];
}

/** What a person dismissed, remembered until the incident's window would have ended. */
export interface Dismissal {
  readonly incidentId: string;
  readonly number: string;
  readonly dismissedBy: string;
  /** Half-open: an alert at this moment is not of the window any more. */
  readonly until: Instant;
  readonly keys: readonly string[];
  readonly sentry: readonly string[];
  /** The loudest of what was dismissed. */
  readonly level: Level;
}

export interface Arrival {
  readonly level: Level;
  readonly identity: AlertIdentity;
  /** The time that counts for windows. */
  readonly at: Instant;
  readonly now: Instant;
}

/** What is known of the alert's service at that moment. */
export interface ServiceState {
  readonly settings: ServiceSettings;
  readonly window: DebounceWindow | undefined;
  /** Whether the window's incident, or the one that took it in, is open. */
  readonly isHolderOpen: boolean;
  readonly dismissals: readonly Dismissal[];
}

export type AdmissionVerdict =
  | {
      readonly action: "open";
      readonly why: "no_window" | "window_elapsed" | "incident_closed" | "debounce_off";
    }
  | { readonly action: "open_again"; readonly why: "louder_than_dismissed"; readonly dismissal: Dismissal }
  | { readonly action: "join"; readonly why: "in_window" }
  | { readonly action: "suppress"; readonly why: "dismissed_before"; readonly dismissal: Dismissal }
  /** Its keys decide and are not known yet. */
  | { readonly action: "hold"; readonly why: "keys_needed" }
  | { readonly action: "backlog"; readonly why: "older_than_window" }
  | { readonly action: "feed"; readonly why: "set_to_feed" }
  | { readonly action: "ignore"; readonly why: "set_to_ignore" };

/** Decides about an alert. Nothing is read or written here. */
export function admit(arrival: Arrival, service: ServiceState): AdmissionVerdict {
  const { settings, window, isHolderOpen, dismissals } = service;
  if (settings.admission === "ignore") return { action: "ignore", why: "set_to_ignore" };
  const known = dismissals.find((one) => arrival.at < one.until && isSame(arrival.identity, one));
  if (known) {
    return compareLevels(known.level, arrival.level).rises
      ? { action: "open_again", why: "louder_than_dismissed", dismissal: known }
      : { action: "suppress", why: "dismissed_before", dismissal: known };
  }
  if (arrival.identity.keys === undefined && dismissals.some((one) => arrival.at < one.until && one.keys.length > 0)) {
    return { action: "hold", why: "keys_needed" };
  }
  const route = routeAlert(window, arrival.at);
  const isDebounced = settings.window.kind !== "none";
  if (isDebounced && route.action === "join" && isHolderOpen) return { action: "join", why: "in_window" };
  if (arrival.now - arrival.at >= lengthOf(settings.window)) return { action: "backlog", why: "older_than_window" };
  if (settings.admission === "feed") return { action: "feed", why: "set_to_feed" };
  if (!isDebounced) return { action: "open", why: "debounce_off" };
  return { action: "open", why: route.action === "open" ? route.why : "incident_closed" };
}

/**
 * The same failure: all of its keys, or all of its Sentry issues, were dismissed. PagerDuty groups alerts, so one that
 * brings something new beside something known is a different one.
 */
function isSame({ keys = [], sentry }: AlertIdentity, dismissal: Dismissal): boolean {
  const isWithin = (some: readonly string[], all: readonly string[]) =>
    some.length > 0 && some.every((one) => all.includes(one));
  return isWithin(keys, dismissal.keys) || isWithin(sentry, dismissal.sentry);
}

function lengthOf(window: WindowSettings): number {
  return window.kind === "none" ? DEFAULT_WINDOW_MS : window.lengthMs;
}

/** How much longer than its first end a window may become; 0 for windows that keep their end. */
export function longestWindowMs(window: WindowSettings): number {
  return window.kind === "rolling" ? window.maxAgeMs : 0;
}

/** The Sentry issues and metric alerts among an alert's attachments. */
export function sentryKeysOf(attachments: readonly Attachment[]): readonly string[] {
  const sentry = attachments.filter(({ kind }) => kind === "sentry_issue" || kind === "sentry_metric_alert");
  return sentry.map(({ kind, key }) => `${kind}:${key}`);
}
