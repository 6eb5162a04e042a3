/** REST v2: incidents. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { fromIso, HOUR } from "../../core/time.ts";
import type { SandboxDeps } from "../parts.ts";
import { serviceById } from "./directory.ts";
import { IncidentUpdate, planUpdate, planUpdates, type UpdateDeps } from "./incident_update.ts";
import { mergeTarget } from "./incidents.ts";
import type { Representation } from "./representation.ts";
import { actingUser, answerProblem, invalidInput, NOT_FOUND, paged, readBody } from "./rest_request.ts";
import { findIncident, type PagerdutyState, type StoredIncident } from "./state.ts";

const BULK_MAX = 250;
const MERGED_ALERTS_MAX = 1000;
const DEFAULT_RANGE_MS = 30 * 24 * HOUR;

const NewIncident = z.object({
  incident: z.object({
    type: z.literal("incident"),
    title: z.string().min(1).max(1024),
    service: z.object({ id: z.string() }),
    urgency: z.enum(["high", "low"]).optional(),
    incident_key: z.string().min(1).max(255).optional(),
  }),
});

export interface RestIncidentsDeps extends SandboxDeps, UpdateDeps {
  readonly state: () => PagerdutyState;
  readonly show: Representation;
}

/** Routes below the address of the REST API. */
export function createIncidentRoutes(deps: RestIncidentsDeps): Hono {
  const routes = new Hono();
  const { show } = deps;
  const shown = (incident: StoredIncident) => show.incident(incident, mergeTarget(deps.state(), incident));
  const found = (c: Context) => findIncident(deps.state(), c.req.param("id") ?? "");

  routes.get("/incidents", (c) => {
    const selected = selectIncidents(c, deps.state().incidents, deps.clock.now());
    if (typeof selected === "string") return answerProblem(c, invalidInput(selected));
    const page = paged(c, selected);
    if (!page.ok) return answerProblem(c, page.refusal);
    return c.json({ incidents: page.value.items.map(shown), ...page.value.fields });
  });

  routes.get("/incidents/:id", (c) => {
    const incident = found(c);
    return incident ? c.json({ incident: shown(incident) }) : answerProblem(c, NOT_FOUND);
  });

  routes.post("/incidents", async (c) => {
    const agent = actingUser(c);
    if (!agent.ok) return answerProblem(c, agent.refusal);
    const body = await readBody(c, NewIncident);
    if (!body.ok) return answerProblem(c, body.refusal);
    const { title, service, urgency, incident_key } = body.value.incident;
    const of = serviceById(service.id);
    if (!of) return answerProblem(c, invalidInput("Service not found"));
    const open = deps.state().incidents.find((one) => one.incidentKey === incident_key && one.status !== "resolved");
    if (incident_key !== undefined && open)
      return answerProblem(c, invalidInput("Open incident with matching dedup key already exists"));
    const incident = deps.incidents.raiseByHand(of, agent.value.userId, title, {
      urgency: urgency ?? "high",
      from: "api",
      ...(incident_key === undefined ? {} : { incidentKey: incident_key }),
    });
    return c.json({ incident: shown(incident) }, 201);
  });

  routes.put("/incidents", async (c) => {
    const agent = actingUser(c);
    if (!agent.ok) return answerProblem(c, agent.refusal);
    const body = await readBody(c, z.object({ incidents: z.array(IncidentUpdate.extend({ id: z.string() })) }));
    if (!body.ok) return answerProblem(c, body.refusal);
    const updates = body.value.incidents;
    if (updates.length > BULK_MAX) {
      return answerProblem(c, { status: 413, code: 2001, message: "Request Entity Too Large" });
    }
    const entries = updates.map((update) => ({ incident: findIncident(deps.state(), update.id), update }));
    const plan = planUpdates(deps, entries, agent.value);
    if (!plan.ok) return answerProblem(c, plan.refusal);
    plan.value();
    return c.json({ incidents: entries.flatMap(({ incident }) => (incident ? [shown(incident)] : [])) });
  });

  routes.put("/incidents/:id", async (c) => {
    const agent = actingUser(c);
    if (!agent.ok) return answerProblem(c, agent.refusal);
    const incident = found(c);
    if (!incident) return answerProblem(c, NOT_FOUND);
    const body = await readBody(c, z.object({ incident: IncidentUpdate }));
    if (!body.ok) return answerProblem(c, body.refusal);
    const plan = planUpdate(deps, incident, body.value.incident, agent.value);
    if (!plan.ok) return answerProblem(c, plan.refusal);
    plan.value();
    return c.json({ incident: shown(incident) });
  });

  routes.put("/incidents/:id/merge", async (c) => {
    const agent = actingUser(c);
    if (!agent.ok) return answerProblem(c, agent.refusal);
    const target = found(c);
    if (!target) return answerProblem(c, NOT_FOUND);
    const Sources = z.object({
      source_incidents: z.array(z.object({ id: z.string(), type: z.literal("incident_reference") })).min(1),
    });
    const body = await readBody(c, Sources);
    if (!body.ok) return answerProblem(c, body.refusal);
    const sources: StoredIncident[] = [];
    for (const { id } of body.value.source_incidents) {
      const source = findIncident(deps.state(), id);
      if (!source) return answerProblem(c, NOT_FOUND);
      if (!sources.includes(source)) sources.push(source);
    }
    const refused = mergeRefusal(target, sources);
    if (refused) {
      return answerProblem(c, { status: 400, code: 2002, message: "Arguments Caused Error", errors: [refused] });
    }
    deps.incidents.merge(target, sources, agent.value);
    return c.json({ incident: shown(target) });
  });

  return routes;
}

