import type { Resolution } from "../../core/alert_resolution.ts";
import type { Instant } from "../../core/time.ts";
import type { AlertFacts } from "../store/store.ts";
import { takeBackIn } from "../triage/alert_moves.ts";
import { homeOf } from "../triage/home.ts";
import { announceAlert, type Unit } from "../triage/unit.ts";
import type { PagerdutyIncident } from "./answers.ts";

/** PagerDuty's REST API gives times in whole seconds, its webhooks in milliseconds. */
const REST_TIME_STEP_MS = 1_000;

/** Its own webhooks about what an answer tells are from within that second. */
export const WITHIN_THE_SECOND_MS = 999;

/**
 * What PagerDuty said of the status, by its own clock where it names the time: told so that the event of it, which comes
 * as well, is no news.
 */
export async function takeStatus(unit: Unit, alertId: string, incident: PagerdutyIncident, by?: "us"): Promise<void> {
  const row = await unit.tx.alert(alertId);
  if (!row) return;
  // Our own clock says nothing here: ahead of PagerDuty's it would make the next event an old one.
  const at: Instant = incident.statusChangedAt ?? row.statusAt;
  if (at + REST_TIME_STEP_MS <= row.statusAt || row.facts.status === incident.status) return;
  const resolution = resolutionIn(incident, at, by);
  const { acknowledgeProblem: _over, ...before } = row.facts;
  const facts: AlertFacts = {
    ...before,
    status: incident.status,
    ...(incident.status === "resolved" ? { paged: [] } : {}),
    ...(resolution === undefined ? {} : { resolution }),
  };
  await save(unit, facts, { ...row, statusAt: Math.max(at, row.statusAt) });
  if (row.facts.status === "resolved") await takeBackIn(unit, facts);
}

/** What we asked for opened a resolved incident again. */
export async function takeReopening(unit: Unit, alertId: string, incident: PagerdutyIncident): Promise<void> {
  const { statusChangedAt } = incident;
  const at = statusChangedAt === undefined ? unit.now : statusChangedAt + WITHIN_THE_SECOND_MS;
  // "Reopened" says triggered even where it was acknowledged by the same request; it comes back and changes nothing.
  await takeStatus(unit, alertId, { ...incident, statusChangedAt: at });
  const alert = await unit.tx.alert(alertId);
  if (alert) await unit.tx.saveAlert({ ...alert, facts: { ...alert.facts, reopenedAt: at } });
}

/** It healed by itself, and an acknowledgement of ours that had opened it again is made good. @param at later than the webhook of it */
export async function takeResolvedAgain(unit: Unit, alertId: string, at: Instant): Promise<void> {
  const row = await unit.tx.alert(alertId);
  if (!row) return;
  const resolution = { by: "itself", at, again: true } as const;
  const facts: AlertFacts = { ...row.facts, status: "resolved", paged: [], resolution };
  await save(unit, facts, { ...row, statusAt: Math.max(at, row.statusAt) });
}

function resolutionIn(incident: PagerdutyIncident, at: Instant, by?: "us"): Resolution | undefined {
  if (incident.status !== "resolved") return undefined;
  const { mergedInto } = incident;
  if (mergedInto) return { by: "merge", at, into: mergedInto.id, number: mergedInto.number };
  return by && { by, at };
}

/**
 * Writes a line of the ledger. Only from the state that the effect was asked for in: where somebody has changed their
 * mind meanwhile, what came of the old wish is no news.
 */
export async function changeClosing(
  unit: Unit,
  alertId: string,
  from: AlertFacts["closing"]["state"],
  closing: AlertFacts["closing"],
): Promise<void> {
  const row = await unit.tx.alert(alertId);
  if (row?.facts.closing.state !== from) return;
  const problem = "problem" in row.facts.closing ? row.facts.closing.problem : undefined;
  const isSame = from === closing.state && "problem" in closing && problem === closing.problem;
  if (!isSame) await save(unit, { ...row.facts, closing }, row);
}

/** Somebody asked for the page to be acknowledged and PagerDuty did not; it stands there until the status changes. */
export async function noteAcknowledgeProblem(unit: Unit, alertId: string, problem: string): Promise<void> {
  const row = await unit.tx.alert(alertId);
  if (row?.facts.status !== "triggered" || row.facts.acknowledgeProblem === problem) return;
  await save(unit, { ...row.facts, acknowledgeProblem: problem }, row);
}

async function save(
  unit: Unit,
  facts: AlertFacts,
  times: { readonly statusAt: Instant; readonly peopleAt: Instant },
): Promise<void> {
  await unit.tx.saveAlert({ facts, statusAt: times.statusAt, peopleAt: times.peopleAt });
  const home = homeOf(await unit.tx.relations(facts.id));
  if (home) await announceAlert(unit, home.incidentId, facts.id);
}
