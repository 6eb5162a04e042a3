import { serve, type ServerType } from "@hono/node-server";
import { Hono } from "hono";
import type { AddressInfo } from "node:net";

export interface FakeIncident {
  id: string;
  number: number;
  title: string;
  status: "triggered" | "acknowledged" | "resolved";
  serviceId: string;
  serviceName: string;
  assignees: string[];
  alerts: unknown[];
  notes: string[];
  reopenedAt?: string;
  mergedInto?: string;
  /** Somebody in the test was told that this comes back; without it, reopening is the trap that it is. */
  mayReopen?: boolean;
  statusChangedAt?: string;
  /** It heals right before the next acknowledgement arrives, which so opens it again at this time (ISO 8601). */
  healsUnderAcknowledgement?: string;
  /** ISO 8601. */
  createdAt?: string;
  urgency?: "high" | "low";
}

interface Fault {
  readonly method: string;
  readonly path: RegExp;
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  times: number;
}

/** A PagerDuty that knows just the calls that we make, and complains about every other one. */
export interface FakePagerduty {
  readonly url: string;
  readonly incidents: Map<string, FakeIncident>;
  readonly users: Map<string, string>;
  /** The account's webhook subscriptions: whether each is active, and whether PagerDuty switched it off. */
  readonly subscriptions: { url: string; active: boolean; disabled: boolean }[];
  /** "PUT /incidents/P1 ann@example.com", in their order. */
  readonly calls: string[];
  readonly unexpected: string[];
  /** Answers the next calls of this kind so; 4 of 429 are one call, since pdjs tries three times more by itself. */
  fail(fault: Omit<Fault, "times"> & { readonly times?: number }): void;
  /** Holds calls to this path back until released. */
  hold(path: RegExp): () => void;
  close(): Promise<void>;
}

/** Who is on call at each level. */
const ON_CALL = ["PANN", "PBEN"];

