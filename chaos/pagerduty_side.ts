/** PagerDuty: the sandbox's stand-in, whose answers may be spoiled, with services that fail and people at work in it. */
import { Hono } from "hono";
import type { SandboxDeps } from "../sandbox/parts.ts";
import { createPagerdutyStandIn } from "../sandbox/pagerduty/stand_in.ts";
import { knownService } from "../sandbox/pagerduty/directory.ts";
import type { PagerdutyState, StoredIncident } from "../sandbox/pagerduty/state.ts";
import { PEOPLE, SANDBOX_PAGERDUTY_TOKEN, SANDBOX_WEBHOOK_SECRET } from "../sandbox/seed.ts";
import { createSentryStandIn } from "../sandbox/sentry/stand_in.ts";
import { createChance } from "../simulation/chance.ts";
import type { PagerdutyEffect } from "./evidence.ts";
import type { PlannedFailure } from "./plan.ts";
import { type Connection, spoil } from "./spoil.ts";
import type { World } from "./world.ts";

export interface PagerdutySide {
  readonly routes: Hono;
  incidents(): readonly StoredIncident[];
  /** Services fail as planned until told otherwise. */
  fail(failures: readonly PlannedFailure[], isStopped: () => boolean): void;
  close(): Promise<void>;
}

type Body = {
  readonly incident?: Record<string, unknown>;
  readonly note?: { readonly content?: string };
};

/** @param baseUrl where it is mounted; its webhooks go to `/webhooks` there */
export function createPagerdutySide(world: World, baseUrl: string): PagerdutySide {
  let made = 0;
  const parts: SandboxDeps = {
    clock: { manual: false, now: world.clock.now, advance: () => undefined, onAdvance: () => () => undefined },
    changed: () => undefined,
    id: (prefix) => `${prefix}${String((made += 1)).padStart(10, "0")}`,
  };
  const standIn = createPagerdutyStandIn(parts, {
    baseUrl,
    webhookUrl: () => `${baseUrl}/webhooks`,
    webhookSecrets: [SANDBOX_WEBHOOK_SECRET],
    apiToken: SANDBOX_PAGERDUTY_TOKEN,
    sentry: createSentryStandIn(parts, { baseUrl, authToken: "unused" }),
  });
  const incidents = (): readonly StoredIncident[] => (standIn.snapshot() as PagerdutyState).incidents;
  const chance = createChance(world.seed, "answers of PagerDuty");

  function ask(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Response> {
    const init = { method, headers, ...(body ? { body } : {}) };
    return Promise.resolve(standIn.routes.request(path, init));
  }

  const own = { authorization: `Token token=${SANDBOX_PAGERDUTY_TOKEN}`, "content-type": "application/json" };
  const call = (method: string, path: string, body?: object, from = "") =>
    ask(method, path, { ...own, from }, body && JSON.stringify(body));
  async function statusOf(id: string): Promise<string> {
    const answer = await call("GET", `/pagerduty/incidents/${id}`);
    return answer.ok ? ((await answer.json()) as { incident: { status: string } }).incident.status : "";
  }

  /** Carries out what changes something, and writes it down. */
  async function change(id: string, request: Request, body: string, isOrphan: boolean): Promise<Response> {
    const headers = Object.fromEntries(request.headers);
    const before = await statusOf(id);
    const answer = await ask(request.method, new URL(request.url).pathname, headers, body);
    const after = await statusOf(id);
    const facts = { at: world.clock.now(), alertId: id, from: headers["from"] ?? "", before, after, isOrphan };
    world.evidence.effects.push({ ...facts, ...wantedBy(body), answered: answer.status });
    return answer;
  }

  const routes = new Hono<{ Bindings: Connection }>();
  routes.all("/pagerduty/*", async (c) => {
    const url = new URL(c.req.url);
    const body = await c.req.text();
    const isChange = c.req.method !== "GET";
    const id = /^\/pagerduty\/incidents\/([A-Z0-9]+)/.exec(url.pathname)?.[1] ?? "";
    if (isChange) world.happens("before an effect in PagerDuty");
    return spoil(world.weather.faultFor("pagerduty"), c.env, chance, async (isOrphan) => {
      if (!isChange) return ask("GET", url.pathname + url.search, Object.fromEntries(c.req.raw.headers));
      const answer = await change(id, c.req.raw, body, isOrphan);
      world.happens("after an effect in PagerDuty");
      return answer;
    });
  });

  let failed = 0;
  function raise(serviceId: string): void {
    failed += 1;
    const key = `failure-${failed}`;
    const life = createChance(world.seed, `life of ${key}`);
    const service = knownService(serviceId);
    const severity = life.happens(0.8) ? "critical" : "warning";
    const payload = { summary: `${service.name} fails (${failed})`, source: service.name, severity };
    const event = { routing_key: service.routingKey, dedup_key: key, event_action: "trigger", payload };
    void call("POST", "/pagerduty/v2/enqueue", event).then(() => {
      const incident = incidents().find(({ alerts }) => alerts.some((one) => one.key === key));
      if (!incident) return;
      if (life.happens(0.25)) {
        const heal = { ...event, event_action: "resolve" };
        world.later(life.waitFor(14_000), () => void call("POST", "/pagerduty/v2/enqueue", heal));
      }
      if (life.happens(0.15))
        world.later(life.waitFor(8_000), () => void acknowledge(incident.id, life.pick(PEOPLE).email));
    });
  }

  /** Somebody does it in PagerDuty itself. */
  async function acknowledge(id: string, email: string): Promise<void> {
    if ((await statusOf(id)) !== "triggered") return;
    const incident = { type: "incident_reference", status: "acknowledged" };
    await call("PUT", `/pagerduty/incidents/${id}`, { incident }, email);
  }

  return {
    routes: routes as unknown as Hono,
    incidents,
    fail(failures, isStopped) {
      for (const { at, serviceId, alerts } of failures) {
        for (let number = 0; number < alerts; number += 1) {
          world.later(at + number * 400, () => (isStopped() ? undefined : raise(serviceId)));
        }
      }
    },
    close: () => standIn.close(),
  };
}

function wantedBy(text: string): Pick<PagerdutyEffect, "status" | "note" | "other"> {
  const { incident, note } = JSON.parse(text) as Body;
  const { status, type: _type, ...rest } = incident ?? {};
  return {
    ...(typeof status === "string" ? { status } : {}),
    ...(note?.content === undefined ? {} : { note: note.content }),
    ...(Object.keys(rest).length === 0 ? {} : { other: JSON.stringify(rest) }),
  };
}
