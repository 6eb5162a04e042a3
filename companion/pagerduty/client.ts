/** The only file that knows PagerDuty's own client. What it does that nobody would expect is told at the calls. */
import { api } from "@pagerduty/pdjs";
import type { PagerdutyStatus } from "../../core/alert.ts";
import type { OnCall } from "../../core/escalation.ts";
import { type OpenIncidents, openIncidentsPage } from "./open_incidents.ts";
import { type Failure, failureOf, unreachable } from "./failure.ts";
import {
  alertsPage,
  incidentAnswer,
  newNoteAnswer,
  notesAnswer,
  onCallAnswer,
  type PagerdutyIncident,
  type PagerdutyService,
  servicesAnswer,
  userAnswer,
  usersAnswer,
  type WebhookSubscription,
  webhookSubscriptionsAnswer,
} from "./answers.ts";

export type Answer<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: Failure };

/**
 * What the companion asks of PagerDuty. Nothing here throws or retries: failures are values, and the outbox decides.
 * `from` is the address of the user who acts.
 */
export interface Pagerduty {
  /** @param canWait where nobody waits for it */
  incident(id: string, canWait?: boolean): Promise<Answer<PagerdutyIncident>>;
  /**
   * The alerts of an incident as they came, at most 200: untrusted.
   * @param urgentMs where something waits for them: they go first, and are given up after this time
   */
  alerts(incidentId: string, urgentMs?: number): Promise<Answer<readonly unknown[]>>;
  /** A page of the incidents that are open, oldest first. */
  openIncidents(page: number): Promise<Answer<OpenIncidents>>;
  /** The e-mail address of a user; undefined where PagerDuty shows none. */
  userEmail(userId: string): Promise<Answer<string | undefined>>;
  setStatus(id: string, status: PagerdutyStatus, from: string): Promise<Answer<PagerdutyIncident>>;
  /** Whether there is a user with exactly this e-mail address. */
  knowsAddress(email: string, timeoutMs: number): Promise<Answer<boolean>>;
  /** Pages the given level of the incident's escalation policy. */
  escalate(id: string, level: number, from: string): Promise<Answer<PagerdutyIncident>>;
  /** Who is on call, at which level of an escalation policy. */
  onCall(policyId: string): Promise<Answer<readonly OnCall[]>>;
  notes(incidentId: string): Promise<Answer<readonly string[]>>;
  addNote(incidentId: string, content: string, from: string): Promise<Answer<undefined>>;
  webhookSubscriptions(): Promise<Answer<readonly WebhookSubscription[]>>;
  services(query: string, timeoutMs: number): Promise<Answer<readonly PagerdutyService[]>>;
}

interface Call {
  readonly method: "GET" | "PUT" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly body?: object;
  readonly from?: string;
  readonly timeoutMs?: number;
  /** Details can wait; what a person asked for goes first. */
  readonly canWait?: boolean;
}

const TIMEOUT_MS = 10_000;
const ALERT_PAGES = 2;
const PAGE_SIZE = 100;

/** Carries one request to PagerDuty: pdjs, unless somebody brings a PagerDuty of their own. */
export type PagerdutyTransport = (request: {
  readonly method: Call["method"];
  readonly url: string;
  readonly token: string;
  readonly headers: Record<string, string>;
  readonly queryParameters?: Record<string, string | string[]>;
  readonly data?: object;
  readonly requestTimeout: number;
  readonly retryTimeout: number;
  readonly signal: AbortSignal;
  readonly redirect: "error";
}) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly data: unknown;
}>;

export interface PagerdutyDeps {
  readonly url: string;
  readonly token: string;
  /** Milliseconds since some moment; see Clock. */
  readonly elapsed: () => number;
  readonly transport?: PagerdutyTransport | undefined;
}

