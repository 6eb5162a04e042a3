import { type Incident, isPerson } from "../../core/incident.ts";
import { REOPEN_CHOICES } from "../../core/protocol.ts";
import { resolveFurther } from "../resolve_incident/resolved.ts";
import type { App } from "../shared/app.ts";
import { idsIn, type IncidentRecord } from "../shared/incidents.ts";
import { parseDecider, parsePerson, safeJson } from "../shared/people.ts";
import { numberOf, recordOf, SlackProblem, textOf } from "../shared/slack.ts";
import { detachAlerts } from "../undo_triage/detach.ts";
import { takeBackFurther } from "../undo_triage/take_back.ts";
import { followUp, type SignalOutcome } from "./signals.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The run that was to do what a person asked for did not report its end: what is missing is done. */
export async function carryOn(app: App, record: IncidentRecord, data: string): Promise<SignalOutcome> {
  const fields = recordOf(safeJson(data));
  const by = parsePerson(JSON.stringify(fields["by"] ?? null));
  const requestId = textOf(fields["requestId"]);
  if (!by || requestId === "") throw new SlackProblem("The companion's message does not say what to go on with.");
  const asked = { requestId, incidentId: record.incident.id, by, at: numberOf(fields["at"]) };
  if (fields["what"] === "resolve") {
    await resolveFurther(app, { ...asked, summary: textOf(fields["summary"]) });
    return { outcome: "applied" };
  }
  if (fields["what"] === "detach") {
    await detachAlerts(app, { ...asked, alertIds: idsIn(JSON.stringify(fields["alertIds"] ?? [])) }, true);
    return { outcome: "applied" };
  }
  const inPagerduty = REOPEN_CHOICES.find((choice) => choice === fields["inPagerduty"]) ?? "leave";
  const command = fields["command"] === "reopen" ? "reopen" : "undo";
  const closed = closedAs(record.incident, recordOf(fields["before"]));
  const undo = { ...asked, command, inPagerduty, decisionId: textOf(fields["decisionId"]) } as const;
  const after = await takeBackFurther(app, undo, closed);
  return { outcome: "applied", ...(after ? followUp(after) : {}) };
}

/** The incident as it was closed: of that the record may have forgotten everything. */
function closedAs(incident: Incident, fields: Fields): Incident {
  const { id, number, title, serviceId, serviceName, openedAt } = incident;
  const base = { id, number, title, serviceId, serviceName, openedAt };
  const decidedBy = parseDecider(JSON.stringify(fields["decidedBy"] ?? null));
  const resolvedBy = parsePerson(JSON.stringify(fields["resolvedBy"] ?? null));
  if (!decidedBy) throw new SlackProblem("The companion's message does not say who had closed this.");
  if (fields["status"] === "dismissed" || !isPerson(decidedBy)) {
    return { ...base, status: "dismissed", decidedBy, decidedAt: 0, reason: "other", note: "" };
  }
  const decided = { decidedBy, decidedAt: 0 };
  return fields["status"] === "merged"
    ? { ...base, ...decided, status: "merged", mergedInto: textOf(fields["mergedInto"]) }
    : { ...base, ...decided, status: "resolved", resolvedBy: resolvedBy ?? decidedBy, resolvedAt: 0, summary: "" };
}
