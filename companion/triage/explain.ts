import { explain, type ExplainedFacts, isExplainedReason, type RuleFacts } from "../../core/explanation.ts";
import { DISMISS_REASONS, type DismissReason } from "../../core/incident.ts";
import { pagerdutyReference } from "../../core/pagerduty_reference.ts";
import type { CompanionAnswers, CompanionRequests, ExplainedAlert } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import { cutCharacters } from "../../core/text.ts";
import type { AlertFacts, IncidentRow, Transaction } from "../store/store.ts";
import type { TimelineEntry, What } from "../timeline.ts";
import { homeOf } from "./home.ts";
import { type Refusal, unknownIncident } from "./refusal.ts";

/** A modal can show so many. */
const ALERTS_MAX = 10;
const STEPS_MAX = 6;

const UNREADABLE: Refusal = {
  status: 400,
  code: "no_reference",
  message: "That is no PagerDuty incident. Paste its link (…/incidents/Q1ABC…), its id or its number.",
};
const UNKNOWN: Refusal = {
  status: 404,
  code: "unknown_alert",
  message:
    "No such alert has reached Pager Triage. It may be older than the webhook subscription, or of a service without one.",
};

/** Why alerts were handled as they were: those of an incident, newest first, or the one that a link names. */
export async function explainAlerts(
  tx: Transaction,
  request: CompanionRequests["explain"],
): Promise<Result<CompanionAnswers["explain"], Refusal>> {
  if (request.incidentId !== "") return explainIncident(tx, request.incidentId);
  const reference = pagerdutyReference(request.pagerduty);
  if (!reference) return refuse(UNREADABLE);
  const found = reference.kind === "id" ? await tx.alert(reference.id) : await tx.alertByNumber(reference.number);
  if (!found) return refuse(UNKNOWN);
  const home = homeOf(await tx.relations(found.facts.id));
  const row = home && (await tx.incident(home.incidentId));
  const alerts = [await explainOne(tx, found.facts)];
  return accept({ ok: true, ...(row ? { incident: placeOf(row) } : {}), alerts, more: 0 });
}

async function explainIncident(
  tx: Transaction,
  incidentId: string,
): Promise<Result<CompanionAnswers["explain"], Refusal>> {
  const row = await tx.incident(incidentId);
  if (!row) return refuse(unknownIncident(incidentId));
  const related = (await tx.alertsOf(incidentId)).toReversed();
  const alerts: ExplainedAlert[] = [];
  for (const { facts } of related.slice(0, ALERTS_MAX)) alerts.push(await explainOne(tx, facts));
  return accept({ ok: true, incident: placeOf(row), alerts, more: Math.max(0, related.length - ALERTS_MAX) });
}

function placeOf({ incident, place }: IncidentRow): NonNullable<CompanionAnswers["explain"]["incident"]> {
  return { number: incident.number, channelId: place?.channelId ?? "" };
}

async function explainOne(tx: Transaction, facts: AlertFacts): Promise<ExplainedAlert> {
  const { id: alertId, number, url, serviceName } = facts;
  const entries = await entriesOf(tx, alertId);
  const steps: ExplainedAlert["steps"][number][] = [];
  for (const entry of entries) {
    if (!isExplainedReason(entry.why)) continue;
    const by = /^slack:(.+)$/.exec(entry.actor)?.[1];
    const told = explain(entry.why, await factsOf(tx, entry));
    steps.push({ at: entry.at, ...told, ...(by === undefined ? {} : { by }) });
  }
  const title = cutCharacters(facts.title, 300);
  return { alertId, number, title, url, serviceName, steps: steps.slice(-STEPS_MAX) };
}

/** What tells of the alert itself; what people did to its incident has its own lines. */
const OF_ALERT: readonly string[] = [
  "alert.suppressed",
  "alert.listed",
  "alert.ignored",
  "incident.opened",
  "alert.offered",
  "alert.attached",
  "alert.kept_separate",
  "alert.set_aside",
  "alert.detached",
  "alert.moved",
  "alert.service_changed",
  "incident.withdrawn",
];
const OF_INCIDENT: readonly What[] = [
  "incident.created",
  "incident.merged",
  "incident.dismissed",
  "incident.resolved",
  "incident.undone",
  "incident.reopened",
];
/** Told once, by the line of the incident that the alert left or that was decided on. */
const TOLD_ELSEWHERE: Partial<Record<What, readonly string[]>> = {
  "incident.opened": ["kept_separate", "person_detached"],
  "alert.offered": ["person_merged", "person_undid"],
  "alert.attached": ["person_merged"],
};

async function entriesOf(tx: Transaction, alertId: string): Promise<readonly TimelineEntry[]> {
  const all = (await tx.timelineOfAlert(alertId)).filter(({ what }) => OF_ALERT.includes(what));
  const own = all.filter(({ what, why }) => !TOLD_ELSEWHERE[what]?.includes(why));
  const relations = await tx.relations(alertId);
  const left = relations.filter(({ relation }) => relation === "separate" || relation === "set_aside");
  const decisions: TimelineEntry[] = [];
  for (const incidentId of new Set(all.map((entry) => entry.incidentId))) {
    // What was decided on an incident that the alert had left is no news of the alert.
    if (left.some((relation) => relation.incidentId === incidentId)) continue;
    const came = all.find((entry) => entry.incidentId === incidentId)?.at ?? 0;
    const entries = await tx.timeline(incidentId);
    decisions.push(...entries.filter(({ what, at }) => OF_INCIDENT.includes(what) && at >= came));
  }
  return [...own, ...decisions].toSorted((a, b) => a.at - b.at);
}

async function factsOf(tx: Transaction, { incidentId, data }: TimelineEntry): Promise<ExplainedFacts> {
  const other = data["mergedInto"] ?? data["openedAs"];
  const reason = data["reason"];
  const isReason = typeof reason === "string" && Object.hasOwn(DISMISS_REASONS, reason);
  return {
    ...(data["rule"] as RuleFacts | undefined),
    incident: await numberOf(tx, incidentId),
    ...(typeof other === "string" && other !== "" ? { other: await numberOf(tx, other) } : {}),
    ...(isReason ? { said: DISMISS_REASONS[reason as DismissReason] } : {}),
  };
}

async function numberOf(tx: Transaction, incidentId: string): Promise<string> {
  const row = await tx.incident(incidentId);
  return row ? `#${row.incident.number}` : "unknown";
}
