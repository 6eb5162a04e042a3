import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { transition } from "../../core/transitions.ts";
import type { AlertFacts } from "../store/store.ts";
import { detachWish, expectCarried } from "./carry_on.ts";
import { openForAlert } from "./open.ts";
import { type Refusal, refusalFor, unknownIncident } from "./refusal.ts";
import { actorOf, record, tellLaterAlerts, type Unit } from "./unit.ts";

/**
 * Takes alerts off an open incident. It is remembered that they are separate, so that nothing attaches them again; what is
 * still open in PagerDuty gets a triage of its own. Idempotent by `requestId`.
 */
export async function takeDetachment(
  unit: Unit,
  request: CompanionRequests["detach"],
): Promise<Result<CompanionAnswers["detach"], Refusal>> {
  const { requestId, incidentId, by, at, place } = request;
  if ((await unit.tx.answered("detach", requestId)) !== undefined) return accept({ ok: true });
  const row = await unit.tx.incident(incidentId);
  if (!row) return refuse(unknownIncident(incidentId));
  const outcome = transition(row.incident, { type: "detach", by, at });
  if (!outcome.ok) return refuse(refusalFor(outcome.refusal));
  const wish = await expectCarried(unit, detachWish(request));
  if (request.phase === "asked") return accept({ ok: true });
  if (place) await unit.tx.saveIncident({ ...row, place });
  // A run that carries it on names no more of them than a signal holds.
  const wanted = new Set([...wish.alertIds, ...request.alertIds]);
  const taken: string[] = [];
  for (const { facts, relation } of await unit.tx.alertsOf(incidentId)) {
    if (relation !== "attached" || !wanted.has(facts.id)) continue;
    taken.push(facts.id);
    const openedAs = await separate(unit, incidentId, facts);
    await record(unit, incidentId, "alert.detached", outcome.value.why, actorOf(by), {
      alertId: facts.id,
      via: "undo_form",
      ...(openedAs === undefined ? {} : { openedAs }),
    });
  }
  await tellLaterAlerts(unit, incidentId, "");
  await unit.tx.rememberAnswer("detach", requestId, taken, unit.now);
  return accept({ ok: true });
}

/** @returns the triage that was opened for it; undefined for an alert that is over */
async function separate(unit: Unit, incidentId: string, alert: AlertFacts): Promise<string | undefined> {
  await unit.tx.relate(incidentId, alert.id, "separate", unit.now);
  if (alert.status === "resolved") return undefined;
  const id = unit.id("inc");
  // The window stays with the incident that has it: this triage was asked for, it was not the first of a failure.
  const hint = { expectsAlerts: false };
  await openForAlert(unit, { id, alert, at: unit.now, windowClosesAt: unit.now, why: "person_detached", hint });
  return id;
}
