/** Faults that are planted in the companion process to prove that the chaos run would find them. */
import type { Aside, OutboxPatch, Store, Transaction } from "../../companion/store/store.ts";

export const FAULTS = [
  "202 before the write",
  "job done before its effect",
  "resolve of another alert",
  "resolve sent twice",
  "window forgotten",
  "confirmation forgotten",
] as const;
export type Fault = (typeof FAULTS)[number];

/** The store with the fault; the store itself where there is none. */
export function plantIn(fault: string | undefined, store: Store): Store {
  switch (fault as Fault | undefined) {
    case undefined:
    // Not in the store: see eager_pdjs.ts.
    case "resolve sent twice":
      return store;
    case "202 before the write":
      return { ...store, aside: (work) => store.aside((tx) => work(writeLater(store, tx))) };
    case "job done before its effect":
      return withTransactions(store, doneWhenClaimed);
    case "resolve of another alert":
      return withTransactions(store, resolveAnother);
    case "window forgotten":
      return withTransactions(store, forgetWindows);
    case "confirmation forgotten":
      return withTransactions(store, forgetConfirmations);
  }
}

function withTransactions(store: Store, change: (tx: Transaction) => Transaction): Store {
  return { ...store, transaction: (work) => store.transaction((tx) => work(change(tx))) };
}

const LATER_MS = 1_200;

/** An event is called stored, and is written a moment later. */
function writeLater(store: Store, tx: Aside): Aside {
  return {
    ...tx,
    addEvent(event) {
      setTimeout(() => void store.aside((later) => later.addEvent(event)), LATER_MS);
      return Promise.resolve("stored");
    },
  };
}

/** What was taken in hand counts as done, whatever comes of it. */
function doneWhenClaimed(tx: Transaction): Transaction {
  return {
    ...tx,
    async claimJob(id, now, leaseUntil) {
      const row = await tx.claimJob(id, now, leaseUntil);
      if (row) await tx.updateJob(id, { state: "done", outcome: "taken", finishedAt: now });
      return row;
    },
  };
}

let before: string | undefined;

/** With each alert that is to be resolved goes another one, for which nobody asked. */
function resolveAnother(tx: Transaction): Transaction {
  return {
    ...tx,
    async enqueue(row) {
      await tx.enqueue(row);
      if (row.job.kind === "fetch_details") before = row.job.alertId;
      const other = row.job.kind === "pagerduty_resolve" && before ? await tx.alert(before) : undefined;
      if (row.job.kind !== "pagerduty_resolve" || !other || other.facts.closing.state !== "none") return;
      await tx.saveAlert({ ...other, facts: { ...other.facts, closing: { state: "wanted" } } });
      await tx.enqueue({ ...row, id: `${row.id}x`, job: { ...row.job, alertId: other.facts.id } });
    },
  };
}

/** Every first alert takes the window, whoever holds it. */
function forgetWindows(tx: Transaction): Transaction {
  return {
    ...tx,
    window: () => Promise.resolve(undefined),
    async claimWindow(serviceId, incidentId, at, closesAt) {
      await tx.replaceWindow(serviceId, incidentId, at, closesAt);
      return { incidentId, openedAt: at, closesAt, alertCount: 1 };
    },
  };
}

/** What Slack confirmed is sent again all the same. */
function forgetConfirmations(tx: Transaction): Transaction {
  const isConfirmation = ({ outcome }: OutboxPatch) => outcome === "applied" || outcome === "already_applied";
  return {
    ...tx,
    updateJob: (id, patch) => (isConfirmation(patch) ? Promise.resolve() : tx.updateJob(id, patch)),
  };
}
