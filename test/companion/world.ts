import { createHmac } from "node:crypto";
import { Writable } from "node:stream";
import { expect } from "vitest";
import { steppedClock, type SteppedClock } from "../../companion/clock.ts";
import { type Companion, createCompanion } from "../../companion/companion.ts";
import { readConfiguration, secretsIn } from "../../companion/configuration.ts";
import { createLog } from "../../companion/log.ts";
import { openSqliteStore } from "../../companion/store/sqlite.ts";
import type { Store } from "../../companion/store/store.ts";
import type { Alert } from "../../core/alert.ts";
import { unpackAlert } from "../../core/alert_packing.ts";
import type { Person } from "../../core/incident.ts";
import {
  type CompanionAnswers,
  type CompanionCall,
  type CompanionRequests,
  COMPANION_PATHS,
  type LaterAlerts,
  type PersonsDecision,
  type Place,
} from "../../core/protocol.ts";
import { NONCE_HEADER, SIGNATURE_HEADER, signRequest, TIMESTAMP_HEADER } from "../../core/request_signature.ts";
import { toIso } from "../../core/time.ts";
import { type FakeIncident, type FakePagerduty, startFakePagerduty } from "./fake_pagerduty.ts";
import { type FakeTriggers, startFakeTriggers } from "./fake_triggers.ts";

export const START = Date.parse("2026-03-02T02:00:00.000Z");
export const WEBHOOK_SECRET = "hook/secret+text=";
export const SHARED_SECRET = "a-shared-secret-of-our-own";

export const ANN: Person = { slackUserId: "U0ANN", name: "Ann Lee", email: "ann@example.com" };
export const BEN: Person = { slackUserId: "U0BEN", name: "Ben Ito", email: "ben@example.com" };
export const EVE: Person = { slackUserId: "U0EVE", name: "Eve Ray", email: "eve@elsewhere.example" };

export function settingsFor(
  pagerduty: Pick<FakePagerduty, "url">,
  triggers: Pick<FakeTriggers, "triageUrl" | "signalUrl"> & { readonly newsUrl?: string },
): Record<string, string> {
  return {
    PORT: "0",
    DATABASE_URL: "sqlite::memory:",
    PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    PAGERDUTY_API_TOKEN: "pd-token",
    PAGERDUTY_API_URL: pagerduty.url,
    PAGERDUTY_FROM: "bot@example.com",
    SLACK_TRIAGE_TRIGGER_URL: triggers.triageUrl,
    SLACK_SIGNAL_TRIGGER_URL: triggers.signalUrl,
    SLACK_NEWS_TRIGGER_URL: triggers.newsUrl ?? triggers.signalUrl,
    COMPANION_SECRETS: SHARED_SECRET,
    // What most tests say of PagerDuty they say by webhooks, so what it lists would contradict them.
    RECONCILE_MINUTES: "0",
  };
}

export interface EventOptions {
  readonly type?: string;
  readonly status?: FakeIncident["status"];
  readonly at?: number;
  readonly clientUrl?: string;
  readonly byHand?: boolean;
  readonly urgency?: string;
  readonly eventId?: string;
  readonly webhookId?: string;
  readonly mergedInto?: string;
  /** The name of PagerDuty's priority. */
  readonly priority?: string;
}

