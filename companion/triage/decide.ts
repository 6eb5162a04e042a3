import { DECISION_PATIENCE_MS } from "../../core/assumptions.ts";
import { DISMISS_REASONS, type Incident, isPerson, type Person } from "../../core/incident.ts";
import type { CompanionAnswers, CompanionRequests, Decision, PersonsDecision, Place } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { oneLine } from "../../core/text.ts";
import { type Command, transition } from "../../core/transitions.ts";
import type { IncidentRow, RelatedAlert } from "../store/store.ts";
import type { What } from "../timeline.ts";
import { rememberMove } from "./bring_back.ts";
import { rememberDismissal } from "./dismissal.ts";
import { isUnanswered } from "./home.ts";
import { moveContents } from "./move_contents.ts";
import { attachAlert, followToOpen, giveNewHome } from "./open.ts";
import { type Refusal, refusalFor, unknownIncident } from "./refusal.ts";
import { endReminders } from "./reminders.ts";
import { wantResolved } from "./resolve.ts";
import { setSpacedTimer } from "./timer_spacing.ts";
import { actorOf, queue, record, type Unit } from "./unit.ts";

/**
 * Takes the answer to the question. The first decision stands, and whoever brings another is told that one; the same one
 * again changes nothing but what it newly says, and "applied" counts as both, since the message before it may have been lost.
 */
export async function takeDecision(
  unit: Unit,
  request: CompanionRequests["decide"],
): Promise<Result<CompanionAnswers["decide"], Refusal>> {
  const { decision, phase, place } = request;
  const found = await unit.tx.incident(decision.incidentId);
  if (!found) return refuse(unknownIncident(decision.incidentId));
  // What somebody took back stays taken back, however often and late it still comes.
  const { undoneDecisionIds } = await unit.tx.undoMemory(decision.incidentId);
  if (undoneDecisionIds.includes(decision.id)) return accept({ ok: true, stands: found.decision ?? decision });
  let row: IncidentRow = place ? { ...found, place } : found;
  if (row.decision && row.decision.id !== decision.id) {
    if (phase === "applied") await haveStandingApplied(unit, row);
    return accept({ ok: true, stands: row.decision });
  }
  if (!row.decision) {
    const decided = await carryOut(unit, row, decision);
    if (!decided.ok) {
      if (phase === "applied") await haveTakenBack(unit, decision, decided.refusal);
      return decided;
    }
    row = decided.value;
    // A person's decision is proof that the triage reached Slack, even where its confirmation was lost.
    if (isPerson(decision.by)) await confirmTriage(unit, row.incident.id);
    await endReminders(unit, row.incident.id);
    // Whoever pressed has Slack apply it; of a rule's decision Slack has yet to hear.
    const patience = isPerson(decision.by) ? DECISION_PATIENCE_MS : 0;
    await unit.tx.setTimer("reapply_decision", row.incident.id, unit.now + patience);
  }
  if (phase === "applied" && row.appliedAt === undefined) {
    row = { ...row, appliedAt: unit.now };
    await unit.tx.clearTimer("reapply_decision", row.incident.id);
    await record(unit, row.incident.id, "decision.applied", "confirmed", actorOf(decision.by));
  }
  await unit.tx.saveIncident(row);
  return accept({ ok: true, stands: row.decision ?? decision });
}

/** Slack applied another decision while it could not ask which one stands. */
async function haveStandingApplied(unit: Unit, row: IncidentRow): Promise<void> {
  await unit.tx.saveIncident({ ...row, appliedAt: undefined });
  await unit.tx.setTimer("reapply_decision", row.incident.id, unit.now);
}

/** Slack applied what cannot be, while it could not ask: two merges into each other, say. */
async function haveTakenBack(unit: Unit, decision: Decision, { message }: Refusal): Promise<void> {
  const job = { kind: "slack_signal", signal: "decision_refused", decisionId: decision.id, problem: message } as const;
  await queue(unit, decision.incidentId, job);
}

async function confirmTriage(unit: Unit, incidentId: string): Promise<void> {
  for (const { id } of await unit.tx.openJobs(incidentId, ["slack_triage"])) {
    await unit.tx.updateJob(id, { state: "done", outcome: "applied", finishedAt: unit.now });
  }
}

const DONE: Readonly<Record<Decision["decision"], What>> = {
  create: "incident.created",
  merge: "incident.merged",
  dismiss: "incident.dismissed",
};