/** One call at a time, as PagerDuty asks of each token; after a 429 none until the time that PagerDuty named is over. */
export function createPagerduty(deps: PagerdutyDeps): Pagerduty {
  const queue = createTurns();
  const transport: PagerdutyTransport = deps.transport ?? api;
  let pausedUntil = 0;

  async function call<Value>(request: Call, read: (data: unknown) => Value | undefined): Promise<Answer<Value>> {
    const release = await queue.turn(request.canWait ?? false);
    try {
      const pause = pausedUntil - deps.elapsed();
      if (pause > 0) return { ok: false, failure: unreachable("PagerDuty asked us to wait.", 429, pause) };
      const answer = await send(request);
      if (!answer.ok && answer.failure.status === 429) {
        pausedUntil = deps.elapsed() + (answer.failure.retryAfterMs ?? 1_000);
      }
      if (!answer.ok) return answer;
      const value = read(answer.value);
      if (value === undefined) {
        return { ok: false, failure: unreachable("PagerDuty gave an answer that we cannot read.", 200) };
      }
      return { ok: true, value };
    } finally {
      release();
    }
  }

  async function send(request: Call): Promise<Answer<unknown>> {
    try {
      const response = await transport(parametersOf(request));
      // Errors of HTTP resolve here, and so does a 429 that was tried four times.
      if (response.ok) return { ok: true, value: response.data };
      return { ok: false, failure: failureOf(response.status, response.headers, response.data) };
    } catch (thrown) {
      return { ok: false, failure: failureOfThrown(thrown) };
    }
  }

  function parametersOf({ method, path, query, body, from, timeoutMs = TIMEOUT_MS }: Call) {
    const headers: Record<string, string> = from === undefined ? {} : { From: from };
    return {
      method,
      // A full address: `server` would force https and a bare host.
      url: `${deps.url}${path}`,
      token: deps.token,
      // Headers of a call replace those of a client, so each call carries its own.
      headers,
      ...(query ? { queryParameters: { ...query } } : {}),
      ...(body ? { data: body } : {}),
      // Its own timeout aborts nothing and keeps the process alive; its wait before trying a 429 again would be 20 s.
      requestTimeout: 0,
      retryTimeout: 1,
      signal: AbortSignal.timeout(timeoutMs),
      // The token goes to the configured host and nowhere else.
      redirect: "error" as const,
    };
  }

  return {
    incident: (id, canWait = false) =>
      call({ method: "GET", path: `/incidents/${segment(id)}`, canWait }, incidentAnswer),
    async alerts(incidentId, urgentMs) {
      const pace = urgentMs === undefined ? { canWait: true } : { timeoutMs: urgentMs };
      const all: unknown[] = [];
      for (let page = 0; page < ALERT_PAGES; page += 1) {
        const query = { limit: String(PAGE_SIZE), offset: String(page * PAGE_SIZE) };
        const path = `/incidents/${segment(incidentId)}/alerts`;
        const answer = await call({ method: "GET", path, query, ...pace }, alertsPage);
        if (!answer.ok) return answer;
        all.push(...answer.value.alerts);
        if (!answer.value.more) break;
      }
      return { ok: true, value: all };
    },
    openIncidents(page) {
      const query = {
        "statuses[]": ["triggered", "acknowledged"],
        // Without it PagerDuty gives those of the last 30 days only.
        date_range: "all",
        limit: String(PAGE_SIZE),
        offset: String(page * PAGE_SIZE),
      };
      return call({ method: "GET", path: "/incidents", query, canWait: true }, openIncidentsPage);
    },
    async userEmail(userId) {
      if (!isId(userId)) return { ok: true, value: undefined };
      const answer = await call({ method: "GET", path: `/users/${segment(userId)}`, canWait: true }, userAnswer);
      return answer.ok ? { ok: true, value: answer.value.email } : answer;
    },
    setStatus: (id, status, from) =>
      call(
        {
          method: "PUT",
          path: `/incidents/${segment(id)}`,
          body: { incident: { type: "incident_reference", status } },
          from,
        },
        incidentAnswer,
      ),
    async knowsAddress(email, timeoutMs) {
      const query = { query: email, limit: "25" };
      const answer = await call({ method: "GET", path: "/users", query, timeoutMs }, usersAnswer);
      // The search finds ann@ in joann@ too.
      return answer.ok ? { ok: true, value: answer.value.includes(email.toLowerCase()) } : answer;
    },
    escalate: (id, level, from) =>
      call(
        {
          method: "PUT",
          path: `/incidents/${segment(id)}`,
          body: { incident: { type: "incident_reference", escalation_level: level } },
          from,
        },
        incidentAnswer,
      ),
    onCall: (policyId) =>
      call(
        {
          method: "GET",
          path: "/oncalls",
          query: { "escalation_policy_ids[]": policyId, limit: String(PAGE_SIZE) },
        },
        onCallAnswer,
      ),
    notes: (incidentId) => call({ method: "GET", path: `/incidents/${segment(incidentId)}/notes` }, notesAnswer),
    async addNote(incidentId, content, from) {
      const path = `/incidents/${segment(incidentId)}/notes`;
      const answer = await call({ method: "POST", path, body: { note: { content } }, from }, newNoteAnswer);
      return answer.ok ? { ok: true, value: undefined } : answer;
    },
    webhookSubscriptions: () =>
      call(
        { method: "GET", path: "/webhook_subscriptions", query: { limit: String(PAGE_SIZE) }, canWait: true },
        webhookSubscriptionsAnswer,
      ),
    services: (query, timeoutMs) =>
      call({ method: "GET", path: "/services", query: { query, limit: "25" }, timeoutMs }, servicesAnswer),
  };
}

/**
 * A part of a path. Ids of PagerDuty are letters and digits; anything else would lead somewhere else.
 * @throws Error for what is no id
 */
function segment(id: string): string {
  if (!isId(id)) throw new Error("This is no id of PagerDuty.");
  return id;
}

function isId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

/** A body that is no JSON makes pdjs reject with the response itself; everything else that is thrown is a lost connection. */
function failureOfThrown(thrown: unknown): Failure {
  if (thrown instanceof Error) {
    const isTimeout = thrown.name === "AbortError" || thrown.name === "TimeoutError";
    return unreachable(isTimeout ? "PagerDuty did not answer in time." : "PagerDuty could not be reached.", 0);
  }
  if (typeof thrown === "object" && thrown !== null && "status" in thrown && typeof thrown.status === "number") {
    const headers = "headers" in thrown && isHeaders(thrown.headers) ? thrown.headers : undefined;
    return failureOf(thrown.status, headers, undefined);
  }
  return unreachable("PagerDuty could not be reached.", 0);
}

function isHeaders(value: unknown): value is { get(name: string): string | null } {
  return typeof value === "object" && value !== null && "get" in value && typeof value.get === "function";
}

/** Gives out turns one at a time; those who can wait come after all the others. */
function createTurns(): { turn(canWait: boolean): Promise<() => void> } {
  const urgent: (() => void)[] = [];
  const patient: (() => void)[] = [];
  let isTaken = false;
  const release = (): void => {
    const next = urgent.shift() ?? patient.shift();
    if (next) next();
    else isTaken = false;
  };
  return {
    turn(canWait) {
      if (!isTaken) {
        isTaken = true;
        return Promise.resolve(release);
      }
      return new Promise((resolve) => (canWait ? patient : urgent).push(() => resolve(release)));
    },
  };
}
