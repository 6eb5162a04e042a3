/** PUT on incidents: the whole request is checked before anything changes, so that a bulk update is all or nothing. */
import { z } from "zod";
import { accept, refuse, type Result } from "../../core/result.ts";
import { onCallAt, policyById, PRIORITIES, userById } from "./directory.ts";
import type { Incidents } from "./incidents.ts";
import { ALREADY_RESOLVED, invalidInput, NOT_FOUND, type RestProblem } from "./rest_request.ts";
import type { Agent, StoredIncident } from "./state.ts";

const Id = z.object({ id: z.string() });

export const IncidentUpdate = z.object({
  type: z.enum(["incident", "incident_reference"]),
  status: z.enum(["triggered", "acknowledged", "resolved"]).optional(),
  resolution: z.string().optional(),
  title: z.string().min(1).max(1024).optional(),
  urgency: z.enum(["high", "low"]).optional(),
  priority: Id.nullish(),
  escalation_level: z.int().positive().optional(),
  escalation_policy: Id.optional(),
  assignments: z.array(z.object({ assignee: Id })).optional(),
});
export type IncidentUpdate = z.output<typeof IncidentUpdate>;

export interface UpdateDeps {
  readonly incidents: Incidents;
  /** What resolving a resolved incident answers; nobody knows which one PagerDuty gives. */
  readonly resolvedAgain: () => "ok" | "error";
}

/** Checks an update and gives back the function that carries it out. */
export function planUpdate(
  deps: UpdateDeps,
  incident: StoredIncident,
  update: IncidentUpdate,
  agent: Agent,
): Result<() => void, RestProblem> {
  const { incidents } = deps;
  const priority = PRIORITIES.find((one) => one.id === update.priority?.id);
  if (update.priority && !priority) return refuse(invalidInput("Priority not found"));
  const policy = update.escalation_policy && policyById(update.escalation_policy.id);
  if (update.escalation_policy && !policy) return refuse(invalidInput("Escalation policy not found"));
  const assignees = update.assignments?.map(({ assignee }) => assignee.id) ?? [];
  if (assignees.some((id) => !userById(id))) return refuse(invalidInput("Assignee not found"));
  const level = update.escalation_level;
  if (level !== undefined && onCallAt(policy?.id ?? incident.policyId, level) === undefined) {
    return refuse(invalidInput("Nobody is on call at this escalation level"));
  }
  const isResolved = incident.status === "resolved";
  const moves = assignees.length > 0 || level !== undefined || policy !== undefined;
  if (isResolved && moves && update.status === undefined) return refuse(ALREADY_RESOLVED);
  if (isResolved && update.status === "resolved" && deps.resolvedAgain() === "error") return refuse(ALREADY_RESOLVED);

  return accept(() => {
    if (update.title !== undefined && update.title !== incident.title) incidents.retitle(incident, update.title, agent);
    if (update.urgency && update.urgency !== incident.urgency) incidents.setUrgency(incident, update.urgency, agent);
    if (update.priority !== undefined) incidents.prioritise(incident, priority, agent);
    if (policy) incidents.delegate(incident, policy, agent);
    if (level !== undefined) incidents.escalate(incident, level, agent);
    if (assignees.length > 0) incidents.reassign(incident, assignees, agent);
    if (update.status === "acknowledged") incidents.acknowledge(incident, agent);
    if (update.status === "triggered") incidents.trigger(incident, agent);
    if (update.status === "resolved") incidents.resolve(incident, agent, update.resolution);
  });
}

/** Checks all updates first; one that cannot be carried out refuses them all. */
export function planUpdates(
  deps: UpdateDeps,
  updates: readonly { incident: StoredIncident | undefined; update: IncidentUpdate }[],
  agent: Agent,
): Result<() => void, RestProblem> {
  const plans: (() => void)[] = [];
  for (const { incident, update } of updates) {
    if (!incident) return refuse(NOT_FOUND);
    const plan = planUpdate(deps, incident, update, agent);
    if (!plan.ok) return plan;
    plans.push(plan.value);
  }
  return accept(() => {
    for (const plan of plans) plan();
  });
}
