/** REST v2: the alerts, notes and log entries of an incident. */
import { Hono } from "hono";
import { z } from "zod";
import type { SandboxDeps } from "../parts.ts";
import type { Incidents } from "./incidents.ts";
import type { Representation } from "./representation.ts";
import { actingUser, answerProblem, invalidInput, NOT_FOUND, paged, readBody } from "./rest_request.ts";
import { findIncident, type PagerdutyState, type StoredAlert, type StoredIncident } from "./state.ts";

const BULK_MAX = 250;
const NOTES_MAX = 2000;

const AlertUpdate = z.object({
  type: z.enum(["alert", "alert_reference"]),
  status: z.literal("resolved").optional(),
  incident: z.object({ id: z.string() }).optional(),
});

export interface IncidentPartsDeps extends SandboxDeps {
  readonly state: () => PagerdutyState;
  readonly incidents: Incidents;
  readonly show: Representation;
  /** Milliseconds after an incident's creation before its alerts can be read. */
  readonly alertDelayMs: () => number;
}

/** Routes below the address of the REST API. */
export function createIncidentPartRoutes(deps: IncidentPartsDeps): Hono {
  const routes = new Hono();
  const { show } = deps;
  const find = (id: string) => findIncident(deps.state(), id);

  /** PagerDuty adds the alert shortly after the incident, so a read right at the trigger may find none. */
  function readableAlerts(incident: StoredIncident): readonly StoredAlert[] {
    return deps.clock.now() - incident.createdAt >= deps.alertDelayMs() ? incident.alerts : [];
  }

  routes.get("/incidents/:id/alerts", (c) => {
    const incident = find(c.req.param("id"));
    if (!incident) return answerProblem(c, NOT_FOUND);
    const statuses = c.req.queries("statuses[]") ?? [];
    const key = c.req.query("alert_key");
    const page = paged(
      c,
      readableAlerts(incident).filter(
        (alert) =>
          (statuses.length === 0 || statuses.includes(alert.status)) && (key === undefined || alert.key === key),
      ),
    );
    if (!page.ok) return answerProblem(c, page.refusal);
    return c.json({ alerts: page.value.items.map((alert) => show.alert(alert, incident)), ...page.value.fields });
  });

  routes.get("/incidents/:id/alerts/:alertId", (c) => {
    const incident = find(c.req.param("id"));
    const alert = incident && readableAlerts(incident).find((one) => one.id === c.req.param("alertId"));
    return incident && alert ? c.json({ alert: show.alert(alert, incident) }) : answerProblem(c, NOT_FOUND);
  });

  routes.put("/incidents/:id/alerts", async (c) => {
    const agent = actingUser(c);
    if (!agent.ok) return answerProblem(c, agent.refusal);
    const incident = find(c.req.param("id"));
    if (!incident) return answerProblem(c, NOT_FOUND);
    const body = await readBody(c, z.object({ alerts: z.array(AlertUpdate.extend({ id: z.string() })).min(1) }));
    if (!body.ok) return answerProblem(c, body.refusal);
    if (body.value.alerts.length > BULK_MAX) {
      return answerProblem(c, { status: 413, code: 2001, message: "Request Entity Too Large" });
    }
    const alerts: StoredAlert[] = [];
    for (const { id } of body.value.alerts) {
      const alert = incident.alerts.find((one) => one.id === id);
      if (!alert) return answerProblem(c, NOT_FOUND);
      alerts.push(alert);
    }
    const moved = body.value.alerts.find((update) => update.incident)?.incident?.id;
    const target = moved === undefined ? undefined : find(moved);
    if (moved !== undefined && !isMoveTarget(target))
      return answerProblem(c, invalidInput("Incident not found or resolved"));
    const resolved = alerts.filter((_, index) => body.value.alerts[index]?.status === "resolved");
    const shownAs = target ?? incident;
    if (target) deps.incidents.moveAlerts(incident, alerts, target, agent.value);
    if (resolved.length > 0) deps.incidents.resolveAlerts(shownAs, resolved, agent.value);
    return c.json({ alerts: alerts.map((alert) => show.alert(alert, shownAs)) });
  });

  routes.put("/incidents/:id/alerts/:alertId", async (c) => {
    const agent = actingUser(c);
    if (!agent.ok) return answerProblem(c, agent.refusal);
    const incident = find(c.req.param("id"));
    const alert = incident?.alerts.find((one) => one.id === c.req.param("alertId"));
    if (!incident || !alert) return answerProblem(c, NOT_FOUND);
    const body = await readBody(c, z.object({ alert: AlertUpdate }));
    if (!body.ok) return answerProblem(c, body.refusal);
    const moved = body.value.alert.incident?.id;
    const target = moved === undefined ? undefined : find(moved);
    if (moved !== undefined && !isMoveTarget(target))
      return answerProblem(c, invalidInput("Incident not found or resolved"));
    if (target) deps.incidents.moveAlerts(incident, [alert], target, agent.value);
    if (body.value.alert.status === "resolved") deps.incidents.resolveAlerts(target ?? incident, [alert], agent.value);
    return c.json({ alert: show.alert(alert, target ?? incident) });
  });

  routes.get("/incidents/:id/notes", (c) => {
    const incident = find(c.req.param("id"));
    if (!incident) return answerProblem(c, NOT_FOUND);
    return c.json({ notes: incident.notes.map((note) => show.note(note)) });
  });

  routes.post("/incidents/:id/notes", async (c) => {
    const agent = actingUser(c);
    if (!agent.ok) return answerProblem(c, agent.refusal);
    const incident = find(c.req.param("id"));
    if (!incident) return answerProblem(c, NOT_FOUND);
    const body = await readBody(c, z.object({ note: z.object({ content: z.string().min(1) }) }));
    if (!body.ok) return answerProblem(c, body.refusal);
    if (incident.notes.length >= NOTES_MAX)
      return answerProblem(c, invalidInput("An incident holds at most 2000 notes"));
    const note = deps.incidents.annotate(incident, agent.value.userId, body.value.note.content);
    return c.json({ note: show.note(note) });
  });

  routes.get("/incidents/:id/log_entries", (c) => {
    const incident = find(c.req.param("id"));
    if (!incident) return answerProblem(c, NOT_FOUND);
    const withChannels = (c.req.queries("include[]") ?? []).includes("channels");
    // Newest first, as PagerDuty answers them.
    const page = paged(c, [...incident.log].reverse());
    if (!page.ok) return answerProblem(c, page.refusal);
    const entries = page.value.items.map((entry) => show.logEntry(entry, incident, withChannels));
    return c.json({ log_entries: entries, ...page.value.fields });
  });

  return routes;
}

function isMoveTarget(target: StoredIncident | undefined): target is StoredIncident {
  return target !== undefined && target.status !== "resolved";
}
