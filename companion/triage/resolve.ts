import { isOpen, type Person } from "../../core/incident.ts";
import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import type { Instant } from "../../core/time.ts";
import { type RefusalCode, transition } from "../../core/transitions.ts";
import type { AlertFacts } from "../store/store.ts";
import { expectCarried, resolveWish } from "./carry_on.ts";
import { giveNewHome } from "./open.ts";
import { type Refusal, refusalFor, unknownIncident } from "./refusal.ts";
import { actorOf, announceAlert, queue, record, type Unit } from "./unit.ts";

/**
 * Ends an incident: exactly the ticked alerts are resolved in PagerDuty, those that were shown and not ticked are set aside
 * in the person's name, and those that came after the form was opened get a triage of their own. Idempotent by `requestId`;
 * another request for a resolved incident tries again what PagerDuty refused.
 */
export async function takeResolution(
  unit: Unit,
  request: CompanionRequests["resolve"],
): Promise<Result<CompanionAnswers["resolve"], Refusal>> {
  const { incidentId, requestId, by, at, summary, place } = request;
  if ((await unit.tx.answered("resolve", requestId)) !== undefined) return accept({ ok: true });
  const row = await unit.tx.incident(incidentId);
  if (!row) return refuse(unknownIncident(incidentId));
  if (row.incident.status !== "resolved") {
    const outcome = transition(row.incident, { type: "resolve", by, at, summary });
    if (!outcome.ok) return refuse(notYet(outcome.refusal));
    await unit.tx.saveIncident({ ...row, incident: outcome.value.incident, ...(place ? { place } : {}) });
    await unit.tx.closeWindows(incidentId, unit.now);
    await record(unit, incidentId, "incident.resolved", outcome.value.why, actorOf(by), {
      requestId,
      at,
      summary,
      via: "resolve_form",
    });
    await expectCarried(unit, resolveWish(request));
  }
  await closeAlerts(unit, request);
  await unit.tx.rememberAnswer("resolve", requestId, { ok: true }, unit.now);
  return accept({ ok: true });
}

/** Asks PagerDuty once more for what it refused to resolve for a closed incident. Idempotent by `requestId`. */
export async function takeRetry(
  unit: Unit,
  { requestId, incidentId, by, at }: CompanionRequests["tryAgain"],
): Promise<Result<CompanionAnswers["tryAgain"], Refusal>> {
  if ((await unit.tx.answered("tryAgain", requestId)) !== undefined) return accept({ ok: true });
  const row = await unit.tx.incident(incidentId);
  if (!row) return refuse(unknownIncident(incidentId));
  if (isOpen(row.incident)) return refuse(refusalFor("not_closed"));
  for (const { facts, relation } of await unit.tx.alertsOf(incidentId)) {
    if (relation === "attached" && facts.closing.state === "failed") {
      await wantResolved(unit, incidentId, facts.id, by, at);
    }
  }
  await unit.tx.rememberAnswer("tryAgain", requestId, { ok: true }, unit.now);
  return accept({ ok: true });
}

/** Slack resolves what is decided there: the decision is on its way, and the resolve is handed over again after it. */
function notYet(code: RefusalCode): Refusal {
  const refusal = refusalFor(code);
  return code === "not_decided_yet" ? { ...refusal, status: 425 } : refusal;
}

async function closeAlerts(unit: Unit, request: CompanionRequests["resolve"]): Promise<void> {
  const { incidentId, by, at } = request;
  const ticked = new Set(request.resolveAlertIds);
  const shown = new Set(request.setAsideAlertIds);
  const leftOver: AlertFacts[] = [];
  for (const { facts, relation, laterNumber } of await unit.tx.alertsOf(incidentId)) {
    if (relation === "separate") {
      // Kept separate while the form was open. Slack may have written that it is to be resolved over that.
      if (ticked.has(facts.id)) await announceAlert(unit, incidentId, facts.id);
      continue;
    }
    if (ticked.has(facts.id)) {
      // One that was only offered is ticked as part of this incident.
      if (relation !== "attached" || laterNumber > 0) await unit.tx.relate(incidentId, facts.id, "attached", unit.now);
      await wantResolved(unit, incidentId, facts.id, by, at);
    } else if (relation === "attached" || relation === "offered") {
      if (shown.has(facts.id)) await setAside(unit, incidentId, facts.id, by);
      else leftOver.push(facts);
    }
  }
  await giveNewHome(unit, incidentId, leftOver);
}

async function setAside(unit: Unit, incidentId: string, alertId: string, by: Person): Promise<void> {
  await unit.tx.relate(incidentId, alertId, "set_aside", unit.now);
  await announceAlert(unit, incidentId, alertId);
  await record(unit, incidentId, "alert.set_aside", "person_set_aside", actorOf(by), { alertId, by: by.name });
}

/** Somebody asked for this alert to be resolved in PagerDuty. What PagerDuty confirmed before is left as it is. */
export async function wantResolved(
  unit: Unit,
  incidentId: string,
  alertId: string,
  by: Person,
  at: Instant,
): Promise<void> {
  const row = await unit.tx.alert(alertId);
  if (!row || row.facts.closing.state === "wanted" || row.facts.closing.state === "confirmed") return;
  await unit.tx.saveAlert({ ...row, facts: { ...row.facts, closing: { state: "wanted" } } });
  await queue(unit, incidentId, { kind: "pagerduty_resolve", alertId, by, at });
  await announceAlert(unit, incidentId, alertId);
  await record(unit, incidentId, "alert.resolve_wanted", "person_asked", actorOf(by), { alertId });
}
