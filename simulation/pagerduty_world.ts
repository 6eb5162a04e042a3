/** PagerDuty for the simulation: the sandbox's, with services that fail and people and rules that act in it. */
import type { PagerdutyTransport } from "../companion/pagerduty/client.ts";
import { HOUR, MINUTE } from "../core/time.ts";
import { createPagerdutyStandIn, type PagerdutyStandIn } from "../sandbox/pagerduty/stand_in.ts";
import type { PagerdutyState, StoredIncident } from "../sandbox/pagerduty/state.ts";
import { type DemoService, PEOPLE, SANDBOX_PAGERDUTY_TOKEN, SANDBOX_WEBHOOK_SECRET } from "../sandbox/seed.ts";
import { createSentryStandIn } from "../sandbox/sentry/stand_in.ts";
import { COMPANION_URL, type WorldDeps } from "./world_deps.ts";

export interface PagerdutyWorld {
  /** How the companion's requests reach it. */
  readonly transport: PagerdutyTransport;
  /** The incidents as PagerDuty has them now. */
  incidents(): readonly StoredIncident[];
  /** Services begin to fail, and people to act. */
  begin(): void;
  /** Every service fails once within so many milliseconds, and nobody acts. */
  storm(withinMs: number): void;
}

const BASE_URL = "https://pagerduty.example";
export const PAGERDUTY_API_URL = `${BASE_URL}/pagerduty`;

/** How often each service begins to fail. */
const FAILURE_EVERY_MS = 6 * HOUR;

