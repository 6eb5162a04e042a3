import { routeLaterAlert } from "../../core/later_alert.ts";
import type { RelatedAlert, Relation } from "../store/store.ts";
import { isUnanswered } from "./home.ts";
import { addLaterAlert } from "./later.ts";
import { openApart } from "./open.ts";
import { announceAlert, type Unit } from "./unit.ts";

/**
 * What belongs to one incident goes over to another: its windows, its alerts, its offers, and what people said does not
 * belong to it.
 * @returns the alerts that were attached
 */
export async function moveContents(unit: Unit, fromId: string, toId: string): Promise<readonly string[]> {
  const attached: string[] = [];
  await unit.tx.moveWindows(fromId, toId);
  for (const related of await unit.tx.alertsOf(fromId)) {
    const { facts, relation } = related;
    if (isUnanswered(related)) {
      await moveUnanswered(unit, fromId, toId, related);
    } else if (relation === "attached") {
      await unit.tx.unrelate(fromId, facts.id);
      await unit.tx.relate(toId, facts.id, relation, unit.now);
      await announceAlert(unit, toId, facts.id);
      attached.push(facts.id);
    } else if (!(await relationTo(unit, toId, facts.id))) {
      await unit.tx.relate(toId, facts.id, relation, unit.now);
    }
  }
  return attached;
}

/** What nobody answered is asked about again at the target, unless somebody said there that it does not belong. */
async function moveUnanswered(unit: Unit, fromId: string, toId: string, related: RelatedAlert): Promise<void> {
  const { facts, relation } = related;
  const before = await relationTo(unit, toId, facts.id);
  const route = routeLaterAlert(before?.relation, relation === "attached" ? "attach" : "offer");
  await unit.tx.unrelate(fromId, facts.id);
  if (route.action === "own_triage") {
    await openApart(unit, [facts], route.why);
    return;
  }
  const hint = { expectsAlerts: false };
  await addLaterAlert(unit, toId, { alert: facts, action: route.action, why: "person_merged", hint });
}

async function relationTo(unit: Unit, incidentId: string, alertId: string): Promise<Relation | undefined> {
  return (await unit.tx.relations(alertId)).find((one) => one.incidentId === incidentId);
}