/** The companion with its clock stopped, an own PagerDuty and own triggers; everything between them is real HTTP or real SQL. */
export interface World {
  readonly clock: SteppedClock;
  readonly pagerduty: FakePagerduty;
  readonly triggers: FakeTriggers;
  readonly store: Store;
  readonly companion: Companion;
  readonly logLines: string[];
  settle(): Promise<void>;
  advance(ms: number): Promise<void>;
  /** An incident in PagerDuty. */
  raise(id: string, fields?: Partial<FakeIncident>): FakeIncident;
  /** Sends the webhook that PagerDuty would send about an incident; the answer's status. */
  event(incident: FakeIncident, options?: EventOptions): Promise<number>;
  webhook(body: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  call<Call extends CompanionCall>(
    call: Call,
    body: CompanionRequests[Call],
  ): Promise<{ readonly status: number; readonly body: CompanionAnswers[Call] & { readonly error?: string } }>;
  /** What /metrics says to this machine. */
  metrics(): Promise<string>;
  /** Confirms every delivery that was sent and has not been, until nothing more comes. */
  confirmAll(): Promise<void>;
  alerts(incidentId: string): Promise<readonly Alert[]>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly store?: Store;
  /** Most tests' triggers bear any pace. */
  readonly triggerIntervalMs?: number;
  readonly startAt?: number;
  /** What PagerDuty is like when the companion starts. */
  readonly before?: (pagerduty: FakePagerduty) => void;
}

/** What a signal says that only counts with the companion's signature. */
export function signedIn(data: string): unknown {
  const { signature, ...said } = JSON.parse(data) as Readonly<Record<string, unknown>>;
  expect(signature).toMatch(/^v1=[0-9a-f]{64}$/);
  return said;
}

/** How the server tells where a request comes from. */
export function from(remoteAddress: string): object {
  return { incoming: { socket: { remoteAddress } } };
}
export const HERE = from("127.0.0.1");

let made = 0;

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const [pagerduty, triggers] = [await startFakePagerduty(), await startFakeTriggers()];
  for (const [id, email] of [
    ["PANN", "ann@example.com"],
    ["PBEN", "ben@example.com"],
    ["PBOT", "bot@example.com"],
  ]) {
    pagerduty.users.set(id ?? "", email ?? "");
  }
  const configuration = readConfiguration({ ...settingsFor(pagerduty, triggers), ...options.settings });
  if (!configuration.ok) throw new Error(JSON.stringify(configuration.refusal));
  options.before?.(pagerduty);
  const clock = steppedClock(options.startAt ?? START);
  const store = options.store ?? (await openSqliteStore(":memory:"));
  const logLines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(String(chunk));
      done();
    },
  });
  const companion = createCompanion({
    configuration: configuration.value,
    store,
    clock,
    // Without the net that takes known secrets out, so that close() sees what would have been written.
    log: createLog("debug", [], sink),
    id: (prefix) => `${prefix}_${(made += 1)}`,
    random: () => 0.5,
    triggerIntervalMs: options.triggerIntervalMs ?? 1,
  });
  await companion.start();
  await companion.settle();
  const confirmed = new Set<string>();

  const world: World = {
    clock,
    pagerduty,
    triggers,
    store,
    companion,
    logLines,
    settle: () => companion.settle(),
    async advance(ms) {
      clock.set(clock.now() + ms);
      await companion.settle();
    },
    raise(id, fields = {}) {
      const incident: FakeIncident = {
        id,
        number: pagerduty.incidents.size + 1,
        title: `Failure ${id}`,
        status: "triggered",
        serviceId: "PSVC1",
        serviceName: "Checkout",
        assignees: ["PANN"],
        alerts: [],
        notes: [],
        ...fields,
      };
      pagerduty.incidents.set(id, incident);
      return incident;
    },
    async event(incident, given = {}) {
      const webhookId = given.webhookId ?? `hook-${(made += 1)}`;
      const answer = await world.webhook(JSON.stringify(eventBody(incident, given, clock.now())), {
        "x-webhook-id": webhookId,
      });
      return answer.status;
    },
    async webhook(body, headers = {}) {
      return companion.app.request("/webhooks/pagerduty", {
        method: "POST",
        body,
        headers: { "x-pagerduty-signature": pagerdutySignature(body), ...headers },
      });
    },
    async call(call, body) {
      const path = COMPANION_PATHS[call];
      const text = JSON.stringify(body);
      const request = {
        method: "POST",
        path,
        timestamp: clock.now(),
        nonce: `nonce-number-${(made += 1)}`,
        body: text,
      };
      const answer = await companion.app.request(path, {
        method: "POST",
        body: text,
        headers: {
          [TIMESTAMP_HEADER]: String(request.timestamp),
          [NONCE_HEADER]: request.nonce,
          [SIGNATURE_HEADER]: await signRequest(SHARED_SECRET, request),
        },
      });
      return { status: answer.status, body: (await answer.json()) as never };
    },
    async metrics() {
      return (await companion.app.request("/metrics", {}, HERE)).text();
    },
    async confirmAll() {
      for (;;) {
        await companion.settle();
        const open = [...triggers.triages, ...triggers.signals].filter(
          ({ delivery_id, incident_id }) => incident_id !== "" && !confirmed.has(delivery_id),
        );
        if (open.length === 0) return;
        for (const { delivery_id, incident_id } of open) {
          confirmed.add(delivery_id);
          const body = { deliveryId: delivery_id, incidentId: incident_id, outcome: "applied" } as const;
          expect((await world.call("confirm", body)).status).toBe(200);
        }
      }
    },
    async alerts(incidentId) {
      return (await world.call("alerts", { incidentId })).body.alerts;
    },
    async close() {
      await companion.stop();
      await store.close();
      await Promise.all([pagerduty.close(), triggers.close()]);
      expect(pagerduty.unexpected).toEqual([]);
      expect(triggers.problems).toEqual([]);
      const log = logLines.join("");
      for (const secret of secretsIn(configuration.value)) expect(log).not.toContain(secret);
    },
  };
  return world;
}

