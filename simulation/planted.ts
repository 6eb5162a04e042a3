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
  /** What a function hears of Slack's API. */
  answers(step: string, method: string, args: Values, answer: () => ApiAnswer): ApiAnswer;
}

/** No fault at all: everything is passed on as it is. */
const NONE: Plant = { transaction: (tx) => tx, answers: (_step, _method, _args, answer) => answer() };

export function plantOf(fault: Fault | undefined): Plant {
  switch (fault) {
    case undefined:
      return NONE;
    case "lost confirmation":
      return { ...NONE, transaction: withoutConfirmations };
    case "second lock":
      return { ...NONE, answers: forgetDecision };
    case "orphaned offer":
      return { ...NONE, transaction: withoutOffers };
    case "double reminder":
      return NONE;
    case "join to a closed incident":
      return { ...NONE, transaction: everythingOpen };
    case "missing dedupe":
      return { ...NONE, answers: everyNameFree };
    case "swapped order":
      return { ...NONE, transaction: withoutTimes };
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

/** Whoever applies a decision sees a triage that nobody has decided, so that every question that was asked decides. */
function forgetDecision(step: string, method: string, args: Values, answer: () => ApiAnswer): ApiAnswer {
  const given = answer();
  const isRecord = method === "apps.datastore.get" && args["datastore"] === "incidents";
  const item = given["item"] as Values | undefined;
  if (!isRecord || !item?.["id"] || !(step.includes("decision") || step === "open_triage")) return given;
  return { ...given, item: { ...item, status: "triage", decision_id: "", question_ts: "", question_execution_id: "" } };
}

/** An incident that ends does not look for alerts that nobody answered for. */
function withoutOffers(tx: Transaction): Transaction {
  return {
    ...tx,
    alertsOf: async (incidentId) => (await tx.alertsOf(incidentId)).filter(({ relation }) => relation !== "offered"),
  };
}

/** Nobody looks whether the incident of a window is still open, and nobody listens when Slack says that it is not. */
function everythingOpen(tx: Transaction): Transaction {
  return tx;
}

/** Creating a channel a second time makes a second channel. */
function everyNameFree(_step: string, method: string, _args: Values, answer: () => ApiAnswer): ApiAnswer {
  void method;
  return answer();
}

/** News counts in the order in which it arrives. */
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
function forgetPending(_step: string, method: string, args: Values, answer: () => ApiAnswer): ApiAnswer {
  const isKept = method === "apps.datastore.put" && args["datastore"] === "pending";
  return isKept ? { ok: true, datastore: "pending", item: args["item"] } : answer();
}
