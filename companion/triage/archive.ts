import { isOpen } from "../../core/incident.ts";
import { MINUTE } from "../../core/time.ts";
import { COMPANION_ACTOR, queue, record, type Unit } from "./unit.ts";

/**
 * The grace period of a closed incident's channel is over. As long as PagerDuty has not confirmed what was asked of it,
 * the channel stays, since it is where people are told.
 */
export async function archiveDue(unit: Unit, incidentId: string): Promise<void> {
  const row = await unit.tx.incident(incidentId);
  if (!row || isOpen(row.incident)) return;
  const isUnderWay = (await unit.tx.alertsOf(incidentId)).some(
    ({ facts, relation }) =>
      relation === "attached" && (facts.closing.state === "wanted" || facts.closing.state === "failed"),
  );
  if (isUnderWay) {
    return unit.tx.setTimer("archive", incidentId, unit.now + Math.max(unit.settings.archiveGraceMs, MINUTE));
  }
  await queue(unit, incidentId, { kind: "slack_signal", signal: "archive_due" });
  await record(unit, incidentId, "archive.due", "timer_due", COMPANION_ACTOR);
}
