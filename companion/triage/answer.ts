import type { AlertRelation } from "../../core/alert.ts";
import type { CompanionAnswers, CompanionRequests, LaterAlertAnswer } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { type CommandType, transition } from "../../core/transitions.ts";
import type { IncidentRow, RelatedAlert } from "../store/store.ts";
import { acknowledgeAndNote, placeText } from "./decide.ts";
import { isUnanswered } from "./home.ts";
import { attachAlert, openApart } from "./open.ts";
import { type Refusal, refusalFor, unknownIncident } from "./refusal.ts";
import { actorOf, queue, record, tellLaterAlerts, type Unit } from "./unit.ts";

type Request = CompanionRequests["answer"];

/** What an alert is to the incident once it was answered so, and which command of core's that is. */
const MEANING = {
  attach: { relation: "attached", command: "attach" },
  keep_separate: { relation: "separate", command: "detach" },
  set_aside: { relation: "set_aside", command: "set_aside" },
} as const satisfies Record<LaterAlertAnswer, { readonly relation: AlertRelation; readonly command: CommandType }>;

/**
 * Takes the answer to later alerts of an incident. For each alert the first answer stands, and the same one again changes
 * nothing; what others had answered otherwise is told.
 */
export async function takeAnswer(unit: Unit, request: Request): Promise<Result<CompanionAnswers["answer"], Refusal>> {
  const { incidentId, answer, by, at, place } = request;
  const found = await unit.tx.incident(incidentId);
  if (!found) return refuse(unknownIncident(incidentId));
  const { open, taken, answeredBefore } = sortOut(request, await unit.tx.alertsOf(incidentId));
  if (open.length + taken === 0) {
    const message = "This was already answered by somebody else, or the alert moved with its incident.";
    return refuse({ status: 409, code: "already_answered", message });
  }
  if (open.length > 0) {
    const outcome = transition(found.incident, { type: MEANING[answer].command, by, at });
    if (!outcome.ok) return refuse(refusalFor(outcome.refusal));
    const row = place ? { ...found, place } : found;
    if (place) await unit.tx.saveIncident(row);
    await CARRY_OUT[answer](unit, row, open, request);
    await tellLaterAlerts(unit, incidentId, open[0]?.facts.id ?? "");
  }
  const left = (await unit.tx.alertsOf(incidentId)).filter(
    ({ facts, relation }) => relation === "offered" && facts.status !== "resolved",
  );
  return accept({ ok: true, unanswered: left.length, taken: open.length + taken, answeredBefore });
}

interface Sorted {
  readonly open: readonly RelatedAlert[];
  /** How many had this very answer already. */
  readonly taken: number;
  readonly answeredBefore: readonly string[];
}

function sortOut({ alertIds, upTo = 0, answer }: Request, related: readonly RelatedAlert[]): Sorted {
  const named = new Set(alertIds);
  // What the setting attached is not asked about, so "all" means none of it.
  const isMeant = ({ facts, relation, laterNumber }: RelatedAlert) =>
    named.has(facts.id) || (relation === "offered" && laterNumber <= upTo);
  const meant = related.filter(isMeant);
  const open = meant.filter(isUnanswered);
  const same = meant.filter((one) => !isUnanswered(one) && one.relation === MEANING[answer].relation);
  const fine = new Set([...open, ...same].map(({ facts }) => facts.id));
  return { open, taken: same.length, answeredBefore: alertIds.filter((id) => !fine.has(id)) };
}

type CarryOut = (unit: Unit, row: IncidentRow, open: readonly RelatedAlert[], request: Request) => Promise<void>;

/** The message that asks about later alerts, as the timeline calls it. */
const LATER_ALERT_MESSAGE = "later_alert_message";

const CARRY_OUT: Readonly<Record<LaterAlertAnswer, CarryOut>> = {
  async attach(unit, { incident, place }, open, { by }) {
    const text = `${by.name} attached this to incident #${incident.number} in Slack${placeText(place)}`;
    for (const { facts } of open) {
      await attachAlert(unit, incident.id, facts.id);
      await acknowledgeAndNote(unit, incident.id, facts.id, by, text);
      await record(unit, incident.id, "alert.attached", "person_attached", actorOf(by), {
        alertId: facts.id,
        by: by.name,
        via: LATER_ALERT_MESSAGE,
      });
    }
  },
  async keep_separate(unit, { incident }, open, { by }) {
    for (const { facts } of open) await unit.tx.relate(incident.id, facts.id, "separate", unit.now);
    const homes = await openApart(
      unit,
      open.map(({ facts }) => facts),
      "kept_separate",
    );
    for (const { facts } of open) {
      const data = { alertId: facts.id, by: by.name, via: LATER_ALERT_MESSAGE, openedAs: homes.get(facts.id) ?? "" };
      await record(unit, incident.id, "alert.kept_separate", "kept_separate", actorOf(by), data);
    }
  },
  async set_aside(unit, { incident }, open, { by }) {
    for (const { facts } of open) {
      await unit.tx.relate(incident.id, facts.id, "set_aside", unit.now);
      const data = { alertId: facts.id, by: by.name, via: LATER_ALERT_MESSAGE };
      await record(unit, incident.id, "alert.set_aside", "person_set_aside", actorOf(by), data);
    }
  },
};

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
