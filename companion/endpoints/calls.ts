import { alertTime } from "../../core/debounce.ts";
import type { CompanionAnswers, CompanionCall, CompanionRequests } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import type { Instant } from "../../core/time.ts";
import type { Log } from "../log.ts";
import type { Pagerduty } from "../pagerduty/client.ts";
import { tellingOf } from "../slack/triage_values.ts";
import type { Store, Transaction } from "../store/store.ts";
import { takeAcknowledgement, takeAnswer } from "../triage/answer.ts";
import { takeCarried } from "../triage/carry_on.ts";
import { type KnownService, takeClaim } from "../triage/claim.ts";
import { takeConfirmation } from "../triage/confirm.ts";
import { decidersOf } from "../triage/deciders.ts";
import { takeDecision } from "../triage/decide.ts";
import { explainAlerts } from "../triage/explain.ts";
import { takeOpening } from "../triage/open_from_feed.ts";
import { takeDetachment } from "../triage/detach.ts";
import { type Refusal, unknownIncident } from "../triage/refusal.ts";
import { takeSnooze } from "../triage/reminders.ts";
import { takeResolution, takeRetry } from "../triage/resolve.ts";
import { takeUndo } from "../triage/undo.ts";
import { askPagerduty, previewOf } from "../triage/undo_preview.ts";
import type { Unit } from "../triage/unit.ts";
import { within } from "../work/patience.ts";

export interface CallDeps {
  readonly store: Store;
  readonly log: Log;
  readonly now: () => Instant;
  readonly pagerduty: Pagerduty;
  readonly userMap: ReadonlyMap<string, string>;
  readonly unitOf: (tx: Transaction, cause: string) => Unit;
}

export type Calls = {
  readonly [Call in CompanionCall]: (body: CompanionRequests[Call]) => Promise<Result<CompanionAnswers[Call], Refusal>>;
};

/** What Slack's functions may ask for. Each is one transaction, idempotent, and throws only when the store is out of order. */
export function createCalls(deps: CallDeps): Calls {
  const { store, unitOf } = deps;
  return {
    // Signed calls write their nonce, so an answer says that the store works as well.
    ping: () => Promise.resolve(accept({ ok: true })),
    confirm: (body) => store.transaction((tx) => takeConfirmation(unitOf(tx, body.deliveryId), body)),
    async claim(body) {
      // A time in the future would stretch the window.
      const request = { ...body, at: alertTime(body.at, deps.now()) };
      const service = await findService(deps, request);
      return store.transaction((tx) => takeClaim(unitOf(tx, body.requestId), request, service));
    },
    decide: (body) => store.transaction((tx) => takeDecision(unitOf(tx, body.decision.id), body)),
    answer: (body) => store.transaction((tx) => takeAnswer(unitOf(tx, `answer:${body.incidentId}`), body)),
    resolve: (body) => store.transaction((tx) => takeResolution(unitOf(tx, body.requestId), body)),
    acknowledge: (body) => store.transaction((tx) => takeAcknowledgement(unitOf(tx, "acknowledge"), body)),
    open: (body) => store.transaction((tx) => takeOpening(unitOf(tx, body.requestId), body)),
    undo: (body) => store.transaction((tx) => takeUndo(unitOf(tx, body.requestId), body)),
    carried: (body) => store.transaction((tx) => takeCarried(unitOf(tx, body.requestId), body)),
    async undoPreview(body) {
      const known = await store.transaction((tx) => previewOf(unitOf(tx, "preview"), body.incidentId));
      if (!known.ok) return known;
      return accept(await askPagerduty({ ...deps, patienceMs: LOOK_UP_MS }, body.by, known.value));
    },
    tryAgain: (body) => store.transaction((tx) => takeRetry(unitOf(tx, body.requestId), body)),
    detach: (body) => store.transaction((tx) => takeDetachment(unitOf(tx, body.requestId), body)),
    snooze: (body) => store.transaction((tx) => takeSnooze(unitOf(tx, "snooze"), body)),
    explain: (body) => store.transaction((tx) => explainAlerts(tx, body)),
    deciders: (body) => store.transaction((tx) => decidersOf(unitOf(tx, "deciders"), body, deps.userMap)),
    alerts: (body) => store.transaction((tx) => alertsOf(tx, body.incidentId)),
  };
}

/** PagerDuty is asked only for services whose alerts never came by, and not for long: a person waits. */
const LOOK_UP_MS = 2_000;

async function findService(deps: CallDeps, request: CompanionRequests["claim"]): Promise<KnownService | undefined> {
  const { known, isAnswered } = await deps.store.transaction(async (tx) => ({
    known: await tx.serviceByName(request.serviceName),
    isAnswered: (await tx.answered("claim", request.requestId)) !== undefined,
  }));
  if (known || isAnswered) return known;
  const wanted = request.serviceName.trim().toLowerCase();
  const answer = await within(LOOK_UP_MS, deps.pagerduty.services(wanted, LOOK_UP_MS));
  if (!answer?.ok) {
    deps.log.warn({ requestId: request.requestId, status: answer?.failure.status ?? 0 }, "service.not_looked_up");
    return undefined;
  }
  return answer.value.find(({ name }) => name.trim().toLowerCase() === wanted);
}

async function alertsOf(tx: Transaction, incidentId: string): Promise<Result<CompanionAnswers["alerts"], Refusal>> {
  if (!(await tx.incident(incidentId))) return refuse(unknownIncident(incidentId));
  const rows = await tx.alertsOf(incidentId);
  const told = await tellingOf(tx);
  return accept({ ok: true, alerts: rows.map(({ facts, relation }) => ({ ...facts, relation, told })) });
}