function mergeRefusal(target: StoredIncident, sources: readonly StoredIncident[]): string | undefined {
  if (target.status === "resolved") return "The target incident is resolved";
  if (sources.includes(target)) return "An incident cannot be merged into itself";
  if (sources.some((source) => source.status === "resolved")) return "One or more source incidents are resolved";
  const alerts = sources.reduce((sum, source) => sum + source.alerts.length, target.alerts.length);
  return alerts > MERGED_ALERTS_MAX ? "The target would have more than 1000 alerts" : undefined;
}

/** The incidents that the query asks for, or a sentence on what is wrong with it. */
function selectIncidents(c: Context, all: readonly StoredIncident[], now: number): StoredIncident[] | string {
  const statuses = c.req.queries("statuses[]") ?? [];
  if (statuses.some((status) => !["triggered", "acknowledged", "resolved"].includes(status))) return "Unknown status";
  const services = c.req.queries("service_ids[]") ?? [];
  const urgencies = c.req.queries("urgencies[]") ?? [];
  const range = timeRange(c, now);
  if (typeof range === "string") return range;
  // An empty key is as good as none: PagerDuty then answers all of them.
  const key = c.req.query("incident_key") || undefined;
  const selected = all.filter(
    (incident) =>
      (statuses.length === 0 || statuses.includes(incident.status)) &&
      (services.length === 0 || services.includes(incident.serviceId)) &&
      (urgencies.length === 0 || urgencies.includes(incident.urgency)) &&
      incident.createdAt >= range.since &&
      incident.createdAt < range.until &&
      (key === undefined || incident.incidentKey === key || incident.alerts.some((alert) => alert.key === key)),
  );
  return sorted(selected, c.req.query("sort_by"));
}

function timeRange(c: Context, now: number): { since: number; until: number } | string {
  if (c.req.query("date_range") === "all") return { since: -Infinity, until: Infinity };
  const asked = { since: c.req.query("since"), until: c.req.query("until") };
  const until = asked.until === undefined ? Infinity : fromIso(asked.until);
  if (until === undefined) return "until is not a date";
  const since = asked.since === undefined ? Math.min(now, until) - DEFAULT_RANGE_MS : fromIso(asked.since);
  if (since === undefined) return "since is not a date";
  return { since, until };
}

function sorted(incidents: readonly StoredIncident[], sortBy = "incident_number:asc"): StoredIncident[] | string {
  const match = /^(incident_number|created_at|urgency)(?::(asc|desc))?$/.exec(sortBy);
  if (!match) return "This sort_by is not known here";
  const byUrgency = (incident: StoredIncident) => (incident.urgency === "high" ? 1 : 0);
  const up = [...incidents].sort((a, b) =>
    match[1] === "urgency" ? byUrgency(a) - byUrgency(b) : a.createdAt - b.createdAt || a.number - b.number,
  );
  return match[2] === "desc" ? up.reverse() : up;
}
