/**
 * A resolve and an undo are carried out by a run in Slack, and a run may die half way. What no run reports as carried out in
 * time is sent to Slack as a signal, which goes on where the run stopped.
 */
import { DECISION_PATIENCE_MS } from "../../core/assumptions.ts";
import { type Decider, type Incident, isPerson, type Person } from "../../core/incident.ts";
import type { CompanionAnswers, CompanionRequests, SignalData } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { cutBytes } from "../../core/text.ts";
import { transition } from "../../core/transitions.ts";
import type { IncidentRow, Transaction } from "../store/store.ts";
import { type Refusal, unknownIncident } from "./refusal.ts";
import { COMPANION_ACTOR, queue, record, type Unit } from "./unit.ts";

type Wish = SignalData["carry_on"];

/** What is remembered under the id of the request: what was asked for, and that it was carried out. */
const [WISH, CARRIED] = ["wish", "carried"] as const;

/** From now on a run in Slack is expected to report that it carried this out. */
export async function expectCarried(unit: Unit, wish: Wish): Promise<void> {
  const { requestId } = wish;
  if (await isCarried(unit.tx, requestId)) return;
  if (!(await wishOf(unit.tx, requestId))) await unit.tx.rememberAnswer(WISH, requestId, wish, unit.now);
  await unit.tx.setTimer("carry_on", requestId, unit.now + DECISION_PATIENCE_MS);
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
  if (!row || (await isCarried(tx, requestId)) || !(await isStillWanted(tx, row, wish))) return undefined;
  return JSON.stringify(wish);
}

async function isStillWanted(tx: Transaction, { incident, decision }: IncidentRow, wish: Wish): Promise<boolean> {
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