export async function startFakePagerduty(): Promise<FakePagerduty> {
  const incidents = new Map<string, FakeIncident>();
  const users = new Map<string, string>();
  const calls: string[] = [];
  const unexpected: string[] = [];
  const subscriptions = [{ url: "https://triage.example.com/webhooks/pagerduty", active: true, disabled: false }];
  let faults: Fault[] = [];
  const holds: { path: RegExp; released: Promise<void> }[] = [];
  const app = new Hono();

  app.use(async (c, next) => {
    const from = c.req.header("from");
    calls.push(`${c.req.method} ${c.req.path}${from ? ` ${from}` : ""}`);
    if (c.req.header("authorization") !== "Token token=pd-token") return c.json({ error: { message: "no" } }, 401);
    for (const { path, released } of holds) if (path.test(c.req.path)) await released;
    const fault = faults.find((one) => one.method === c.req.method && one.path.test(c.req.path));
    if (fault) {
      fault.times -= 1;
      faults = faults.filter(({ times }) => times > 0);
      const text = typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body ?? {});
      return new Response(text, { status: fault.status, headers: fault.headers });
    }
    if (c.req.method !== "GET" && (!from || ![...users.values()].includes(from))) {
      return c.json({ error: { message: "Requester User Not Found", code: 1008 } }, 400);
    }
    return next();
  });

  const show = (incident: FakeIncident) => ({
    id: incident.id,
    status: incident.status,
    reopened_at: incident.reopenedAt ?? null,
    resolve_reason: incident.mergedInto
      ? { type: "merge_resolve_reason", incident: { id: incident.mergedInto, summary: "[#9] Other" } }
      : null,
    last_status_change_at: incident.statusChangedAt ?? null,
    escalation_policy: { id: "PPOL1", summary: `${incident.serviceName} on-call` },
    assignments: incident.assignees.map((id) => ({ assignee: { id, summary: id } })),
  });
  app.get("/incidents", (c) => {
    const open = [...incidents.values()].filter(({ status }) => c.req.queries("statuses[]")?.includes(status));
    const offset = Number(c.req.query("offset"));
    const limit = Number(c.req.query("limit"));
    const page = open.slice(offset, offset + limit).map((incident) => ({
      ...show(incident),
      incident_number: incident.number,
      title: incident.title,
      html_url: `https://acme.pagerduty.example/incidents/${incident.id}`,
      created_at: incident.createdAt ?? "2099-01-01T00:00:00Z",
      urgency: incident.urgency ?? "high",
      service: { id: incident.serviceId, summary: incident.serviceName },
    }));
    return c.json({ incidents: page, limit, offset, more: offset + limit < open.length });
  });
  app.get("/incidents/:id", (c) => {
    const incident = incidents.get(c.req.param("id"));
    return incident
      ? c.json({ incident: show(incident) })
      : c.json({ error: { message: "Not Found", code: 2100 } }, 404);
  });
  app.put("/incidents/:id", async (c) => {
    const incident = incidents.get(c.req.param("id"));
    if (!incident) return c.json({ error: { message: "Not Found", code: 2100 } }, 404);
    const body = (await c.req.json()) as {
      incident: { type: string; status: FakeIncident["status"]; escalation_level?: number };
    };
    if (body.incident.type !== "incident_reference") unexpected.push("PUT without type");
    const level = body.incident.escalation_level;
    if (level !== undefined) {
      if (incident.status !== "triggered") unexpected.push("escalated what is not triggered");
      const next = ON_CALL[level - 1];
      if (!next) return c.json({ error: { message: "Invalid Input Provided", code: 2001 } }, 400);
      incident.assignees = [next];
      return c.json({ incident: show(incident) });
    }
    const crossing = incident.healsUnderAcknowledgement;
    if (crossing !== undefined && body.incident.status === "acknowledged") {
      delete incident.healsUnderAcknowledgement;
      Object.assign(incident, { status: "acknowledged", reopenedAt: crossing, statusChangedAt: crossing });
      return c.json({ incident: show(incident) });
    }
    const isReopened = incident.status === "resolved" && body.incident.status !== "resolved";
    if (isReopened && !incident.mayReopen) unexpected.push("the reopen trap");
    incident.status = body.incident.status;
    if (incident.status === "resolved") incident.assignees = [];
    return c.json({ incident: show(incident) });
  });
  app.get("/incidents/:id/alerts", (c) =>
    c.json({ alerts: incidents.get(c.req.param("id"))?.alerts ?? [], limit: 100, offset: 0, more: false }),
  );
  app.get("/incidents/:id/notes", (c) =>
    c.json({ notes: (incidents.get(c.req.param("id"))?.notes ?? []).map((content) => ({ content })) }),
  );
  app.post("/incidents/:id/notes", async (c) => {
    const { note } = (await c.req.json()) as { note: { content: string } };
    incidents.get(c.req.param("id"))?.notes.push(note.content);
    return c.json({ note });
  });
  app.get("/users/:id", (c) => {
    const email = users.get(c.req.param("id"));
    return email
      ? c.json({ user: { id: c.req.param("id"), email } })
      : c.json({ error: { message: "Not Found" } }, 404);
  });
  app.get("/users", (c) => {
    const found = [...users.values()].filter((email) => email.includes(c.req.query("query") ?? ""));
    return c.json({ users: found.map((email) => ({ email })) });
  });
  app.get("/oncalls", (c) => {
    if (c.req.query("escalation_policy_ids[]") !== "PPOL1") unexpected.push("on call of no policy");
    return c.json({ oncalls: ON_CALL.map((id, index) => ({ user: { id }, escalation_level: index + 1 })) });
  });
  app.get("/webhook_subscriptions", (c) =>
    c.json({
      webhook_subscriptions: subscriptions.map(({ url, active, disabled }) => ({
        id: "PSUB1",
        type: "webhook_subscription",
        active,
        delivery_method: { type: "http_delivery_method", url, temporarily_disabled: disabled },
      })),
      more: false,
    }),
  );
  app.get("/services", (c) => {
    const query = c.req.query("query") ?? "";
    const all = [
      { id: "PSVC1", name: "Checkout" },
      { id: "PSVC9", name: "Checkout Legacy" },
    ];
    return c.json({ services: all.filter(({ name }) => name.toLowerCase().includes(query.toLowerCase())) });
  });
  app.notFound((c) => {
    unexpected.push(`${c.req.method} ${c.req.path}`);
    return c.json({ error: { message: "unexpected" } }, 501);
  });

  const { server, port } = await listen(app);
  return {
    url: `http://127.0.0.1:${port}`,
    incidents,
    users,
    subscriptions,
    calls,
    unexpected,
    fail: (fault) => faults.push({ times: 1, ...fault }),
    hold(path) {
      let release: () => void = () => undefined;
      const hold = { path, released: new Promise<void>((resolve) => (release = resolve)) };
      holds.push(hold);
      return () => {
        holds.splice(holds.indexOf(hold), 1);
        release();
      };
    },
    close: () => closeServer(server),
  };
}

export function listen(app: Hono, port = 0): Promise<{ readonly server: ServerType; readonly port: number }> {
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (address: AddressInfo) =>
      resolve({ server, port: address.port }),
    );
  });
}

export function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
