import type { Incident } from "../../core/incident.ts";
import type { Instant } from "../../core/time.ts";
import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { accept, type Result } from "../../core/result.ts";
import { windowEnd } from "../../core/service_settings.ts";
import { cutCharacters, oneLine, slug } from "../../core/text.ts";
import { followToOpen, openByHand } from "./open.ts";
import type { Refusal } from "./refusal.ts";
import { serviceSettings, type Unit } from "./unit.ts";

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
  const claimed = await takeWindow(unit, service.id, incidentId, at);
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

/** Takes the service's window where it is free, over, or held by an incident that is closed. */
async function takeWindow(
  unit: Unit,
  serviceId: string,
  incidentId: string,
  at: number,
): Promise<{ readonly closesAt: number; readonly heldBy: string }> {
  const window = await unit.tx.window(serviceId);
  if (window && at < window.closesAt) {
    const holder = await followToOpen(unit, window.incidentId);
    if (holder) return { closesAt: window.closesAt, heldBy: holder.incident.id };
  }
  // What a person starts by hand counts as urgent.
  const closesAt = windowEnd((await serviceSettings(unit, serviceId, "high")).window, at);
  await unit.tx.replaceWindow(serviceId, incidentId, at, closesAt);
  return { closesAt, heldBy: "" };
}
