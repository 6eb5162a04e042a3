import { isOverByItself } from "../../core/alert_resolution.ts";
import type { RulesDecision } from "../../core/protocol.ts";
import { takeDecision } from "./decide.ts";
import { serviceSettings, type Unit } from "./unit.ts";

/**
 * PagerDuty resolved an alert by itself before anybody decided. Where each alert's service says so, its triage is dismissed
 * by that rule, in Slack as well; whoever presses later is told so, and it can be taken back like any other dismissal.
 */
export async function dismissIfOver(unit: Unit, incidentId: string): Promise<void> {
  const row = await unit.tx.incident(incidentId);
  if (row?.incident.status !== "triage") return;
  const alerts = await unit.tx.alertsOf(incidentId);
  if (!isOverByItself(alerts.map(({ facts, relation }) => ({ ...facts, relation })))) return;
  for (const { facts, relation } of alerts) {
    if (relation !== "attached") continue;
    if ((await serviceSettings(unit, facts.serviceId, facts.urgency)).selfResolved !== "dismiss") return;
  }
  const decision: RulesDecision = {
    id: unit.id("rule"),
    incidentId,
    decision: "dismiss",
    by: { rule: "resolved_by_itself" },
    at: unit.now,
    reason: "healed_itself",
    note: "",
  };
  await takeDecision(unit, { phase: "decided", decision });
}
