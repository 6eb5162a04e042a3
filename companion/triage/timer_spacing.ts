import { CHANNELS_A_MINUTE } from "../../core/storm.ts";
import { type Instant, MINUTE } from "../../core/time.ts";
import type { TimerKind } from "../jobs.ts";
import type { Unit } from "./unit.ts";

const SPACING_MS = MINUTE / CHANNELS_A_MINUTE;

/**
 * Sets a timer whose work Slack bears only so often a minute (archiving, dressing a channel): where others of its kind are
 * due at the same time, it comes after them.
 */
export async function setSpacedTimer(
  unit: Unit,
  kind: Extract<TimerKind, "archive" | "decorate">,
  incidentId: string,
  dueAt: Instant,
): Promise<void> {
  await unit.tx.clearTimer(kind, incidentId);
  const last = await unit.tx.lastTimer(kind);
  await unit.tx.setTimer(kind, incidentId, last === undefined ? dueAt : Math.max(dueAt, last + SPACING_MS));
}
