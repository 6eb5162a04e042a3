/** Everything that can happen to incidents: each change writes the log, announces itself by webhook and tells the page. */
import { createChanges, type IncidentDeps } from "./incident_changes.ts";
import { createAlertMoves, createDetailEdits, createResponderEdits } from "./incident_edits.ts";
import { createRaising, createStatusChanges } from "./incident_lifecycle.ts";
import { findIncident, type PagerdutyState, type StoredIncident } from "./state.ts";

export type Incidents = ReturnType<typeof createIncidents>;

export function createIncidents(deps: IncidentDeps) {
  const changes = createChanges(deps);
  const statusChanges = createStatusChanges(deps, changes);
  return {
    ...createRaising(deps, changes),
    ...statusChanges,
    ...createResponderEdits(deps, changes),
    ...createDetailEdits(deps, changes),
    ...createAlertMoves(changes, statusChanges),
  };
}

/** The incident that another one was merged into, as long as both are known. */
export function mergeTarget(state: PagerdutyState, incident: StoredIncident): StoredIncident | undefined {
  return incident.mergedInto === undefined ? undefined : findIncident(state, incident.mergedInto);
}
