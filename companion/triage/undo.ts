import type { ReopenedAs } from "../../core/alert.ts";
import { isResolvedByUs } from "../../core/alert_resolution.ts";
import type { Person } from "../../core/incident.ts";
import type { CompanionAnswers, CompanionRequests, ReopenChoice } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { transition } from "../../core/transitions.ts";
import type { AlertFacts, IncidentRow } from "../store/store.ts";
import { expectCarried, undoWish } from "./carry_on.ts";
import { bringBack } from "./bring_back.ts";
import { offerAgain } from "./later.ts";
import { type Refusal, refusalFor, unknownIncident } from "./refusal.ts";
import { beginReminders } from "./reminders.ts";
import { actorOf, announceAlert, queue, record, type Unit } from "./unit.ts";
import { takeWindowBack } from "./window_back.ts";

type UndoRequest = CompanionRequests["undo"];

/**
 * Takes a closing back: the incident is in triage again (or active, for a resolved one), the undone decision never applies
 * again, and in PagerDuty happens what the person chose and nothing else. Idempotent by `requestId`.
 */
export async function takeUndo(unit: Unit, request: UndoRequest): Promise<Result<CompanionAnswers["undo"], Refusal>> {
  const { requestId, incidentId, command, by, at, place } = request;
  const answered = await unit.tx.answered("undo", requestId);
  if (answered !== undefined) return accept(answered as CompanionAnswers["undo"]);
  const found = await unit.tx.incident(incidentId);
  if (!found) return refuse(unknownIncident(incidentId));
  const row = place ? { ...found, place } : found;
  const outcome = transition(row.incident, { type: command, by, at });
  const wish = outcome.ok ? undoWish(request, row.incident) : undefined;
  if (wish) await expectCarried(unit, wish);
  if (request.phase === "asked") return accept(NOTHING_MOVED);
  if (!outcome.ok) {
    // The decision itself is still on its way here; when it comes, it is undone already.
    const isAhead = row.incident.status === "triage" && (await barDecisions(unit, row, request));
    if (!isAhead) return refuse(refusalFor(outcome.refusal));
    // Coming again it must not take back what is decided meanwhile.
    await unit.tx.rememberAnswer("undo", requestId, NOTHING_MOVED, unit.now);
    return accept(NOTHING_MOVED);
  }
  const alertIds = row.incident.status === "merged" ? await bringBack(unit, row, by) : [];
  if (row.incident.status !== "merged") await takeResolvesBack(unit, request);
  const { incident, why } = outcome.value;
  if (command === "undo") await barDecisions(unit, row, request);
  const after = command === "undo" ? withoutDecision({ ...row, incident }) : { ...row, incident };
  for (const timer of ["archive", "reapply_decision"] as const) await unit.tx.clearTimer(timer, incidentId);
  const window = await takeWindowBack(unit, after);
  await unit.tx.saveIncident(after);
  if (command === "undo") await beginReminders(unit, incidentId);
  await offerAgain(unit, incidentId);
  await record(unit, incidentId, command === "undo" ? "incident.undone" : "incident.reopened", why, actorOf(by), {
    requestId,
    via: "undo_form",
    from: row.incident.status,
    inPagerduty: request.inPagerduty,
    ...(row.decision && command === "undo" ? { decisionId: row.decision.id } : {}),
    ...(window.windowHeldBy === "" ? {} : { windowHeldBy: window.windowHeldBy }),
  });
  const answer = { ok: true, alertIds, ...window } as const;
  await unit.tx.rememberAnswer("undo", requestId, answer, unit.now);
  return accept(answer);
}

const NOTHING_MOVED = { ok: true, alertIds: [], windowClosesAt: 0, windowHeldBy: "" } as const;

function withoutDecision({ decision: _decision, appliedAt: _appliedAt, ...row }: IncidentRow): IncidentRow {
  return row;
}

/** @returns whether any of them was not barred before */
async function barDecisions(unit: Unit, row: IncidentRow, request: UndoRequest): Promise<boolean> {
  const memory = await unit.tx.undoMemory(row.incident.id);
  const fresh = [row.decision?.id, request.decisionId || undefined].filter(
    (id) => id !== undefined && !memory.undoneDecisionIds.includes(id),
  ) as string[];
  if (fresh.length === 0) return false;
  const undoneDecisionIds = [...memory.undoneDecisionIds, ...new Set(fresh)];
  await unit.tx.saveUndoMemory(row.incident.id, { ...memory, undoneDecisionIds });
  return true;
}

/** Alerts that are still to be resolved are kept from it; those that were come back as the person chose. */
async function takeResolvesBack(unit: Unit, request: UndoRequest): Promise<void> {
  const { incidentId } = request;
  for (const { facts, relation } of await unit.tx.alertsOf(incidentId)) {
    if (relation !== "attached") continue;
    const mayBeResolved = await cancelResolve(unit, incidentId, facts, request.by);
    if (mayBeResolved) await wantReopened(unit, request, facts);
  }
}

/** @returns whether the alert is, or may be, resolved in PagerDuty because somebody here asked for it */
async function cancelResolve(unit: Unit, incidentId: string, facts: AlertFacts, by: Person): Promise<boolean> {
  const { state } = facts.closing;
  if (state === "confirmed") return isResolvedByUs(facts);
  if (state !== "wanted" && state !== "failed") return false;
  let mayHaveGoneOut = false;
  for (const { id, job, attempts } of await unit.tx.openJobs(incidentId, ["pagerduty_resolve"])) {
    if (job.kind !== "pagerduty_resolve" || job.alertId !== facts.id) continue;
    // After a failure nobody knows whether it took effect, and one in hand may just be taking it.
    mayHaveGoneOut ||= attempts > 0;
    await unit.tx.dropJob(id, unit.now, "taken_back");
  }
  await changeClosing(unit, facts.id, { state: "none" });
  await announceAlert(unit, incidentId, facts.id);
  await record(unit, incidentId, "alert.resolve_taken_back", "person_undid", actorOf(by), { alertId: facts.id });
  return mayHaveGoneOut;
}

const AS: Readonly<Record<Exclude<ReopenChoice, "leave">, ReopenedAs>> = {
  acknowledge: "acknowledged",
  page: "triggered",
};

async function wantReopened(unit: Unit, request: UndoRequest, { id: alertId }: AlertFacts): Promise<void> {
  const { incidentId, inPagerduty, by, at } = request;
  if (inPagerduty === "leave") return;
  const as = AS[inPagerduty];
  await changeClosing(unit, alertId, { state: "reopen_wanted", as });
  await queue(unit, incidentId, { kind: "pagerduty_reopen", alertId, by, at, as });
  await announceAlert(unit, incidentId, alertId);
  await record(unit, incidentId, "alert.reopen_wanted", "person_asked", actorOf(by), { alertId, as });
}

async function changeClosing(unit: Unit, alertId: string, closing: AlertFacts["closing"]): Promise<void> {
  const row = await unit.tx.alert(alertId);
  if (row) await unit.tx.saveAlert({ ...row, facts: { ...row.facts, closing } });
}
