import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { transition } from "../../core/transitions.ts";
import { acknowledgeAndNote, placeText } from "./decide.ts";
import { attachAlert, openForAlert } from "./open.ts";
import { type Refusal, refusalFor, unknownIncident } from "./refusal.ts";
import { actorOf, queue, record, type Unit } from "./unit.ts";

/** Takes the answer to an offered alert. The first answer stands; the same one again changes nothing. */
export async function takeAnswer(
  unit: Unit,
  request: CompanionRequests["answer"],
): Promise<Result<CompanionAnswers["answer"], Refusal>> {
  const { incidentId, alertId, answer, by, at, place } = request;
  const row = await unit.tx.incident(incidentId);
  if (!row) return refuse(unknownIncident(incidentId));
  const [alert, relations] = [await unit.tx.alert(alertId), await unit.tx.relations(alertId)];
  const relation = relations.find((one) => one.incidentId === incidentId)?.relation;
  if (!alert || !relation) {
    return refuse({
      status: 409,
      code: "not_offered",
      message: "This alert is not offered to this incident any more.",
    });
  }
  if (relation === (answer === "attach" ? "attached" : "separate")) return accept({ ok: true });
  if (relation !== "offered") {
    return refuse({ status: 409, code: "already_answered", message: "This alert was already answered for." });
  }
  const known = place ? { ...row, place } : row;
  if (place) await unit.tx.saveIncident(known);
  if (answer === "attach") {
    const outcome = transition(row.incident, { type: "attach", by, at });
    if (!outcome.ok) return refuse(refusalFor(outcome.refusal));
    await attachAlert(unit, incidentId, alertId);
    const text = `${by.name} attached this to incident #${row.incident.number} in Slack${placeText(known.place)}`;
    await acknowledgeAndNote(unit, incidentId, alertId, by, text);
    await record(unit, incidentId, "alert.attached", outcome.value.why, actorOf(by), { alertId });
    return accept({ ok: true });
  }
  await unit.tx.relate(incidentId, alertId, "separate", unit.now);
  const id = unit.id("inc");
  // The window stays with the incident that has it: this triage was asked for, it was not the first of a failure.
  await openForAlert(unit, {
    id,
    alert: alert.facts,
    at: unit.now,
    windowClosesAt: unit.now,
    why: "kept_separate",
    hint: { expectsAlerts: false },
  });
  await record(unit, incidentId, "alert.kept_separate", "kept_separate", actorOf(by), { alertId, openedAs: id });
  return accept({ ok: true });
}

/** A person asked for the pages of this incident to be acknowledged, in their own name and nobody else's. */
export async function takeAcknowledgement(
  unit: Unit,
  request: CompanionRequests["acknowledge"],
): Promise<Result<CompanionAnswers["acknowledge"], Refusal>> {
  const { incidentId, by } = request;
  if (!(await unit.tx.incident(incidentId))) return refuse(unknownIncident(incidentId));
  const waiting = await unit.tx.openJobs(incidentId, ["pagerduty_acknowledge"]);
  for (const { facts, relation } of await unit.tx.alertsOf(incidentId)) {
    if (relation !== "attached" || facts.status !== "triggered") continue;
    const isAskedAlready = waiting.some(
      ({ job }) =>
        job.kind === "pagerduty_acknowledge" &&
        job.alertId === facts.id &&
        job.rule === "asked" &&
        job.by.slackUserId === by.slackUserId,
    );
    if (isAskedAlready) continue;
    await queue(unit, incidentId, { kind: "pagerduty_acknowledge", alertId: facts.id, by, rule: "asked" });
  }
  return accept({ ok: true });
}
