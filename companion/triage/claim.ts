import type { Incident } from "../../core/incident.ts";
import type { Instant } from "../../core/time.ts";
import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { accept, type Result } from "../../core/result.ts";
import { cutCharacters, oneLine, slug } from "../../core/text.ts";
import { openByHand } from "./open.ts";
import type { Refusal } from "./refusal.ts";
import type { Unit } from "./unit.ts";
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
  const answered = await unit.tx.answered("claim", requestId);
  if (answered !== undefined) return accept(answered as CompanionAnswers["claim"]);
  const known = named && (await unit.tx.incident(named.incidentId));
  if (known) return accept(answerFor(known.incident, known.windowClosesAt, ""));
  const typed = cutCharacters(oneLine(request.serviceName), NAME_MAX);
  const service = found ?? { id: `name:${slug(typed, 60) || "unnamed"}`, name: typed };
  if (found) await unit.tx.rememberService(found.id, found.name);
  const incidentId = named?.incidentId ?? unit.id("inc");
  const number = named?.number ?? String(await unit.tx.count("incident"));
  // What a person starts by hand counts as urgent.
  const claimed = await takeFreeWindow(unit, { serviceId: service.id, urgency: "high" }, incidentId, at);
  const opening = {
    id: incidentId,
    number,
    title: cutCharacters(oneLine(request.title), 1_024),
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

function answerFor(
  incident: Pick<Incident, "id" | "number" | "serviceId" | "serviceName">,
  windowClosesAt: Instant,
  windowHeldBy: string,
): CompanionAnswers["claim"] {
  const { id: incidentId, number, serviceId, serviceName } = incident;
  return { ok: true, incidentId, number, serviceId, serviceName, windowClosesAt, windowHeldBy };
}