async function carryOut(unit: Unit, row: IncidentRow, decision: Decision): Promise<Result<IncidentRow, Refusal>> {
  const target = decision.mergeInto === undefined ? undefined : await followToOpen(unit, decision.mergeInto);
  if (decision.mergeInto !== undefined && !(await unit.tx.incident(decision.mergeInto))) {
    return refuse(unknownIncident(decision.mergeInto));
  }
  const command = commandOf(decision, target?.incident);
  if (!command) return refuse(refusalFor("merge_into_closed"));
  const outcome = transition(row.incident, command);
  if (!outcome.ok) return refuse(refusalFor(outcome.refusal));
  const { incident, why } = outcome.value;
  // Slack is told which incident took it in: the chosen one may have been merged itself meanwhile.
  const after = { ...row, incident, decision: target ? { ...decision, mergeInto: target.incident.id } : decision };
  await unit.tx.saveIncident(after);
  await record(unit, incident.id, DONE[decision.decision], why, actorOf(decision.by), {
    decisionId: decision.id,
    at: decision.at,
    ...(decision.via === undefined ? {} : { via: decision.via }),
    ...(incident.status === "dismissed" ? { reason: incident.reason, note: incident.note } : {}),
    ...(target ? { mergedInto: target.incident.id } : {}),
  });
  if (decision.decision === "create") await afterCreate(unit, after, decision);
  if (decision.decision === "merge" && target) await afterMerge(unit, after, target, decision);
  if (decision.decision === "dismiss") await afterDismiss(unit, after, decision);
  return accept(after);
}

/** Undefined for a merge without an open target. */
function commandOf(decision: Decision, target: Incident | undefined): Command | undefined {
  const { at, note } = decision;
  switch (decision.decision) {
    case "create":
      return { type: "create", by: decision.by, at };
    case "merge":
      return target && { type: "merge", by: decision.by, at, target };
    case "dismiss":
      return { type: "dismiss", by: decision.by, at, reason: decision.reason ?? "other", note };
  }
}

async function afterCreate(unit: Unit, row: IncidentRow, decision: PersonsDecision): Promise<void> {
  const { id, number } = row.incident;
  const text = `${decision.by.name} opened incident #${number} in Slack${placeText(row.place)}`;
  for (const { facts, relation } of await unit.tx.alertsOf(id)) {
    if (relation !== "attached") continue;
    await acknowledgeAndNote(unit, id, facts.id, decision.by, text);
  }
}

async function afterMerge(unit: Unit, row: IncidentRow, target: IncidentRow, decision: PersonsDecision): Promise<void> {
  const source = row.incident.id;
  const into = target.incident;
  const text = `${decision.by.name} made this part of incident #${into.number} in Slack${placeText(target.place)}`;
  await rememberMove(unit, row);
  for (const alertId of await moveContents(unit, source, into.id)) {
    await acknowledgeAndNote(unit, into.id, alertId, decision.by, text);
  }
  await record(unit, into.id, "incident.took_over", "person_merged", actorOf(decision.by), { from: source });
  await setSpacedTimer(unit, "archive", source, unit.now + unit.settings.archiveGraceMs);
}

function dismissalNote(by: Person, decision: Decision): string {
  const note = oneLine(decision.note);
  const reason = DISMISS_REASONS[decision.reason ?? "other"];
  return `${by.name} dismissed this in Slack: ${reason}${note === "" ? "." : `. ${note}`}`;
}

async function afterDismiss(unit: Unit, row: IncidentRow, decision: Decision): Promise<void> {
  const { id } = row.incident;
  const { by } = decision;
  // Where the person saw a list, exactly what they ticked; a ticked later alert was no incident either. Without one, what
  // was part of it: nobody has said yet that the later alerts are.
  const isDismissed = (alert: RelatedAlert) =>
    decision.dismissAlertIds ? decision.dismissAlertIds.includes(alert.facts.id) : !isUnanswered(alert);
  const alerts = await unit.tx.alertsOf(id);
  const atHome = alerts.filter(({ relation }) => relation === "attached" || relation === "offered");
  for (const alert of atHome.filter(isDismissed)) {
    if (isUnanswered(alert)) await attachAlert(unit, id, alert.facts.id);
    // A rule asks nothing of PagerDuty: what it dismisses was over before.
    if (!isPerson(by)) continue;
    await wantResolved(unit, id, alert.facts.id, by, decision.at);
    const text = dismissalNote(by, decision);
    await queue(unit, id, { kind: "pagerduty_note", alertId: alert.facts.id, by, text });
  }
  // A rule knows that it is over, and not that nobody needs to look when it comes back.
  if (isPerson(by)) await rememberDismissal(unit, row, atHome.filter(isDismissed), by);
  // Nobody said that the others are no incident either.
  await giveNewHome(
    unit,
    id,
    atHome.filter((alert) => !isDismissed(alert)).map(({ facts }) => facts),
  );
  await setSpacedTimer(unit, "archive", id, unit.now + unit.settings.archiveGraceMs);
}

/** What Create, Merge and Attach do in PagerDuty: acknowledge if an assignee pressed, and leave a note that leads to the channel. */
export async function acknowledgeAndNote(
  unit: Unit,
  incidentId: string,
  alertId: string,
  by: Person,
  text: string,
): Promise<void> {
  await queue(unit, incidentId, { kind: "pagerduty_acknowledge", alertId, by, rule: "assignee_only" });
  await queue(unit, incidentId, { kind: "pagerduty_note", alertId, by, text });
}

/** ": #inc-142-checkout https://…", or nothing but a full stop where the channel is not known. */
export function placeText(place: Place | undefined): string {
  return place ? `: #${place.channelName} ${place.channelUrl}` : ".";
}
