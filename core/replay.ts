/**
 * Replays the account of what happened: the same rules, fed with the same commands, give the recorded state again. What
 * the account leaves out is not needed to tell how things came to be as they are; a replay that ends elsewhere has found
 * an event that was not written down.
 */
import type { AlertRelation } from "./alert.ts";
import type { DismissReason, Incident, Person } from "./incident.ts";
import { type Command, transition } from "./transitions.ts";

/** An event of the account, as far as a replay reads it. */
export interface LoggedEvent {
  /** Empty for what belongs to no incident. */
  readonly incidentId: string;
  readonly what: string;
  /** "slack:U…" where a person did it. */
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Replayed {
  readonly incidents: ReadonlyMap<string, Incident>;
  /** What each alert is to each incident: alert id → incident id → relation. */
  readonly relations: ReadonlyMap<string, ReadonlyMap<string, AlertRelation>>;
  /** Events that the rules refuse: they cannot have happened. */
  readonly refused: readonly LoggedEvent[];
}

interface State {
  readonly incidents: Map<string, Incident>;
  readonly relations: Map<string, Map<string, AlertRelation>>;
}

/** @param events in their order, of all incidents */
export function replay(events: readonly LoggedEvent[]): Replayed {
  const state: State = { incidents: new Map(), relations: new Map() };
  const refused = events.filter((event) => !take(state, event));
  return { ...state, refused };
}

/** Takes an event in; false where it cannot have happened. */
function take(state: State, event: LoggedEvent): boolean {
  const { incidentId, what } = event;
  const alertId = textIn(event, "alertId");
  switch (what) {
    case "incident.opened":
      state.incidents.set(incidentId, openedBy(event));
      if (alertId !== "") relate(state, alertId, incidentId, "attached");
      return true;
    case "incident.merged":
      return command(state, event) && moveAlerts(state, incidentId, textIn(event, "mergedInto"));
    case "incident.created":
    case "incident.dismissed":
    case "incident.resolved":
    case "incident.undone":
    case "incident.reopened":
      return command(state, event);
    case "incident.gave_back":
      return giveBack(state, event);
    case "alert.offered":
      return relate(state, alertId, incidentId, "offered");
    case "alert.attached":
    case "alert.resolve_wanted":
      return relate(state, alertId, incidentId, "attached");
    case "alert.moved":
      return relate(state, alertId, textIn(event, "to"), textIn(event, "relation") as AlertRelation);
    case "alert.set_aside":
      return relate(state, alertId, incidentId, "set_aside");
    case "alert.kept_separate":
    case "alert.detached":
      return relate(state, alertId, incidentId, "separate");
    default:
      // News, deliveries and notes change neither an incident nor what belongs to it.
      return true;
  }
}

function command(state: State, event: LoggedEvent): boolean {
  const incident = state.incidents.get(event.incidentId);
  const wanted = commandOf(state, event);
  const outcome = incident && wanted && transition(incident, wanted);
  if (!outcome?.ok) return false;
  state.incidents.set(event.incidentId, outcome.value.incident);
  return true;
}

function commandOf(state: State, event: LoggedEvent): Command | undefined {
  const press = { by: personOf(event.actor), at: numberIn(event, "at") };
  switch (event.what) {
    case "incident.created":
      return { type: "create", ...press };
    case "incident.merged": {
      const target = state.incidents.get(textIn(event, "mergedInto"));
      return target && { type: "merge", ...press, target };
    }
    case "incident.dismissed":
      return {
        type: "dismiss",
        at: press.at,
        // Where no person did, it was the one rule that may.
        by: event.actor === "companion" ? { rule: "resolved_by_itself" } : press.by,
        reason: textIn(event, "reason") as DismissReason,
        note: textIn(event, "note"),
      };
    case "incident.resolved":
      return { type: "resolve", ...press, summary: textIn(event, "summary") };
    case "incident.undone":
      return { type: "undo", ...press };
    case "incident.reopened":
      return { type: "reopen", ...press };
    default:
      return undefined;
  }
}

/** An alert is attached or offered to one incident at most, so a new home ends the old one. */
function relate(state: State, alertId: string, incidentId: string, relation: AlertRelation): true {
  const own = state.relations.get(alertId) ?? new Map<string, AlertRelation>();
  state.relations.set(alertId, own);
  if (isHome(relation)) for (const [other, former] of own) if (isHome(former)) own.delete(other);
  own.set(incidentId, relation);
  return true;
}

/**
 * A merge takes along what was attached, what nobody had answered yet, and what people said does not belong. What they had
 * said at the target goes before an offer: that alert goes its own way, which the account tells by itself.
 */
function moveAlerts(state: State, from: string, to: string): true {
  for (const [alertId, own] of state.relations) {
    const relation = own.get(from);
    if (relation === undefined) continue;
    if (!isHome(relation)) own.set(to, own.get(to) ?? relation);
    else if (relation === "offered" && own.has(to)) own.delete(from);
    else relate(state, alertId, to, relation);
  }
  return true;
}

/** What came with a merge goes back as it is. */
function giveBack(state: State, event: LoggedEvent): boolean {
  const ids = event.data["alertIds"];
  for (const alertId of Array.isArray(ids) ? ids : []) {
    const relation = typeof alertId === "string" ? state.relations.get(alertId)?.get(event.incidentId) : undefined;
    if (relation === undefined) return false;
    relate(state, alertId as string, textIn(event, "to"), relation);
  }
  return true;
}

function isHome(relation: AlertRelation): boolean {
  return relation === "attached" || relation === "offered";
}

function openedBy(event: LoggedEvent): Incident {
  return {
    status: "triage",
    id: event.incidentId,
    number: textIn(event, "number"),
    title: textIn(event, "title"),
    serviceId: textIn(event, "serviceId"),
    serviceName: textIn(event, "serviceName"),
    openedAt: numberIn(event, "openedAt"),
  };
}

/** The account names people by their ids alone. */
function personOf(actor: string): Person {
  const slackUserId = actor.replace(/^slack:/, "");
  return { slackUserId, name: slackUserId };
}

function textIn({ data }: LoggedEvent, name: string): string {
  const value = data[name];
  return typeof value === "string" ? value : "";
}

function numberIn({ data }: LoggedEvent, name: string): number {
  const value = data[name];
  return typeof value === "number" ? value : 0;
}
