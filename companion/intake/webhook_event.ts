import { z } from "zod";
import { cutCharacters, oneLine } from "../../core/text.ts";
import { fromIso, type Instant } from "../../core/time.ts";
import type { PagerdutyStatus } from "../../core/alert.ts";
import { mergeTarget, resolveReason, titleOf } from "../pagerduty/answers.ts";

/** Loose on purpose: PagerDuty adds keys, and leaves out or nulls nearly every other one. */
const reference = z.looseObject({
  id: z.string().min(1),
  type: z.string().nullish(),
  summary: z.string().nullish(),
  html_url: z.string().nullish(),
});

const envelope = z.looseObject({
  event: z.looseObject({
    id: z.string().min(1).max(200),
    event_type: z.string().min(1).max(200),
    occurred_at: z.string().nullish(),
    agent: z
      .looseObject({ id: z.string().nullish(), type: z.string().nullish(), summary: z.string().nullish() })
      .nullish(),
    client: z.looseObject({ url: z.string().nullish() }).nullish(),
    data: z.unknown(),
  }),
});

const incidentData = z.looseObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  type: z.literal("incident"),
  html_url: z.string().nullish(),
  number: z.number().int().nonnegative().nullish(),
  status: z.enum(["triggered", "acknowledged", "resolved"]),
  created_at: z.string().nullish(),
  reopened_at: z.string().nullish(),
  title: z.string().nullish(),
  urgency: z.string().nullish(),
  priority: reference.nullish(),
  service: reference,
  assignees: z.array(reference).nullish(),
  resolve_reason: resolveReason.nullish(),
});

const serviceData = reference.extend({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), type: z.literal("service") });

function nameOf({ id, summary }: z.output<typeof reference>): string {
  return cutCharacters(oneLine(summary ?? ""), 120) || id;
}

/** The event types whose data is the incident itself; the others change nothing that we show. */
export const ALERT_EVENTS: ReadonlySet<string> = new Set([
  "incident.triggered",
  "incident.acknowledged",
  "incident.unacknowledged",
  "incident.resolved",
  "incident.reopened",
  "incident.escalated",
  "incident.delegated",
  "incident.reassigned",
  "incident.priority_updated",
  "incident.service_updated",
  "incident.incident_type.changed",
]);

/** What an event says about the incident in PagerDuty that it is about: an alert, in this project's words. */
export interface EventAlert {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly urgency: "high" | "low";
  readonly priority?: string;
  readonly status: PagerdutyStatus;
  readonly since?: Instant;
  readonly assignees: readonly { readonly pagerdutyUserId: string; readonly name: string }[];
  readonly reopenedAt?: Instant;
  /** The incident in PagerDuty that this one was merged into; empty, or 0, where PagerDuty does not say. */
  readonly mergedInto?: { readonly id: string; readonly number: number };
}

export interface PagerdutyEvent {
  readonly id: string;
  readonly type: string;
  readonly occurredAt?: Instant;
  /** The user or integration that caused it; empty for automation. */
  readonly agentId: string;
  /** Undefined where an integration, a rule or nobody in particular caused it. */
  readonly agentType?: string;
  /** Empty where PagerDuty does not name it. */
  readonly agentName: string;
  /** The sender's own link, on incident.triggered; where a Sentry alert has its issue. */
  readonly clientUrl?: string;
  /** The service that an event of services is about. */
  readonly service?: { readonly id: string; readonly name: string };
  /** Undefined for events that are about something else than an incident itself. */
  readonly alert?: EventAlert;
}

/** Reads the body of a webhook; undefined where it is no event. Never throws. */
export function readEvent(body: string): PagerdutyEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  const parsed = envelope.safeParse(json);
  if (!parsed.success) return undefined;
  const { event } = parsed.data;
  const occurredAt = fromIso(event.occurred_at);
  const clientUrl = event.client?.url;
  const data = incidentData.safeParse(event.data);
  const service = serviceData.safeParse(event.data);
  return {
    id: event.id,
    type: event.event_type,
    ...(occurredAt === undefined ? {} : { occurredAt }),
    agentId: event.agent?.id ?? "",
    agentName: cutCharacters(oneLine(event.agent?.summary ?? ""), 120),
    ...(event.agent?.type ? { agentType: event.agent.type } : {}),
    ...(clientUrl ? { clientUrl } : {}),
    ...(data.success ? { alert: readAlert(data.data) } : {}),
    ...(service.success ? { service: { id: service.data.id, name: nameOf(service.data) } } : {}),
  };
}

function readAlert(data: z.output<typeof incidentData>): EventAlert {
  const since = fromIso(data.created_at);
  const priority = oneLine(data.priority?.summary ?? "");
  const reopenedAt = fromIso(data.reopened_at);
  const mergedInto = mergeTarget(data.resolve_reason);
  return {
    id: data.id,
    number: data.number ?? 0,
    title: titleOf(data.title, data.id),
    url: data.html_url ?? "",
    serviceId: data.service.id,
    serviceName: nameOf(data.service),
    // Urgencies beyond the two are taken as the one that wakes people.
    urgency: data.urgency === "low" ? "low" : "high",
    ...(priority === "" ? {} : { priority: cutCharacters(priority, 120) }),
    status: data.status,
    ...(since === undefined ? {} : { since }),
    ...(reopenedAt === undefined ? {} : { reopenedAt }),
    assignees: (data.assignees ?? []).map((one) => ({
      pagerdutyUserId: one.id,
      name: cutCharacters(oneLine(one.summary ?? ""), 120) || one.id,
    })),
    ...(mergedInto === undefined ? {} : { mergedInto }),
  };
}
