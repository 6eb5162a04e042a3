import { type Urgency, windowEnd } from "../../core/service_settings.ts";
import type { Instant } from "../../core/time.ts";
import { followToOpen } from "./open.ts";
import { serviceSettings, type Unit } from "./unit.ts";

/** Who holds a service's window after somebody asked for it. */
export interface HeldWindow {
  readonly closesAt: Instant;
  /** The open incident that held it before; empty where it was free and was taken. */
  readonly heldBy: string;
}

/** Takes the service's window where it is free, over, or held by an incident that is closed; an open incident keeps it. */
export async function takeFreeWindow(
  unit: Unit,
  service: { readonly serviceId: string; readonly urgency: Urgency },
  incidentId: string,
  at: Instant,
): Promise<HeldWindow> {
  const window = await unit.tx.window(service.serviceId);
  if (window && at < window.closesAt) {
    const holder = await followToOpen(unit, window.incidentId);
    if (holder) return { closesAt: window.closesAt, heldBy: holder.incident.id };
  }
  const settings = await serviceSettings(unit, service.serviceId, service.urgency);
  const closesAt = windowEnd(settings.window, at);
  if (settings.window.kind !== "none") await unit.tx.replaceWindow(service.serviceId, incidentId, at, closesAt);
  return { closesAt, heldBy: "" };
}
