/** The stand-in of PagerDuty: REST v2, Events API v2, webhooks V3, and the panel of the sandbox's page. */
import { type Context, Hono, type Next } from "hono";
import type { SandboxDeps, StandIn } from "../parts.ts";
import type { SentryStandIn } from "../sentry/stand_in.ts";
import { knownService } from "./directory.ts";
import { createEventsApi, type EventsApiEvent } from "./events_api.ts";
import { failureFor } from "./failures.ts";
import { createFaults } from "./faults.ts";
import { createIncidents, mergeTarget } from "./incidents.ts";
import { createPageRoutes, type Settings } from "./page_routes.ts";
import { pagerdutyDump } from "./page_view.ts";
import { createRepresentation } from "./representation.ts";
import { createDirectoryRoutes } from "./rest_directory.ts";
import { createIncidentPartRoutes } from "./rest_incident_parts.ts";
import { createIncidentRoutes } from "./rest_incidents.ts";
import { answerProblem, NOT_FOUND, type RestProblem } from "./rest_request.ts";
import { createWebhookRoutes, SUBSCRIPTION_ID } from "./rest_webhooks.ts";
import { SENDERS } from "./senders.ts";
import { sentryAlert } from "./sentry_sender.ts";
import { emptyState, type PagerdutyState } from "./state.ts";
import { createWebhookDelivery } from "./webhook_delivery.ts";
import { createWebhookEvents } from "./webhook_events.ts";

const UNAUTHORISED: RestProblem = { status: 401, code: 2006, message: "Authentication failed" };
const OTHER_VERSION: RestProblem = { status: 406, code: 2001, message: "Only version 2 of the API is served" };

export interface PagerdutyOptions {
  /** Where the stand-ins are mounted, without a slash at the end: http://127.0.0.1:3000 */
  readonly baseUrl: string;
  /** The receiver of webhooks; undefined while there is none, and then they wait. */
  readonly webhookUrl: () => string | undefined;
  /** Each webhook carries one signature per secret. */
  readonly webhookSecrets: readonly string[];
  /** The one key of the REST API. */
  readonly apiToken: string;
  /** Where the errors of the demo services are reported to. */
  readonly sentry: Pick<SentryStandIn, "record" | "issueUrl">;
}

export interface PagerdutyStandIn extends StandIn {
  /** The base of REST v2, which is the companion's PAGERDUTY_API_URL. */
  readonly apiUrl: string;
  /** Sends every waiting webhook at once, without its back-off: the receiver has just come up. */
  retryWebhooks(): void;
  /** The readable dump for `/sandbox/state`. */
  dump(): ReturnType<typeof pagerdutyDump>;
}

export function createPagerdutyStandIn(deps: SandboxDeps, options: PagerdutyOptions): PagerdutyStandIn {
  let current: PagerdutyState = emptyState();
  let settings: Required<Settings> = { alertDelayMs: 0, resolvedAgain: "ok", webhooks: "on" };
  const state = () => current;
  const apiUrl = `${options.baseUrl}/pagerduty`;
  const show = createRepresentation(apiUrl);
  const delivery = createWebhookDelivery({
    ...deps,
    state,
    subscriptionId: SUBSCRIPTION_ID,
    url: options.webhookUrl,
    secrets: options.webhookSecrets,
    areLost: () => settings.webhooks === "lost",
  });
  const events = createWebhookEvents(deps, show, (incident) => mergeTarget(current, incident), delivery.deliver);
  const incidents = createIncidents({ ...deps, state, events });
  const faults = createFaults();

  const eventsApi = createEventsApi({ id: deps.id, state, incidents });
  const pages = createPageRoutes({
    state,
    incidents,
    faults,
    setUp: (wanted) => {
      settings = { ...settings, ...wanted };
      if (wanted.webhooks === "on") delivery.enable();
      if (wanted.webhooks === "off") delivery.disable();
    },
    eventOf(kind, serviceId, title) {
      const count = current.failures[serviceId] ?? 0;
      current.failures[serviceId] = count + 1;
      const service = knownService(serviceId);
      if (kind === "sentry_error") return sentryAlert({ ...deps, sentry: options.sentry }, service, count, title);
      return SENDERS[kind]({ service, failure: failureFor(count), id: deps.id("EVENT"), at: deps.clock.now(), title });
    },
    enqueue: async (event: EventsApiEvent) =>
      eventsApi.request("/pagerduty/v2/enqueue", { method: "POST", body: JSON.stringify(event) }),
  });
  const rest = createRest(options.apiToken, faults, [
    createIncidentRoutes({ ...deps, state, show, incidents, resolvedAgain: () => settings.resolvedAgain }),
    createIncidentPartRoutes({ ...deps, state, show, incidents, alertDelayMs: () => settings.alertDelayMs }),
    createDirectoryRoutes(show),
    createWebhookRoutes({ delivery, events, url: options.webhookUrl }),
  ]);
  // The REST API takes everything below its address that nobody else took before, and refuses what it does not know.
  const routes = new Hono().route("/", eventsApi).route("/", pages).route("/pagerduty", rest);

  return {
    routes,
    apiUrl,
    retryWebhooks: delivery.retryNow,
    dump: () => pagerdutyDump(current),
    snapshot: () => structuredClone(current),
    restore(snapshot) {
      delivery.halt();
      current = structuredClone(snapshot as PagerdutyState);
      delivery.retryNow();
    },
    reset() {
      delivery.halt();
      faults.clear();
      current = emptyState();
      settings = { alertDelayMs: 0, resolvedAgain: "ok", webhooks: "on" };
      deps.changed();
    },
    close() {
      faults.clear();
      delivery.close();
      return Promise.resolve();
    },
  };
}

function createRest(apiToken: string, faults: ReturnType<typeof createFaults>, parts: readonly Hono[]): Hono {
  const rest = new Hono();
  rest.use("*", faults.middleware);
  rest.use("*", (c: Context, next: Next) => {
    const authorization = c.req.header("authorization") ?? "";
    if (authorization !== `Token token=${apiToken}` && authorization !== `Bearer ${apiToken}`) {
      return Promise.resolve(answerProblem(c, UNAUTHORISED));
    }
    if (!acceptsVersion2(c.req.header("accept"))) return Promise.resolve(answerProblem(c, OTHER_VERSION));
    return next();
  });
  for (const part of parts) rest.route("/", part);
  rest.all("*", (c) => answerProblem(c, NOT_FOUND));
  return rest;
}

/** The vendor type with version 2, or no opinion at all, as a plain curl has it. */
function acceptsVersion2(header: string | undefined): boolean {
  const accept = header?.replaceAll(" ", "") ?? "*/*";
  return accept.split(",").some((type) => {
    const bare = type.replace(/;q=.*$/, "");
    return bare === "*/*" || bare === "application/json" || bare === "application/vnd.pagerduty+json;version=2";
  });
}
