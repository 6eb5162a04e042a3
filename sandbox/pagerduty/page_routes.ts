/** Routes for the sandbox's page and for people: fire an alert, act as somebody in PagerDuty, read an incident's page. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { toIso } from "../../core/time.ts";
import { factsPage } from "../html_page.ts";
import { REPORTER_ID, serviceById, userById } from "./directory.ts";
import { FaultRequest, type createFaults } from "./faults.ts";
import type { Incidents } from "./incidents.ts";
import { incidentView, pagerdutyView } from "./page_view.ts";
import { type EventsApiEvent } from "./events_api.ts";
import { type EventKind, SENDER_KINDS, stormPlan } from "./senders.ts";
import { findIncident, type PagerdutyState, type StoredIncident } from "./state.ts";

const Fire = z.discriminatedUnion("kind", [
  z.strictObject({
    serviceId: z.string(),
    kind: z.enum(["sentry_error", "by_hand", "again", ...SENDER_KINDS]),
    title: z.string().trim().max(1024).optional(),
  }),
  z.strictObject({ kind: z.literal("storm") }),
]);
const Act = z.strictObject({
  incidentId: z.string(),
  action: z.enum(["acknowledge", "resolve", "heal"]),
  userId: z.string(),
});
export const Settings = z.strictObject({
  /** Milliseconds for which a new incident's alerts cannot be read yet. */
  alertDelayMs: z.int().nonnegative().optional(),
  /** What resolving a resolved incident answers: 200, or 400 with code 1001. */
  resolvedAgain: z.enum(["ok", "error"]).optional(),
  /** "lost": what is sent from now on gets lost on its way, and PagerDuty does not know; "off": PagerDuty switches its subscription off for a day. */
  webhooks: z.enum(["on", "lost", "off"]).optional(),
});
export type Settings = z.output<typeof Settings>;

export interface PageRoutesDeps {
  readonly state: () => PagerdutyState;
  readonly incidents: Incidents;
  readonly faults: ReturnType<typeof createFaults>;
  readonly setUp: (settings: Settings) => void;
  /** The event of a service's next failure, as this sender tells it. */
  readonly eventOf: (kind: EventKind, serviceId: string, title: string | undefined) => EventsApiEvent;
  /** Hands an event in at the Events API; answers what it answered. */
  readonly enqueue: (event: EventsApiEvent) => Promise<Response>;
}

export function createPageRoutes(deps: PageRoutesDeps): Hono {
  const routes = new Hono();

  routes.get("/sandbox/pagerduty", (c) => c.json(pagerdutyView(deps.state())));

  routes.post("/sandbox/pagerduty/fire", async (c) => {
    const body = Fire.safeParse(await json(c));
    if (!body.success) return refuse(c, `This cannot be fired: ${z.prettifyError(body.error)}`);
    if (body.data.kind === "storm") {
      return send(
        c,
        stormPlan().map(({ kind, service }) => deps.eventOf(kind, service.id, undefined)),
      );
    }
    const service = serviceById(body.data.serviceId);
    if (!service) return refuse(c, `There is no service ${body.data.serviceId} in PagerDuty.`);
    const title = body.data.title || undefined;
    if (body.data.kind === "by_hand") {
      const text = title ?? `Customers report trouble with ${service.name}`;
      const incident = deps.incidents.raiseByHand(service, REPORTER_ID, text, { urgency: "high", from: "web" });
      return c.json({ ok: true, incidentId: incident.id });
    }
    const kind = body.data.kind === "again" ? "sentry_error" : body.data.kind;
    return send(c, [deps.eventOf(kind, service.id, title)]);
  });

  /** Through the Events API, as everybody's events come in. */
  async function send(c: Context, events: readonly EventsApiEvent[]) {
    const known = new Set(deps.state().incidents);
    for (const event of events) {
      const answer = await deps.enqueue(event);
      if (!answer.ok) return refuse(c, `The Events API refused the event: ${await answer.text()}`);
    }
    const raised = deps.state().incidents.filter((incident) => !known.has(incident));
    return c.json({ ok: true, incidentId: raised[0]?.id ?? null, raised: raised.length });
  }

  routes.post("/sandbox/pagerduty/act", async (c) => {
    const body = Act.safeParse(await json(c));
    if (!body.success) return refuse(c, `This cannot be done: ${z.prettifyError(body.error)}`);
    const { incidentId, action, userId } = body.data;
    const incident = findIncident(deps.state(), incidentId);
    if (!incident) return refuse(c, `There is no incident ${incidentId} in PagerDuty.`);
    if (!userById(userId)) return refuse(c, `There is no user ${userId} in PagerDuty.`);
    if (incident.status === "resolved") return refuse(c, `Incident #${incident.number} is already resolved.`);
    if (action === "heal") deps.incidents.resolve(incident, { kind: "integration", serviceId: incident.serviceId });
    else deps.incidents[action](incident, { kind: "user", userId });
    return c.json({ ok: true });
  });

  routes.post("/sandbox/pagerduty/faults", async (c) => {
    const body = FaultRequest.safeParse(await json(c));
    if (!body.success) return refuse(c, `This is no fault: ${z.prettifyError(body.error)}`);
    if (body.data.times === 0) deps.faults.clear();
    else deps.faults.set(body.data);
    return c.json({ ok: true });
  });

  routes.post("/sandbox/pagerduty/settings", async (c) => {
    const body = Settings.safeParse(await json(c));
    if (!body.success) return refuse(c, `These are no settings: ${z.prettifyError(body.error)}`);
    deps.setUp(body.data);
    return c.json({ ok: true });
  });

  routes.get("/pagerduty/web/incidents/:id", (c) => {
    const incident = findIncident(deps.state(), c.req.param("id"));
    return incident
      ? c.html(incidentPage(incident))
      : c.text("There is no such incident in the sandbox's PagerDuty.", 404);
  });
  return routes;
}

async function json(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    // Refused by the schema, which says what is expected.
    return undefined;
  }
}

function refuse(c: Context, error: string) {
  return c.json({ ok: false, error }, 400);
}

function incidentPage(incident: StoredIncident): string {
  const view = incidentView(incident);
  return factsPage({
    product: "PagerDuty (sandbox)",
    title: `#${view.number} ${view.title}`,
    facts: [
      ["Status", view.status],
      ["Urgency", view.urgency],
      ["Service", view.service],
      ["Assigned to", view.assignees.join(", ") || "nobody"],
      ["Since", toIso(view.createdAt)],
      ...incident.alerts.map((alert) => ["Alert", `${alert.key} (${alert.status})`] as const),
    ],
    lists: [
      { heading: "Notes", items: view.notes.map((note) => `${toIso(note.at)} ${note.by}: ${note.text}`) },
      { heading: "Log", items: view.log.map((entry) => `${toIso(entry.at)} ${entry.text}`) },
    ],
  });
}
