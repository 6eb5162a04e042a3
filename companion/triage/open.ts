import type { RuleFacts } from "../../core/explanation.ts";
import { type Incident, isOpen, type Person } from "../../core/incident.ts";
import { routeLaterAlert } from "../../core/later_alert.ts";
import { type ServiceSettings, windowEnd } from "../../core/service_settings.ts";
import type { Instant } from "../../core/time.ts";
import type { Place } from "../../core/protocol.ts";
import type { AlertFacts, IncidentRow } from "../store/store.ts";
import type { Why } from "../timeline.ts";
import { addLaterAlert, levelOf } from "./later.ts";
import { beginReminders } from "./reminders.ts";
import { joinStorm } from "./storm.ts";
import { actorOf, announceAlert, COMPANION_ACTOR, queue, record, serviceSettings, type Unit } from "./unit.ts";

/** What is known of how to look an alert up further. */
export interface DetailsHint {
  readonly clientUrl?: string;
  readonly expectsAlerts: boolean;
}

/** What became of an alert, and by which rule. */
export interface Routed {
  readonly action: "opened" | "offered" | "attached";
  readonly incidentId: string;
  readonly why: Why;
}

interface Joining {
  readonly target: IncidentRow;
  readonly alert: AlertFacts;
  readonly setting: ServiceSettings["laterAlerts"];
  readonly hint: DetailsHint;
  readonly rule: RuleFacts;
}

/** The window's incident is open: the alert joins it, unless a person said before that it does not belong there. */
export async function joinWindow(unit: Unit, { target, alert, setting, hint, rule }: Joining): Promise<Routed> {
  const incidentId = target.incident.id;
  const relations = await unit.tx.relations(alert.id);
  const route = routeLaterAlert(relations.find((one) => one.incidentId === incidentId)?.relation, setting);
  const { action, why } = route;
  if (action === "own_triage") {
    const homes = await openApart(unit, [alert], why, hint);
    return { action: "opened", incidentId: homes.get(alert.id) ?? "", why };
  }
  await addLaterAlert(unit, incidentId, { alert, action, why, hint, rule });
  return { action: action === "attach" ? "attached" : "offered", incidentId, why };
}

/** Opens an incident for the alert that takes the service's window over, whatever held it. */
export async function openWithNewWindow(unit: Unit, opening: Omit<AlertOpening, "windowClosesAt">): Promise<Routed> {
  const { alert, at } = opening;
  const settings = await serviceSettings(unit, alert.serviceId, alert.urgency);
  const windowClosesAt = windowEnd(settings.window, at);
  await openForAlert(unit, { ...opening, windowClosesAt });
  // Without debounce there is nothing to take, and what another urgency holds is left to it.
  if (settings.window.kind !== "none") {
    await unit.tx.replaceWindow(alert.serviceId, opening.id, at, windowClosesAt);
  }
  return { action: "opened", incidentId: opening.id, why: opening.why };
}

export interface AlertOpening {
  readonly id: string;
  readonly alert: AlertFacts;
  readonly at: Instant;
  readonly windowClosesAt: Instant;
  readonly why: Why;
  readonly hint: DetailsHint;
  /** Who asked for it, where it was not the alert itself. */
  readonly by?: Person;
  /** The closed incident whose alert PagerDuty reopened. */
  readonly reopenedFrom?: string;
  /** What the rule decided by. */
  readonly rule?: RuleFacts;
}

/** Opens an incident in triage for an alert and starts the workflow in Slack. The window is the caller's business. */
export async function openForAlert(unit: Unit, opening: AlertOpening): Promise<void> {
  const { alert, id, at, why, hint, by, reopenedFrom, rule } = opening;
  const number = String(await unit.tx.count("incident"));
  const incident: Incident = {
    status: "triage",
    id,
    number,
    title: alert.title,
    serviceId: alert.serviceId,
    serviceName: alert.serviceName,
    openedAt: at,
  };
  const level = levelOf(alert);
  await unit.tx.addIncident({ incident, sequence: 0, laterCount: 0, level, windowClosesAt: opening.windowClosesAt });
  await unit.tx.relate(id, alert.id, "attached", unit.now);
  const notBefore = await joinStorm(unit, id, alert.serviceId);
  const link = reopenedFrom === undefined ? {} : { reopenedFrom };
  await queue(unit, id, { kind: "slack_triage", alertId: alert.id, ...link }, notBefore);
  await queue(unit, id, { kind: "fetch_details", alertId: alert.id, ...hint });
  await beginReminders(unit, id);
  await record(unit, id, "incident.opened", why, by ? actorOf(by) : COMPANION_ACTOR, {
    alertId: alert.id,
    ...accountOf(incident),
    windowClosesAt: opening.windowClosesAt,
    ...(rule ? { rule } : {}),
    ...link,
  });
}

export interface HandOpening {
  readonly id: string;
  readonly number: string;
  readonly title: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly by: Person;
  readonly at: Instant;
  readonly windowClosesAt: Instant;
  readonly why: "started_by_hand" | "handed_over_late";
  readonly place?: Place;
}