export function createPagerdutyWorld(
  deps: WorldDeps,
  services: readonly DemoService[],
  id: (prefix: string) => string,
): PagerdutyWorld {
  const { time, trouble, observed } = deps;
  const clock = { manual: false, now: time.now, advance: () => undefined, onAdvance: () => () => undefined };
  const parts = { clock, changed: () => undefined, id };
  const standIn: PagerdutyStandIn = createPagerdutyStandIn(parts, {
    baseUrl: BASE_URL,
    webhookUrl: () => `${COMPANION_URL}/webhooks/pagerduty`,
    webhookSecrets: [SANDBOX_WEBHOOK_SECRET],
    apiToken: SANDBOX_PAGERDUTY_TOKEN,
    sentry: createSentryStandIn(parts, { baseUrl: BASE_URL, authToken: "unused" }),
  });

  async function call(method: string, path: string, body: object | undefined, headers: Record<string, string>) {
    return standIn.routes.request(path, {
      method,
      headers: {
        authorization: `Token token=${SANDBOX_PAGERDUTY_TOKEN}`,
        "content-type": "application/json",
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  async function statusOf(id: string): Promise<string> {
    const response = await call("GET", `/pagerduty/incidents/${id}`, undefined, {});
    return ((await response.json()) as { incident: { status: string } }).incident.status;
  }

  async function heal(id: string | undefined): Promise<void> {
    const incident = (standIn.snapshot() as PagerdutyState).incidents.find((one) => one.id === id);
    const service = services.find((one) => one.id === incident?.serviceId);
    if (!incident || !service) return;
    for (const { key } of incident.alerts) {
      const event = { routing_key: service.routingKey, event_action: "resolve", dedup_key: key };
      await call("POST", "/pagerduty/v2/enqueue", event, {});
    }
    // One whose alerts were over before is open by a person's wish alone.
    if ((await statusOf(incident.id)) !== "resolved") return;
    observed.crossings.push({ at: time.now(), alertId: incident.id, isHeard: false });
    deps.account.tell(`PagerDuty: ${incident.id} heals by itself while an acknowledgement is on its way`);
  }

  const transport: PagerdutyTransport = async ({ method, url, queryParameters, data, headers }) => {
    await time.wait(trouble.travel());
    if (trouble.strikes("request_lost")) throw new TypeError("The connection was closed.");
    if (trouble.strikes("pagerduty_refuses")) return refusal(deps.chance.pick([429, 500]));
    const pairs = Object.entries(queryParameters ?? {}).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, value]),
    );
    const query = pairs.length > 0 ? `?${new URLSearchParams(pairs).toString()}` : "";
    const path = url.slice(BASE_URL.length);
    if (deps.plant.refuses(method, path)) return refusal(500);
    const alertId = /^\/pagerduty\/incidents\/([A-Z0-9]+)$/.exec(path)?.[1];
    const before = method === "PUT" && alertId ? await statusOf(alertId) : "";
    if (before === "triggered" && wantsAcknowledged(data) && trouble.strikes("heals_just_then")) await heal(alertId);
    const response = await call(method, path + query, data, headers);
    const answer: unknown = await response.json();
    deps.account.note(`PagerDuty: ${method} ${path} ${JSON.stringify(data ?? "")} → ${response.status}`);
    if (method === "PUT" && alertId && response.ok) {
      const status = await statusOf(alertId);
      observed.orders.push({ at: time.now(), alertId, status, before, from: headers["From"] ?? "" });
      deps.account.tell(`PagerDuty: ${alertId} is ${status} (${headers["From"]})`);
    }
    if (trouble.strikes("answer_lost")) throw new TypeError("The connection was closed.");
    await time.wait(trouble.travel());
    for (const crossing of observed.crossings) if (crossing.alertId === alertId) crossing.isHeard = true;
    return { ok: response.ok, status: response.status, headers: response.headers, data: answer };
  };

  return {
    transport,
    incidents: () => (standIn.snapshot() as PagerdutyState).incidents,
    begin() {
      for (const service of services) startFailing(deps, service, { call, statusOf });
    },
    storm(withinMs) {
      services.forEach((service, index) => {
        const payload = { summary: `${service.name} fails`, source: service.name, severity: "critical" };
        const event = { routing_key: service.routingKey, event_action: "trigger", dedup_key: service.id, payload };
        time.after((index * withinMs) / services.length, () => void call("POST", "/pagerduty/v2/enqueue", event, {}));
      });
    },
  };
}

function wantsAcknowledged({ incident }: { readonly incident?: { readonly status?: string } } = {}): boolean {
  return incident?.status === "acknowledged";
}

function refusal(status: number) {
  const headers = new Headers(status === 429 ? { "ratelimit-reset": "3" } : {});
  return { ok: false, status, headers, data: { error: { message: "Busy", code: 2020 } } };
}

interface Reach {
  readonly call: (
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ) => Promise<Response>;
  readonly statusOf: (id: string) => Promise<string>;
}

/** A service fails now and then, and while it fails it fails several times. */
function startFailing(deps: WorldDeps, service: DemoService, { call, statusOf }: Reach): void {
  const { time, chance, trouble, account } = deps;
  let failures = 0;
  const from = () => ({ from: chance.pick(PEOPLE).email });
  const put = (id: string, change: object) =>
    void call("PUT", `/pagerduty/incidents/${id}`, { incident: { type: "incident_reference", ...change } }, from());

  function fail(): void {
    failures += 1;
    const key = `${service.id}-${failures}`;
    const severity = chance.happens(0.8) ? "critical" : "warning";
    const payload = { summary: `${service.name} fails (${failures})`, source: service.name, severity };
    const event = { routing_key: service.routingKey, event_action: "trigger", dedup_key: key, payload };
    void call("POST", "/pagerduty/v2/enqueue", event, {}).then(async () => {
      const found = await call("GET", `/pagerduty/incidents?incident_key=${key}`, undefined, {});
      const id = ((await found.json()) as { incidents: { id: string }[] }).incidents[0]?.id;
      if (id === undefined) return;
      account.tell(`PagerDuty: ${id} is triggered: ${service.name}`);
      liveOn(id, key);
    });
  }

  /** What becomes of the alert in PagerDuty by itself or by people there. */
  function liveOn(id: string, key: string): void {
    const later = (probability: number, mean: number, act: () => unknown) => {
      if (chance.happens(probability)) time.after(chance.waitFor(mean), () => void (trouble.isOver() || act()));
    };
    const whileOpen = (change: object) => async () => {
      if ((await statusOf(id)) !== "resolved") put(id, change);
    };
    later(0.4, 40 * MINUTE, () => {
      account.tell(`PagerDuty: ${id} heals by itself`);
      const event = { routing_key: service.routingKey, event_action: "resolve", dedup_key: key };
      void call("POST", "/pagerduty/v2/enqueue", event, {});
    });
    later(0.25, 10 * MINUTE, whileOpen({ status: "acknowledged" }));
    later(0.1, 15 * MINUTE, whileOpen({ escalation_level: 2 }));
    later(
      0.1,
      20 * MINUTE,
      whileOpen({ assignments: [{ assignee: { id: chance.pick(PEOPLE).pagerdutyId, type: "user_reference" } }] }),
    );
    later(0.05, 60 * MINUTE, whileOpen({ status: "resolved" }));
  }

  const next = (): void => {
    time.after(chance.waitFor(FAILURE_EVERY_MS), () => {
      if (trouble.isOver()) return;
      fail();
      for (let more = chance.between(0, 2); more > 0; more -= 1) {
        time.after(chance.waitFor(10 * MINUTE), () => (trouble.isOver() ? undefined : fail()));
      }
      next();
    });
  };
  next();
}
