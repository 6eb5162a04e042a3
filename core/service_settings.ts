/**
 * What can be set for each service and urgency. A setting is looked for from the narrowest row to the widest, and every
 * row may hold a part of the settings only: this service at this urgency, this service, every service at this urgency,
 * every service, and then the defaults.
 */
import { EVERYONE } from "./deciders.ts";
import type { Instant } from "./time.ts";

export type Urgency = "high" | "low";

/** What a first alert gets: a channel of its own, one line in the triage feed, or nothing. */
export type Admission = "channel" | "feed" | "ignore";

/**
 * How long later alerts fall into the first one's incident. "rolling" begins anew with each alert, up to `maxAgeMs` after
 * the first; "none" opens an incident for every alert.
 */
export type WindowSettings =
  | { readonly kind: "fixed"; readonly lengthMs: number }
  | { readonly kind: "rolling"; readonly lengthMs: number; readonly maxAgeMs: number }
  | { readonly kind: "none" };

export interface ServiceSettings {
  readonly admission: Admission;
  readonly window: WindowSettings;
  /** Whether a later alert is offered to people or attached without asking. */
  readonly laterAlerts: "offer" | "attach";
  /** What becomes of a triage whose alert PagerDuty resolved by itself before anybody decided. */
  readonly selfResolved: "ask" | "dismiss";
  /** Whether the last reminder of an undecided triage may escalate in PagerDuty. */
  readonly escalate: boolean;
  /** Whose press decides: every full member ("everyone"), or a Slack user group and whoever is on call. */
  readonly deciders: string;
}

/** A row of settings: for one service or "*", for one urgency or "*". */
export interface SettingsRow {
  readonly serviceId: string;
  readonly urgency: Urgency | "*";
  readonly settings: Partial<ServiceSettings>;
}

/** When a window that opens at `at` closes, unless later alerts extend it; "none" is over as soon as it began. */
export function windowEnd(window: WindowSettings, at: Instant): Instant {
  return window.kind === "none" ? at : at + window.lengthMs;
}

/** @param windowMs the length of the window where no row says otherwise */
export function defaultServiceSettings(windowMs: number): ServiceSettings {
  return {
    admission: "channel",
    window: { kind: "fixed", lengthMs: windowMs },
    laterAlerts: "offer",
    selfResolved: "ask",
    escalate: false,
    deciders: EVERYONE,
  };
}

/** The settings that hold for a service at an urgency; rows of other services and urgencies may be among them. */
export function resolveServiceSettings(
  rows: readonly SettingsRow[],
  serviceId: string,
  urgency: Urgency,
  defaults: ServiceSettings,
): ServiceSettings {
  const widestFirst = [
    ["*", "*"],
    ["*", urgency],
    [serviceId, "*"],
    [serviceId, urgency],
  ] as const;
  let settings = defaults;
  for (const [service, at] of widestFirst) {
    const row = rows.find((one) => one.serviceId === service && one.urgency === at);
    settings = { ...settings, ...row?.settings };
  }
  return settings;
}