/** Takes down an incident that a person started in Slack; the workflow there is under way already. */
export async function openByHand(unit: Unit, opening: HandOpening): Promise<void> {
  const { id, number, title, serviceId, serviceName, by, at, windowClosesAt, why, place } = opening;
  const incident: Incident = { status: "triage", id, number, title, serviceId, serviceName, openedAt: at };
  await unit.tx.addIncident({ incident, sequence: 0, laterCount: 0, windowClosesAt, ...(place ? { place } : {}) });
  await beginReminders(unit, id);
  await record(unit, id, "incident.opened", why, actorOf(by), { ...accountOf(incident), windowClosesAt });
}

/** What the timeline says of an incident when it opens: enough to tell its whole story again. */
function accountOf({ number, title, serviceId, serviceName, openedAt }: Incident) {
  return { number, title, serviceId, serviceName, openedAt };
}

/** The incident itself if it is open, else the open one that it was merged into; undefined where that is closed too. */
export async function followToOpen(unit: Unit, incidentId: string): Promise<IncidentRow | undefined> {
  const seen = new Set<string>();
  let id: string | undefined = incidentId;
  while (id !== undefined && !seen.has(id)) {
    seen.add(id);
    const row: IncidentRow | undefined = await unit.tx.incident(id);
    if (!row) return undefined;
    if (isOpen(row.incident)) return row.withdrawnAt === undefined ? row : undefined;
    id = row.incident.status === "merged" ? row.incident.mergedInto : undefined;
  }
  return undefined;
}

/** Why alerts that were offered somewhere need a home of their own. */
export type NewHomeReason = "left_over" | "stale_in_slack" | "undelivered";

/**
 * Alerts that nobody answered for when their incident ended go where their services' alerts go now: to the open incident
 * that holds the window, or to a triage of their own, one for each service. None that is still open in PagerDuty is left
 * without one.
 * @param formerId the incident that ended
 */
export async function giveNewHome(
  unit: Unit,
  formerId: string,
  alerts: readonly AlertFacts[],
  why: NewHomeReason = "left_over",
): Promise<void> {
  const homes = new Map<string, string>();
  const hint = { expectsAlerts: false };
  for (const alert of alerts) {
    if (alert.status === "resolved") continue;
    await unit.tx.unrelate(formerId, alert.id);
    const home = homes.get(alert.serviceId) ?? (await windowHolder(unit, alert.serviceId, formerId));
    if (home !== undefined) {
      await offerTo(unit, home, { alert, why, hint });
      homes.set(alert.serviceId, home);
      continue;
    }
    const id = unit.id("inc");
    await openWithNewWindow(unit, { id, alert, at: unit.now, why, hint });
    homes.set(alert.serviceId, id);
  }
}

/** The open incident, other than the former one, that the service's alerts join now. */
async function windowHolder(unit: Unit, serviceId: string, formerId: string): Promise<string | undefined> {
  const window = await unit.tx.window(serviceId);
  if (!window || unit.now >= window.closesAt) return undefined;
  const holder = (await followToOpen(unit, window.incidentId))?.incident.id;
  return holder === formerId ? undefined : holder;
}

/** Offers the alert to the incident, unless a person said before that it does not belong there. */
async function offerTo(
  unit: Unit,
  incidentId: string,
  { alert, why, hint }: { readonly alert: AlertFacts; readonly why: NewHomeReason; readonly hint: DetailsHint },
): Promise<void> {
  const before = (await unit.tx.relations(alert.id)).find((one) => one.incidentId === incidentId);
  const route = routeLaterAlert(before?.relation, "offer");
  if (route.action === "own_triage") await openApart(unit, [alert], route.why, hint);
  else await addLaterAlert(unit, incidentId, { alert, action: route.action, why, hint });
}

/**
 * Opens a triage of their own for alerts that do not belong where they fell, one for each service. The window stays with
 * the incident that has it: these were not the first of a failure.
 * @returns the incidents by their alerts; what PagerDuty has resolved needs none
 */
export async function openApart(
  unit: Unit,
  alerts: readonly AlertFacts[],
  why: "kept_separate" | "kept_separate_before" | "set_aside_before",
  hint: DetailsHint = { expectsAlerts: false },
): Promise<ReadonlyMap<string, string>> {
  const byService = new Map<string, string>();
  const homes = new Map<string, string>();
  for (const alert of alerts) {
    if (alert.status === "resolved") continue;
    const home = byService.get(alert.serviceId);
    const id = home ?? unit.id("inc");
    if (home === undefined) {
      await openForAlert(unit, { id, alert, at: unit.now, windowClosesAt: unit.now, why, hint });
    } else {
      await attachAlert(unit, id, alert.id);
    }
    byService.set(alert.serviceId, id);
    homes.set(alert.id, id);
  }
  return homes;
}

/** Makes an alert part of an incident, whatever it was before, and tells Slack there. */
export async function attachAlert(unit: Unit, incidentId: string, alertId: string): Promise<void> {
  await unit.tx.relate(incidentId, alertId, "attached", unit.now);
  await announceAlert(unit, incidentId, alertId);
}
