import type { Person } from "../../core/incident.ts";
import type { AlertFacts, IncidentRow } from "../store/store.ts";
import { homeOf } from "./home.ts";
import { actorOf, announceAlert, record, tellLaterAlerts, type Unit } from "./unit.ts";

/**
 * What a merge is about to move, written down before it does: the alerts with what they are to the source, and the
 * services whose windows the source holds.
 */
export async function rememberMove(unit: Unit, { incident }: IncidentRow): Promise<void> {
  const memory = await unit.tx.undoMemory(incident.id);
  const moved = (await unit.tx.alertsOf(incident.id)).filter(({ relation }) => isAtHome(relation));
  const movedWindows: string[] = [];
  for (const serviceId of new Set([incident.serviceId, ...moved.map(({ facts }) => facts.serviceId)])) {
    if ((await unit.tx.window(serviceId))?.incidentId === incident.id) movedWindows.push(serviceId);
  }
  const movedAlerts = moved.map(({ facts, relation }) => ({ alertId: facts.id, relation }));
  await unit.tx.saveUndoMemory(incident.id, { ...memory, movedAlerts, movedWindows });
}

function isAtHome(relation: string): boolean {
  return relation === "attached" || relation === "offered";
}

/** The incident that has, by now, what was merged into this one; itself where it was not merged further. */
export async function holderOf(unit: Unit, incidentId: string): Promise<IncidentRow | undefined> {
  const seen = new Set<string>();
  let row = await unit.tx.incident(incidentId);
  while (row?.incident.status === "merged" && !seen.has(row.incident.id)) {
    seen.add(row.incident.id);
    row = await unit.tx.incident(row.incident.mergedInto);
  }
  return row;
}

/** The alerts that came along with a merge and are to the holder what they were: others were answered there, and stay. */
export async function alertsToBringBack(
  unit: Unit,
  source: IncidentRow,
  holder: IncidentRow,
): Promise<readonly AlertFacts[]> {
  const { movedAlerts } = await unit.tx.undoMemory(source.incident.id);
  const back: AlertFacts[] = [];
  for (const { alertId, relation } of movedAlerts) {
    const home = homeOf(await unit.tx.relations(alertId));
    if (home?.incidentId !== holder.incident.id || home.relation !== relation) continue;
    const alert = await unit.tx.alert(alertId);
    if (alert) back.push(alert.facts);
  }
  return back;
}

/**
 * Takes a merged incident's alerts back out of the one that took it in, as they are, and its windows with them.
 * @returns the alerts' ids
 */
export async function bringBack(unit: Unit, source: IncidentRow, by: Person): Promise<readonly string[]> {
  const { id } = source.incident;
  const holder = await holderOf(unit, id);
  if (!holder || holder.incident.id === id) return [];
  const holderId = holder.incident.id;
  const memory = await unit.tx.undoMemory(id);
  const back = await alertsToBringBack(unit, source, holder);
  for (const { id: alertId } of back) {
    const relation = memory.movedAlerts.find((moved) => moved.alertId === alertId)?.relation ?? "attached";
    await unit.tx.unrelate(holderId, alertId);
    await unit.tx.relate(id, alertId, relation, unit.now);
    await announceAlert(unit, id, alertId);
  }
  for (const serviceId of memory.movedWindows) {
    const window = await unit.tx.window(serviceId);
    if (window?.incidentId === holderId) await unit.tx.replaceWindow(serviceId, id, window.openedAt, window.closesAt);
  }
  await unit.tx.saveUndoMemory(id, { ...memory, movedAlerts: [], movedWindows: [] });
  // How many alerts are left there is told with the later ones.
  if (back.length > 0) await tellLaterAlerts(unit, holderId, "");
  const alertIds = back.map((alert) => alert.id);
  await record(unit, holderId, "incident.gave_back", "person_undid", actorOf(by), { to: id, alertIds });
  return alertIds;
}
