import { actorAddress } from "../../core/paging.ts";
import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { type Refusal, unknownIncident } from "./refusal.ts";
import { serviceSettings, type Unit } from "./unit.ts";

/** Who may decide on an incident, and whether this person is on call for it: PagerDuty has them on an attached alert now. */
export async function decidersOf(
  unit: Unit,
  { incidentId, by }: CompanionRequests["deciders"],
  userMap: ReadonlyMap<string, string>,
): Promise<Result<CompanionAnswers["deciders"], Refusal>> {
  const row = await unit.tx.incident(incidentId);
  if (!row) return refuse(unknownIncident(incidentId));
  const alerts = (await unit.tx.alertsOf(incidentId)).filter(({ relation }) => relation === "attached");
  const isLow = alerts.length > 0 && alerts.every(({ facts }) => facts.urgency === "low");
  const { deciders } = await serviceSettings(unit, row.incident.serviceId, isLow ? "low" : "high");
  const address = actorAddress(by, userMap);
  const paged = alerts.flatMap(({ facts }) => (facts.status === "resolved" ? [] : facts.paged));
  const isOnCall = address !== undefined && paged.some(({ email }) => email?.trim().toLowerCase() === address);
  return accept({ ok: true, group: deciders, isOnCall });
}
