/** Events API v2: what Sentry, Alertmanager or a script sends to `/v2/enqueue`. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { hexFrom } from "../identifiers.ts";
import type { SandboxDeps } from "../parts.ts";
import { serviceByRoutingKey } from "./directory.ts";
import type { Incidents } from "./incidents.ts";
import { type Agent, type AlertEvent, findOpenAlert, type PagerdutyState } from "./state.ts";

const BODY_MAX_BYTES = 512 * 1024;
const text = (max: number) => z.string().max(max, `must be at most ${max} characters`);

const Payload = z.object({
  summary: text(1024).min(1, "must not be empty"),
  source: z.string().min(1, "must not be empty"),
  severity: z.enum(["critical", "error", "warning", "info"]),
  timestamp: z.string().nullish(),
  component: z.string().nullish(),
  group: z.string().nullish(),
  class: z.string().nullish(),
  custom_details: z.unknown().optional(),
});
const Common = z.object({
  routing_key: z.string().length(32, "must be 32 characters"),
  dedup_key: text(255).nullish(),
});
const Trigger = Common.extend({
  event_action: z.literal("trigger"),
  payload: Payload,
  client: z.string().nullish(),
  client_url: z.string().nullish(),
  links: z.array(z.object({ href: z.string(), text: z.string().nullish() })).nullish(),
  images: z.array(z.object({ src: z.string(), href: z.string().nullish(), alt: z.string().nullish() })).nullish(),
});
const Change = Common.extend({
  event_action: z.enum(["acknowledge", "resolve"]),
  dedup_key: text(255).min(1, "is needed to acknowledge or resolve"),
});
const Event = z.discriminatedUnion("event_action", [Trigger, Change]);
export type EventsApiEvent = z.input<typeof Event>;

export interface EventsApiDeps {
  readonly id: SandboxDeps["id"];
  readonly state: () => PagerdutyState;
  readonly incidents: Incidents;
}

/** Routes `/pagerduty/v2/enqueue`, and the same below itself for senders that add the path on their own. */
export function createEventsApi(deps: EventsApiDeps): Hono {
  const routes = new Hono();

  async function enqueue(c: Context) {
    const raw = await c.req.text();
    if (Buffer.byteLength(raw) > BODY_MAX_BYTES) return refuse(c, 413, ["Event is larger than 512 KB"]);
    const parsed = Event.safeParse(parseJson(raw));
    if (!parsed.success) return refuse(c, 400, parsed.error.issues.map(describeIssue));
    const event = parsed.data;
    const service = serviceByRoutingKey(event.routing_key);
    if (!service) return refuse(c, 400, ["'routing_key' is not that of an integration in this account"]);

    const key = event.dedup_key ?? hexFrom(deps.id("DEDUP"), 32);
    const open = findOpenAlert(deps.state(), service.id, key);
    const sender = open?.alert.event.client;
    const agent: Agent = { kind: "integration", serviceId: service.id, ...(sender ? { sender } : {}) };
    if (event.event_action === "trigger") {
      if (open) deps.incidents.repeatAlert(open.incident, agent);
      else deps.incidents.raiseAlert(service, key, alertEvent(event));
    } else if (open && event.event_action === "resolve") {
      deps.incidents.resolveAlerts(open.incident, [open.alert], agent);
    } else if (open && open.incident.status === "triggered") {
      deps.incidents.acknowledge(open.incident, agent);
    }
    return c.json({ status: "success", message: "Event processed", dedup_key: key }, 202);
  }

  routes.post("/pagerduty/v2/enqueue", enqueue);
  routes.post("/pagerduty/v2/enqueue/v2/enqueue", enqueue);
  return routes;
}

function refuse(c: Context, status: 400 | 413, errors: readonly string[]) {
  return c.json({ status: "invalid event", message: "Event object is invalid", errors }, status);
}

function alertEvent(event: z.infer<typeof Trigger>): AlertEvent {
  const { payload } = event;
  return {
    summary: payload.summary,
    source: payload.source,
    severity: payload.severity,
    ...(payload.timestamp ? { timestamp: payload.timestamp } : {}),
    ...(payload.component ? { component: payload.component } : {}),
    ...(payload.group ? { group: payload.group } : {}),
    ...(payload.class ? { class: payload.class } : {}),
    ...(payload.custom_details === undefined ? {} : { customDetails: payload.custom_details }),
    ...(event.client ? { client: event.client } : {}),
    ...(event.client_url ? { clientUrl: event.client_url } : {}),
    links: (event.links ?? []).map(({ href, text: label }) => ({ href, ...(label ? { text: label } : {}) })),
    images: (event.images ?? []).map(({ src, href, alt }) => ({
      src,
      ...(href ? { href } : {}),
      ...(alt ? { alt } : {}),
    })),
  };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `'${issue.path.join(".") || "event"}' ${issue.message}`;
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}
