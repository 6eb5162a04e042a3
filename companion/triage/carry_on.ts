/**
 * A resolve, an undo and a detach are carried out by a run in Slack, and a run may die half way. What no run reports as
 * carried out in time is sent to Slack as a signal, which goes on where the run stopped.
 */
import { DECISION_PATIENCE_MS, TRIGGER_STRING_MAX_BYTES } from "../../core/assumptions.ts";
import { type Decider, type Incident, isPerson, type Person } from "../../core/incident.ts";
import type { CompanionAnswers, CompanionRequests, SignalData } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { SIGNATURES_BYTES } from "../../core/signal_signature.ts";
import { byteLength, cutBytes } from "../../core/text.ts";
import { transition } from "../../core/transitions.ts";
import type { IncidentRow, Transaction } from "../store/store.ts";
import { type Refusal, unknownIncident } from "./refusal.ts";
import { COMPANION_ACTOR, queue, record, type Unit } from "./unit.ts";

type Wish = SignalData["carry_on"];
type DetachWish = Extract<Wish, { what: "detach" }>;

/** What is remembered under the id of the request: what was asked for, and that it was carried out. */
const [WISH, CARRIED] = ["wish", "carried"] as const;

/**
 * From now on a run in Slack is expected to report that it carried this out.
 * @returns the wish as it was heard of first
 */
export async function expectCarried<Wanted extends Wish>(unit: Unit, wish: Wanted): Promise<Wanted> {
  const { requestId } = wish;
  const first = (await wishOf(unit.tx, requestId)) as Wanted | undefined;
  if (await isCarried(unit.tx, requestId)) return first ?? wish;
  if (!first) await unit.tx.rememberAnswer(WISH, requestId, wish, unit.now);
  await unit.tx.setTimer("carry_on", requestId, unit.now + DECISION_PATIENCE_MS);
  return first ?? wish;
}

export function resolveWish({ requestId, incidentId, by, at, summary }: CompanionRequests["resolve"]): Wish {
  return { what: "resolve", requestId, incidentId, by: brief(by), at, summary: cutBytes(summary, 1_000) };
}

/**
 * @param closed the incident as it is before its closing is taken back
 * @returns undefined where it is not closed
 */
export function undoWish(request: CompanionRequests["undo"], closed: Incident): Wish | undefined {
  if (closed.status === "triage" || closed.status === "active") return undefined;
  const { requestId, incidentId, command, decisionId, by, at, inPagerduty } = request;
  const { status, decidedBy } = closed;
  const before = {
    status,
    decidedBy: briefDecider(decidedBy),
    ...(closed.status === "merged" ? { mergedInto: closed.mergedInto } : {}),
    ...(closed.status === "resolved" ? { resolvedBy: brief(closed.resolvedBy) } : {}),
  };
  return { what: "undo", requestId, incidentId, command, decisionId, by: brief(by), at, inPagerduty, before };
}

export function detachWish({ requestId, incidentId, alertIds, by, at }: CompanionRequests["detach"]): DetachWish {
  return { what: "detach", requestId, incidentId, alertIds, by: brief(by), at };
}

/** Names may be long, and a signal must not be. */
function brief(person: Person): Person {
  return { ...person, name: cutBytes(person.name, 200) };
}

function briefDecider(decider: Decider): Decider {
  return isPerson(decider) ? brief(decider) : decider;
}

/** A run reports that it carried a request out, or had nothing to do. */
export async function takeCarried(
  unit: Unit,
  { requestId, incidentId }: CompanionRequests["carried"],
): Promise<Result<CompanionAnswers["carried"], Refusal>> {
  if (!(await unit.tx.incident(incidentId))) return refuse(unknownIncident(incidentId));
  if (!(await isCarried(unit.tx, requestId))) await unit.tx.rememberAnswer(CARRIED, requestId, true, unit.now);
  await unit.tx.clearTimer("carry_on", requestId);
  for (const { id, job, state } of await unit.tx.openJobs(incidentId, ["slack_signal"])) {
    const isSent = state !== "ready" || job.kind !== "slack_signal" || job.signal !== "carry_on";
    if (isSent || job.requestId !== requestId) continue;
    await unit.tx.updateJob(id, { state: "done", outcome: "carried", finishedAt: unit.now });
  }
  return accept({ ok: true });
}

/** Nobody reported in time. */
export async function carryOn(unit: Unit, requestId: string): Promise<void> {
  const wish = await wishOf(unit.tx, requestId);
  if (!wish || (await isCarried(unit.tx, requestId))) return;
  await queue(unit, wish.incidentId, { kind: "slack_signal", signal: "carry_on", requestId });
  await record(unit, wish.incidentId, "closing.sent_again", "not_applied_in_time", COMPANION_ACTOR, { requestId });
}

/** The signal's data; undefined where it was carried out meanwhile, or somebody wanted otherwise since. */
export async function carryOnData(tx: Transaction, requestId: string): Promise<string | undefined> {
  const wish = await wishOf(tx, requestId);
  const row = wish && (await tx.incident(wish.incidentId));
  if (!row || (await isCarried(tx, requestId))) return undefined;
  if (wish.what === "detach") return detachData(tx, row, wish);
  return (await isStillWanted(tx, row, wish)) ? JSON.stringify(wish) : undefined;
}

/** What it took off and nobody brought back since, or where it has not begun what it would take off. */
async function detachData(tx: Transaction, { incident }: IncidentRow, wish: DetachWish): Promise<string | undefined> {
  const { requestId, incidentId, by, at } = wish;
  const taken = (await tx.answered("detach", requestId)) as readonly string[] | undefined;
  const relation = taken ? "separate" : "attached";
  const there = new Set(
    (await tx.alertsOf(incidentId)).filter((one) => one.relation === relation).map(({ facts }) => facts.id),
  );
  const alertIds = (taken ?? wish.alertIds).filter((id) => there.has(id));
  if (alertIds.length === 0 || !transition(incident, { type: "detach", by, at }).ok) return undefined;
  // Those that no signal could name are taken off all the same: what the form named is known here.
  while (byteLength(JSON.stringify({ ...wish, alertIds })) > TRIGGER_STRING_MAX_BYTES - SIGNATURES_BYTES)
    alertIds.pop();
  return JSON.stringify({ ...wish, alertIds });
}

async function isStillWanted(
  tx: Transaction,
  { incident, decision }: IncidentRow,
  wish: Exclude<Wish, DetachWish>,
): Promise<boolean> {
  if (wish.what === "resolve") return incident.status === "resolved" && incident.resolvedAt === wish.at;
  const { command, by, at, requestId } = wish;
  const isDone = (await tx.answered("undo", requestId)) !== undefined;
  if (!isDone) return transition(incident, { type: command, by, at }).ok;
  return command === "undo" ? incident.status === "triage" && decision === undefined : incident.status === "active";
}

async function wishOf(tx: Transaction, requestId: string): Promise<Wish | undefined> {
  return (await tx.answered(WISH, requestId)) as Wish | undefined;
}

async function isCarried(tx: Transaction, requestId: string): Promise<boolean> {
  return (await tx.answered(CARRIED, requestId)) !== undefined;
}
