import type { Instant } from "./time.ts";

/** Someone in Slack who pressed, wrote or started something. */
export interface Person {
  readonly slackUserId: string;
  readonly name: string;
  /** Undefined where the workspace hides it; then PagerDuty is told in the fallback user's name. */
  readonly email?: string;
}

/** What decided in a person's stead: a rule that somebody set for the service. */
export interface Rule {
  readonly rule: "resolved_by_itself";
}
export type Decider = Person | Rule;

export function isPerson(decider: Decider): decider is Person {
  return "slackUserId" in decider;
}

/** The reasons that the dismiss form offers, in its order; the first one is preselected. */
export const DISMISS_REASONS = {
  false_alarm: "False alarm",
  healed_itself: "Healed by itself",
  expected_work: "Expected work (deploy, maintenance)",
  duplicate: "Duplicate",
  test: "Test",
  other: "Something else",
} as const;
export type DismissReason = keyof typeof DISMISS_REASONS;

interface IncidentBase {
  readonly id: string;
  /** Shown as #142; "m" and letters where a person started triage while the companion could not be reached. */
  readonly number: string;
  readonly title: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly openedAt: Instant;
}

interface Decided {
  readonly decidedBy: Person;
  readonly decidedAt: Instant;
}

export type TriageIncident = IncidentBase & { readonly status: "triage" };
export type ActiveIncident = IncidentBase & Decided & { readonly status: "active" };
export type MergedIncident = IncidentBase & Decided & { readonly status: "merged"; readonly mergedInto: string };
export type DismissedIncident = IncidentBase &
  Omit<Decided, "decidedBy"> & {
    readonly decidedBy: Decider;
    readonly status: "dismissed";
    readonly reason: DismissReason;
    readonly note: string;
  };
export type ResolvedIncident = IncidentBase &
  Decided & {
    readonly status: "resolved";
    readonly resolvedBy: Person;
    readonly resolvedAt: Instant;
    readonly summary: string;
  };

/** A status is a shape: what a status does not have, its type does not have. */
export type Incident = TriageIncident | ActiveIncident | MergedIncident | DismissedIncident | ResolvedIncident;
export type IncidentStatus = Incident["status"];

/** Whether alerts may still be attached and people are still at work on it. */
export function isOpen(incident: Incident): incident is TriageIncident | ActiveIncident {
  return incident.status === "triage" || incident.status === "active";
}