export function eventBody(incident: FakeIncident, options: EventOptions, now: number) {
  const type = options.type ?? "incident.triggered";
  return {
    event: {
      id: options.eventId ?? `01EVENT${(made += 1)}`,
      event_type: type,
      resource_type: "incident",
      occurred_at: toIso(options.at ?? now),
      agent: options.byHand
        ? { id: "PANN", type: "user_reference", summary: "Ann Lee" }
        : { id: "PINT", type: "inbound_integration_reference" },
      client: options.clientUrl ? { name: "sentry", url: options.clientUrl } : null,
      data: {
        id: incident.id,
        type: "incident",
        html_url: `https://acme.pagerduty.example/incidents/${incident.id}`,
        number: incident.number,
        status: options.status ?? incident.status,
        created_at: toIso(START),
        title: incident.title,
        service: { id: incident.serviceId, type: "service_reference", summary: incident.serviceName },
        assignees: incident.assignees.map((id) => ({ id, type: "user_reference", summary: `User ${id}` })),
        priority: options.priority ? { id: "PPRIO", type: "priority_reference", summary: options.priority } : null,
        urgency: options.urgency ?? "high",
        resolve_reason: options.mergedInto
          ? { type: "merge_resolve_reason", incident: { id: options.mergedInto, summary: "[#77] Other failure" } }
          : null,
      },
    },
  };
}

export function pagerdutySignature(body: string | Uint8Array, secret: string = WEBHOOK_SECRET): string {
  return `v1=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

export function placeOf(number: string): Place {
  return {
    channelId: `C${number.toUpperCase()}`,
    channelName: `inc-${number}-checkout`,
    channelUrl: `https://acme.slack.example/archives/C${number}`,
  };
}

export function decisionOf(
  incidentId: string,
  decision: PersonsDecision["decision"],
  rest: Partial<PersonsDecision> = {},
): PersonsDecision {
  return {
    id: `Fx-${incidentId}`,
    incidentId,
    decision,
    by: ANN,
    at: START,
    note: "",
    ...(decision === "dismiss" ? { reason: "false_alarm" as const } : {}),
    ...rest,
  };
}

/** What a delivery tells of an incident's later alerts. */
export function laterIn(text: string): LaterAlerts {
  return JSON.parse(text) as LaterAlerts;
}

/** The alert in a delivery's JSON. */
export function alertIn(text: string): Alert {
  const data = JSON.parse(text) as { alert?: unknown };
  const alert = unpackAlert(data.alert === undefined ? text : JSON.stringify(data.alert));
  if (!alert) throw new Error("There is no alert in this delivery.");
  return alert;
}
