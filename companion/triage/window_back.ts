import type { Instant } from "../../core/time.ts";
import type { IncidentRow } from "../store/store.ts";
import { followToOpen } from "./open.ts";
import type { Unit } from "./unit.ts";

/** Which window an incident has after its closing was taken back. */
interface WindowBack {
  /** Until when later alerts of the service join it; 0 where they do not. */
  readonly windowClosesAt: Instant;
  /** The open incident that keeps the service's window; empty where there is none. */
  readonly windowHeldBy: string;
}

/** The open incident, another one, that holds the service's window at this moment; empty where there is none. */
export async function windowHolder(unit: Unit, { incident }: IncidentRow): Promise<string> {
  const window = await unit.tx.window(incident.serviceId);
  if (!window || unit.now >= window.closesAt) return "";
  const holder = (await followToOpen(unit, window.incidentId))?.incident.id;
  return holder === undefined || holder === incident.id ? "" : holder;
}

/**
 * The incident takes its service's window again for what is left of it, unless another open incident holds it meanwhile:
 * that one keeps it, and the two can be merged.
 */
export async function takeWindowBack(unit: Unit, row: IncidentRow): Promise<WindowBack> {
  const { id, serviceId } = row.incident;
  const window = await unit.tx.window(serviceId);
  if (window?.incidentId === id && unit.now < window.closesAt) {
    return { windowClosesAt: window.closesAt, windowHeldBy: "" };
  }
  const windowHeldBy = await windowHolder(unit, row);
  if (windowHeldBy !== "" || unit.now >= row.windowClosesAt) return { windowClosesAt: 0, windowHeldBy };
  await unit.tx.replaceWindow(serviceId, id, row.incident.openedAt, row.windowClosesAt);
  return { windowClosesAt: row.windowClosesAt, windowHeldBy: "" };
}
