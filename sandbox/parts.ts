import type { Hono } from "hono";
import type { SandboxClock } from "./clock.ts";

/** What every stand-in is given. Identifiers and time come from here, so that a run can be repeated. */
export interface SandboxDeps {
  readonly clock: SandboxClock;
  /** Tells the page that something it may show has changed. */
  readonly changed: () => void;
  /** A new identifier, such as id("C") → "C0000000012": upper-case letters and digits, unique in this sandbox. */
  readonly id: (prefix: string) => string;
}

/** One stand-in: its HTTP routes, and its whole state as plain JSON. */
export interface StandIn {
  /** Mounted at "/", so it carries its own prefixes. */
  readonly routes: Hono;
  /** Everything it knows, JSON-able: the dump of /sandbox/state and what --data keeps. */
  snapshot(): unknown;
  /** Takes back what snapshot() gave. */
  restore(snapshot: unknown): void;
  /** Back to the seed. */
  reset(): void;
  /** Ends timers and processes. */
  close(): Promise<void>;
}
