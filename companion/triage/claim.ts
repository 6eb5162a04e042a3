import type { Incident } from "../../core/incident.ts";
import type { Instant } from "../../core/time.ts";
import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { redactSecrets } from "../../core/redaction.ts";
import { cutCharacters, oneLine, slug } from "../../core/text.ts";
import { transition } from "../../core/transitions.ts";
import { moveContents } from "./move_contents.ts";
import { openByHand } from "./open.ts";
import { type Refusal, refusalFor, unknownIncident } from "./refusal.ts";
import { actorOf, record, type Unit } from "./unit.ts";
import { takeFreeWindow } from "./window.ts";

/** A service as PagerDuty has it. */
export interface KnownService {
  readonly id: string;
  readonly name: string;
}

const NAME_MAX = 120;

/**
 * Opens a triage that a person started by hand. It takes the service's window if nobody holds it. Idempotent by `requestId`.
 * @param found the service in PagerDuty, looked up before since it takes a request
 */
export async function takeClaim(
  unit: Unit,
  request: CompanionRequests["claim"],
  found: KnownService | undefined,
): Promise<Result<CompanionAnswers["claim"], Refusal>> {
  const { requestId, by, at, named, place } = request;
  const known = named && (await unit.tx.incident(named.incidentId));
  if (known) return accept(answerFor(known.incident, known.windowClosesAt, ""));
  const answered = (await unit.tx.answered("claim", requestId)) as CompanionAnswers["claim"] | undefined;
  if (answered && named) return takeSlacksName(unit, request, named, answered);
  if (answered) return accept(answered);
  const typed = cutCharacters(oneLine(request.serviceName), NAME_MAX);
  const service = found ?? { id: `name:${slug(typed, 60) || "unnamed"}`, name: typed };
  if (found) await unit.tx.rememberService(found.id, found.name, unit.now);
  const incidentId = named?.incidentId ?? unit.id("inc");
  const number = named?.number ?? String(await unit.tx.count("incident"));
  // What a person starts by hand counts as urgent.
  const claimed = await takeFreeWindow(unit, { serviceId: service.id, urgency: "high" }, incidentId, at);
  const opening = {
    id: incidentId,
    number,
    title: cutCharacters(redactSecrets(oneLine(request.title)), 1_024),
    serviceId: service.id,
    serviceName: service.name,
    by,
    at,
    windowClosesAt: claimed.closesAt,
    why: named ? "handed_over_late" : "started_by_hand",
    ...(place ? { place } : {}),
  } as const;
  await openByHand(unit, opening);
  const answer = answerFor(opening, claimed.closesAt, claimed.heldBy);
  await unit.tx.rememberAnswer("claim", requestId, answer, unit.now);
  return accept(answer);
}

/**
 * The answer to the claim was lost on its way, so Slack named the incident itself: under that name it has its channel. What
 * belongs to the name that nobody heard of goes over to it.
 */
async function takeSlacksName(
  unit: Unit,
  { by, place }: CompanionRequests["claim"],
  named: NonNullable<CompanionRequests["claim"]["named"]>,
  answered: CompanionAnswers["claim"],
): Promise<Result<CompanionAnswers["claim"], Refusal>> {
  const unheard = await unit.tx.incident(answered.incidentId);
  if (!unheard) return refuse(unknownIncident(answered.incidentId));
  const { title, serviceId, serviceName, openedAt } = unheard.incident;
  const { incidentId: id, number } = named;
  const { windowClosesAt } = unheard;
  const base = { id, number, title, serviceId, serviceName, by, at: openedAt, windowClosesAt };
  await openByHand(unit, { ...base, why: "handed_over_late", ...(place ? { place } : {}) });
  const merged = transition(unheard.incident, {
    type: "merge",
    by,
    at: unit.now,
    target: { status: "triage", id, number, title, serviceId, serviceName, openedAt },
  });
  if (!merged.ok) return refuse(refusalFor(merged.refusal));
  await unit.tx.saveIncident({ ...unheard, incident: merged.value.incident });
  await moveContents(unit, answered.incidentId, id);
  await record(unit, id, "incident.took_over", "handed_over_late", actorOf(by), { from: answered.incidentId });
  return accept(answerFor({ id, number, serviceId, serviceName }, windowClosesAt, answered.windowHeldBy));
}

function answerFor(
  incident: Pick<Incident, "id" | "number" | "serviceId" | "serviceName">,
  windowClosesAt: Instant,
  windowHeldBy: string,
): CompanionAnswers["claim"] {
  const { id: incidentId, number, serviceId, serviceName } = incident;
  return { ok: true, incidentId, number, serviceId, serviceName, windowClosesAt, windowHeldBy };
}
