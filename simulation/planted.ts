/**
 * Faults that are planted to prove that the simulation would find them: each undoes, from outside, one thing that the
 * product is careful about. The product itself has no switch for them.
 */
import type { OutboxPatch, Transaction } from "../companion/store/store.ts";
import type { Values } from "../sandbox/slack/state.ts";

export const FAULTS = [
  "lost confirmation",
  "second lock",
  "orphaned offer",
  "double reminder",
  "join to a closed incident",
  "missing dedupe",
  "swapped order",
  "forgotten pending effect",
] as const;
export type Fault = (typeof FAULTS)[number];

export type ApiAnswer = Values & { readonly ok: boolean; readonly error?: string };

export interface Plant {
  /** The store as the companion is given it. */
  transaction(tx: Transaction): Transaction;
  /** What a function hears of Slack's API; `ask` is the real answer. */
  answers(step: string, method: string, args: Values, ask: (args: Values) => ApiAnswer): ApiAnswer;
  /** Whether PagerDuty refuses this question of the companion. */
  refuses(method: string, path: string): boolean;
  /** What a function says to the companion, as it arrives there. */
  says(path: string, body: string): string;
  /** What a function hears of the companion. */
  hears(path: string, body: string, response: Response): Response;
}

/** No fault at all: everything is passed on as it is. */
const NONE: Plant = {
  transaction: (tx) => tx,
  answers: (_step, _method, args, ask) => ask(args),
  refuses: () => false,
  says: (_path, body) => body,
  hears: (_path, _body, response) => response,
};

export function plantOf(fault: Fault | undefined): Plant {
  switch (fault) {
    case undefined:
      return NONE;
    case "lost confirmation":
      return { ...NONE, transaction: withoutConfirmations };
    case "second lock":
      return { ...NONE, answers: forgetDecisions, hears: everyDecisionStands };
    case "orphaned offer":
      return { ...NONE, transaction: withoutOffers };
    case "double reminder":
      return { ...NONE, answers: hideReminders };
    case "join to a closed incident":
      return { ...NONE, transaction: openForAlerts, says: nothingIsStale };
    case "missing dedupe":
      return { ...NONE, answers: everyRunIsTheFirst };
    case "swapped order":
      return { ...NONE, transaction: withoutTimes, refuses: isLookAtAll };
    case "forgotten pending effect":
      return { ...NONE, answers: forgetPending };
  }
}

/** What was sent counts as arrived: nobody waits for a confirmation, and nothing is sent again. */
function withoutConfirmations(tx: Transaction): Transaction {
  return {
    ...tx,
    updateJob: (id: string, patch: OutboxPatch) =>
      tx.updateJob(id, patch.state === "sent" ? { ...patch, state: "done", outcome: "sent" } : patch),
  };
}

type Ask = (args: Values) => ApiAnswer;

/** Whoever presses or applies sees a triage that nobody has decided, and no question loses its buttons to a newer one. */
function forgetDecisions(step: string, method: string, args: Values, ask: Ask): ApiAnswer {
  if (method === "chat.update" && args["text"] === "Asked again below.") return { ok: true };
  const given = ask(args);
  const item = given["item"] as Values | undefined;
  if (!step.includes("triage_decision") || !isReadOf("incidents", method, args) || !item?.["id"]) return given;
  return {
    ...given,
    item: { ...item, status: "triage", decision_id: "", question_ts: "0", question_execution_id: "" },
  };
}

/** The companion says to everybody that theirs is the decision that stands. */
function everyDecisionStands(path: string, body: string, response: Response): Response {
  if (path !== "/slack/decisions") return response;
  const { decision } = JSON.parse(body) as { decision: unknown };
  return new Response(JSON.stringify({ ok: true, stands: decision }), { status: 200 });
}

/** An incident that ends does not look for alerts that nobody answered for. */
function withoutOffers(tx: Transaction): Transaction {
  return {
    ...tx,
    alertsOf: async (incidentId) => (await tx.alertsOf(incidentId)).filter(({ relation }) => relation !== "offered"),
  };
}

/** A reminder that comes again finds neither its number on the record nor itself among the messages. */
function hideReminders(step: string, method: string, args: Values, ask: Ask): ApiAnswer {
  const given = ask(args);
  const item = given["item"] as Values | undefined;
  if (step === "apply_signal" && isReadOf("incidents", method, args) && item?.["id"]) {
    return { ...given, item: { ...item, sequence: 0 } };
  }
  if (method !== "conversations.history" && method !== "conversations.replies") return given;
  const messages = (given["messages"] ?? []) as readonly unknown[];
  return { ...given, messages: messages.filter((message) => !JSON.stringify(message).includes('"reminder:')) };
}

/** Nobody looks whether the incident of a window is still open … */
function openForAlerts(tx: Transaction): Transaction {
  let isRouting = false;
  return {
    ...tx,
    window(serviceId) {
      isRouting = true;
      return tx.window(serviceId);
    },
    async incident(id) {
      const row = await tx.incident(id);
      if (!isRouting || !row || row.incident.status === "triage") return row;
      const { number, title, serviceId, serviceName, openedAt } = row.incident;
      return { ...row, incident: { status: "triage", id, number, title, serviceId, serviceName, openedAt } };
    },
    async saveIncident(row) {
      const real = isRouting ? await tx.incident(row.incident.id) : undefined;
      return tx.saveIncident(real ? { ...row, incident: real.incident } : row);
    },
    // … and a window does not end with its incident.
    closeWindows: () => Promise.resolve(),
  };
}

/** … and nobody listens when Slack says that it is closed. */
function nothingIsStale(path: string, body: string): string {
  return path === "/slack/confirmations" ? body.replace('"outcome":"stale"', '"outcome":"applied"') : body;
}

/** A run that opens a triage never finds what another one has done. */
function everyRunIsTheFirst(step: string, method: string, args: Values, ask: Ask): ApiAnswer {
  if (step !== "open_triage") return ask(args);
  if (isReadOf("incidents", method, args)) return { ok: true, datastore: "incidents", item: {} };
  const given = ask(args);
  if (method !== "conversations.create" || given.error !== "name_taken") return given;
  return everyRunIsTheFirst(step, method, { ...args, name: `${String(args["name"]).slice(0, 70)}-x` }, ask);
}

/** News counts in the order in which it arrives, and PagerDuty is not asked how everything stands there. */
function isLookAtAll(method: string, path: string): boolean {
  return method === "GET" && path === "/pagerduty/incidents";
}

function withoutTimes(tx: Transaction): Transaction {
  return {
    ...tx,
    async alert(id) {
      const row = await tx.alert(id);
      return row && { ...row, statusAt: 0, peopleAt: 0 };
    },
  };
}

/** What the companion could not be told is not kept for it. */
function forgetPending(_step: string, method: string, args: Values, ask: Ask): ApiAnswer {
  const isKept = method === "apps.datastore.put" && args["datastore"] === "pending";
  return isKept ? { ok: true, datastore: "pending", item: args["item"] } : ask(args);
}

function isReadOf(datastore: string, method: string, args: Values): boolean {
  return method === "apps.datastore.get" && args["datastore"] === datastore;
}
