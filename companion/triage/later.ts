import { isDeepStrictEqual } from "node:util";
import type { AlertRelation } from "../../core/alert.ts";
import type { RuleFacts } from "../../core/explanation.ts";
import { compareLevels, type LaterAlertRoute, type Level, louderOf } from "../../core/later_alert.ts";
import type { AlertFacts, IncidentLevel, IncidentRow } from "../store/store.ts";
import type { Why } from "../timeline.ts";
import type { DetailsHint } from "./open.ts";
import { COMPANION_ACTOR, queue, record, tellLaterAlerts, type Unit } from "./unit.ts";

/** How an alert comes to an open incident that has others already. */
export interface LaterAlert {
  readonly alert: AlertFacts;
  readonly action: Exclude<LaterAlertRoute["action"], "own_triage">;
  readonly why: Why;
  readonly hint: DetailsHint;
  /** What the rule decided by, where it was one. */
  readonly rule?: RuleFacts;
}

/** Beyond this many unanswered alerts nobody sees each of them, and looking every one up would use PagerDuty's rate up. */
const LOOKED_UP = 25;

/** What an alert is to its incident from the moment that it comes until a person answers for it. */
const RELATION = { offer: "offered", attach: "attached" } as const satisfies Record<
  LaterAlert["action"],
  AlertRelation
>;

/** The alert falls into the incident: people are asked whether it belongs, or told that it was attached. */
export async function addLaterAlert(unit: Unit, incidentId: string, later: LaterAlert): Promise<void> {
  const { alert, action, why, hint } = later;
  // Read anew: several may come in one unit of work.
  const target = await unit.tx.incident(incidentId);
  if (!target) throw new Error(`There is no incident ${incidentId}.`);
  const laterCount = target.laterCount + 1;
  await unit.tx.relate(incidentId, alert.id, RELATION[action], unit.now, laterCount);
  const { level, isRise } = levelWith(target, alert);
  await unit.tx.saveIncident({ ...target, laterCount, level });
  await tellLaterAlerts(unit, incidentId, alert.id, isRise);
  if ((await unit.tx.laterAlertCount(incidentId)) <= LOOKED_UP) {
    await queue(unit, incidentId, { kind: "fetch_details", alertId: alert.id, ...hint });
  }
  const what = action === "attach" ? "alert.attached" : "alert.offered";
  await record(unit, incidentId, what, why, COMPANION_ACTOR, {
    alertId: alert.id,
    laterCount,
    ...(later.rule ? { rule: later.rule } : {}),
  });
}

function levelWith(
  target: IncidentRow,
  alert: AlertFacts,
): { readonly level: IncidentLevel; readonly isRise: boolean } {
  const { level } = target;
  // Whoever started it by hand is at work already, and nobody was paged yet: the first alert does not ring again.
  if (!level) return { level: levelOf(alert), isRise: false };
  const comparison = compareLevels(level, alert);
  const louder = louderOf(level, levelOf(alert));
  if (!comparison.rises) return { level: { ...louder, ...(level.rise ? { rise: level.rise } : {}) }, isRise: false };
  const rise = { number: (level.rise?.number ?? 0) + 1, alertId: alert.id, why: comparison.why };
  return { level: { ...louder, rise }, isRise: true };
}

/** How loud an alert is, and nothing else of it. */
export function levelOf({ urgency, priority }: Level): Level {
  return priority === undefined ? { urgency } : { urgency, priority };
}

/** An alert of the incident has become louder, which its people see: a later alert must be louder than this to ring. */
export async function raiseLevel(unit: Unit, incidentId: string, alert: AlertFacts): Promise<void> {
  const row = await unit.tx.incident(incidentId);
  if (!row?.level) return;
  const louder = { ...row.level, ...louderOf(row.level, levelOf(alert)) };
  if (!isDeepStrictEqual(louder, row.level)) await unit.tx.saveIncident({ ...row, level: louder });
}

/** Alerts that came back unanswered, as an undone merge brings them, are asked about anew: the offer before is gone. */
export async function offerAgain(unit: Unit, incidentId: string): Promise<void> {
  for (const { facts, relation, laterNumber } of await unit.tx.alertsOf(incidentId)) {
    if (relation !== "offered" || laterNumber > 0) continue;
    const hint = { expectsAlerts: false };
    await addLaterAlert(unit, incidentId, { alert: facts, action: "offer", why: "person_undid", hint });
  }
}
