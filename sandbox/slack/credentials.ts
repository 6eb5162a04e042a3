/** Step tokens and interactivity pointers: short-lived, and the latter good for one use. */
import { SANDBOX_BOT_TOKEN } from "../seed.ts";
import { findExecution, isOpen, type Platform } from "./platform.ts";
import type { Pointer } from "./state.ts";
import { DEAD_TOKEN_ERROR, POINTER_LIFETIME_MS, STEP_TOKEN_LIFETIME_MS } from "./strictness.ts";

/** Who calls the Web API: always the app's bot, for one execution or for nobody. */
export interface Caller {
  /** Absent for the app's own bot token. */
  readonly execution?: string;
}

export function mintToken(platform: Platform, execution: string): string {
  const token = `xwfp-${platform.deps.id("T")}`;
  platform.state.tokens[token] = { execution, issuedAt: platform.deps.clock.now() };
  return token;
}

/** The caller of a token, or the error that Slack answers. */
export function callerOf(platform: Platform, token: string): Caller | string {
  if (token === "") return "not_authed";
  if (token === SANDBOX_BOT_TOKEN) return {};
  const known = platform.state.tokens[token];
  if (!known) return "invalid_auth";
  const isOld = platform.deps.clock.now() - known.issuedAt >= STEP_TOKEN_LIFETIME_MS;
  // A token ends with its step. It is remembered, since a dead token is refused otherwise than an invented one.
  if (isOld || !isOpen(findExecution(platform, known.execution))) return DEAD_TOKEN_ERROR;
  return { execution: known.execution };
}

function mintPointer(platform: Platform, user: string, view?: string): string {
  const now = platform.deps.clock.now();
  // Pointers of long ago can only be refused, and so can forgotten ones.
  for (const [old, pointer] of Object.entries(platform.state.pointers)) {
    if (now - pointer.issuedAt > 10 * STEP_TOKEN_LIFETIME_MS) delete platform.state.pointers[old];
  }
  const id = `${platform.deps.id("P")}.sandbox`;
  platform.state.pointers[id] = { user, issuedAt: now, issuedWall: Date.now(), view, used: false };
  return id;
}

export type PointerRefusal = "invalid" | "exchanged" | "expired";

/** Uses a pointer up. It is good once, for about three seconds. */
export function takePointer(platform: Platform, id: string): Pointer | PointerRefusal {
  const pointer = platform.state.pointers[id];
  if (!pointer) return "invalid";
  if (pointer.used) return "exchanged";
  const age = Math.max(platform.deps.clock.now() - pointer.issuedAt, Date.now() - pointer.issuedWall);
  if (age > POINTER_LIFETIME_MS) return "expired";
  pointer.used = true;
  return pointer;
}

/** The interactivity object of the payloads, with a fresh pointer. */
export function interactivityOf(platform: Platform, user: string, view?: string) {
  return {
    interactivity_pointer: mintPointer(platform, user, view),
    interactor: { id: user, secret: platform.deps.id("S") },
  };
}
