import { type Incident, isOpen } from "../../core/incident.ts";
import { replay } from "../../core/replay.ts";
import type { Ledger } from "./day.ts";
import type { Recorded, TriageWorld } from "./triage_world.ts";

/** What is wrong at this moment, in sentences; each is an invariant of the design that can be seen in the companion. */
export function problemsOf(world: TriageWorld, recorded: Recorded, ledger: Ledger): string[] {
  return [
    ...world.errors,
    ...windowProblems(recorded),
    ...decisionProblems(recorded, ledger),
    ...homeProblems(recorded, ledger, world.timeline),
    ...effectProblems(world, ledger),
    ...mergeProblems(recorded),
    ...replayProblems(world, recorded),
  ];
}

/** One open window, one incident. */
function windowProblems({ windows, incidents }: Recorded): string[] {
  return [...windows].flatMap(([service, window]) =>
    incidents.has(window.incidentId) ? [] : [`the window of ${service} belongs to no incident`],
  );
}

/** One decision per triage, whoever and however many press. */
function decisionProblems({ incidents }: Recorded, { decisions }: Ledger): string[] {
  return [...incidents].flatMap(([id, { decision }]) =>
    decision?.id === decisions.get(id) ? [] : [`${id} was decided by ${decisions.get(id)} and has ${decision?.id}`],
  );
}

/** In the feed, passed over by a setting, or about to be looked at again: people or the account can tell where it is. */
const WITHOUT_INCIDENT: readonly string[] = ["alert.listed", "alert.suppressed", "alert.ignored", "alert.held"];

/** No orphans; an alert has one home at most, and never a closed one. */
function homeProblems(
  { incidents, alerts }: Recorded,
  { raised }: Ledger,
  timeline: TriageWorld["timeline"],
): string[] {
  const elsewhere = new Set(
    timeline.flatMap(({ what, data }) => (WITHOUT_INCIDENT.includes(what) ? [data["alertId"]] : [])),
  );
  return [...alerts].flatMap(([id, { facts, relations }]) => {
    const homes = relations.filter(({ relation }) => relation === "attached" || relation === "offered");
    if (homes.length > 1) return [`${id} belongs to ${homes.map(({ incidentId }) => incidentId).join(" and ")}`];
    if (facts.status === "resolved" || facts.closing.state !== "none" || !raised.has(id)) return [];
    const home = homes[0];
    if (!home) {
      const isSetAside = relations.some(({ relation }) => relation === "set_aside");
      // What once had an incident is never left to the line that it had before.
      const isElsewhere = relations.length === 0 && elsewhere.has(id);
      return isSetAside || isElsewhere ? [] : [`${id} is an orphan`];
    }
    const incident = incidents.get(home.incidentId)?.incident;
    return incident && isOpen(incident) ? [] : [`${id} is ${home.relation} to ${home.incidentId}, which is closed`];
  });
}

/** Exactly what people wanted is asked of PagerDuty, and a page is stopped only by somebody whose press says so. */
function effectProblems({ jobs }: TriageWorld, { wanted, mayAcknowledge }: Ledger): string[] {
  const asked = new Map<string, number>();
  const problems: string[] = [];
  for (const { job } of jobs) {
    if (job.kind === "pagerduty_resolve") {
      asked.set(job.alertId, (asked.get(job.alertId) ?? 0) + 1);
    }
    if (job.kind === "pagerduty_acknowledge" && !mayAcknowledge.has(`${job.alertId} ${job.by.slackUserId}`)) {
      problems.push(`${job.alertId} is acknowledged by ${job.by.slackUserId}, who pressed nothing that says so`);
    }
  }
  for (const id of new Set([...asked.keys(), ...wanted.keys()])) {
    const [times, wishes] = [asked.get(id) ?? 0, wanted.get(id) ?? 0];
    if (times !== wishes) problems.push(`${id} was to be resolved ${wishes} times and is ${times} times`);
  }
  return problems;
}

function mergeProblems({ incidents }: Recorded): string[] {
  return [...incidents.keys()].flatMap((start) => {
    const seen = new Set<string>();
    for (let id: string | undefined = start; id !== undefined;) {
      if (seen.has(id)) return [`${start} was merged in a circle`];
      seen.add(id);
      const incident: Incident | undefined = incidents.get(id)?.incident;
      if (!incident) return [`${start} was merged into ${id}, which does not exist`];
      id = incident.status === "merged" ? incident.mergedInto : undefined;
    }
    return [];
  });
}

/** Replaying the account through the rules gives what is on record. */
function replayProblems({ timeline }: TriageWorld, { incidents, alerts }: Recorded): string[] {
  const replayed = replay(timeline);
  const recordedIncidents = [...incidents].map(([id, { incident }]) => `${id} ${withoutNames(incident)}`);
  const replayedIncidents = [...replayed.incidents].map(([id, incident]) => `${id} ${withoutNames(incident)}`);
  const recordedRelations = [...alerts].flatMap(([id, { relations }]) =>
    relations.map(({ incidentId, relation }) => `${id} ${incidentId} ${relation}`),
  );
  const replayedRelations = [...replayed.relations].flatMap(([id, own]) =>
    [...own].map(([incidentId, relation]) => `${id} ${incidentId} ${relation}`),
  );
  return [
    ...replayed.refused.map(
      ({ what, incidentId }) => `the account has ${what} of ${incidentId}, which the rules refuse`,
    ),
    ...differences("incident", recordedIncidents, replayedIncidents),
    ...differences("relation", recordedRelations, replayedRelations),
  ];
}

/** The account names people by their ids alone. */
function withoutNames(incident: object): string {
  return JSON.stringify(Object.entries(incident).toSorted(), (_, value: unknown) =>
    typeof value === "object" && value !== null && "slackUserId" in value ? value.slackUserId : value,
  );
}

function differences(what: string, recorded: readonly string[], replayed: readonly string[]): string[] {
  return [
    ...recorded.filter((one) => !replayed.includes(one)).map((one) => `the replay lacks the ${what} ${one}`),
    ...replayed.filter((one) => !recorded.includes(one)).map((one) => `the replay invents the ${what} ${one}`),
  ];
}
