/** What the stand-in of Sentry remembers: issues and their events, as plain JSON. */
import type { Instant } from "../../core/time.ts";

export interface SentryProject {
  readonly id: string;
  readonly slug: string;
  readonly platform: string;
}

/** An error as a program reported it. */
export interface SentryError {
  readonly project: SentryProject;
  /** "TypeError" */
  readonly type: string;
  /** "Cannot read properties of null (reading 'lineItems')" */
  readonly value: string;
  /** The transaction or the place in the code, as Sentry names it. */
  readonly culprit: string;
  readonly filename: string;
  readonly function: string;
  readonly level: "fatal" | "error" | "warning" | "info";
  readonly environment: string;
  readonly release: string;
  /** How many events there were, and how many people they hit. */
  readonly count: number;
  readonly userCount: number;
}

export interface SentryEvent {
  /** 32 hex digits. */
  readonly eventId: string;
  readonly at: Instant;
}

export interface SentryIssue {
  /** All digits. */
  readonly id: string;
  /** "CHECKOUT-2K" */
  readonly shortId: string;
  readonly error: SentryError;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  /** Oldest first; never empty. */
  readonly events: readonly SentryEvent[];
}

export interface SentryState {
  nextIssue: number;
  /** Oldest first. */
  issues: SentryIssue[];
}

export function emptyState(): SentryState {
  return { nextIssue: 1, issues: [] };
}

/** "TypeError: Cannot read properties of null": how Sentry titles an issue. */
export function issueTitle(error: SentryError): string {
  return `${error.type}: ${error.value}`;
}
