import { PAGERDUTY_NOTE_MAX_LENGTH } from "../../core/assumptions.ts";
import { currentResolution } from "../../core/alert_resolution.ts";
import { type PagedPerson, acknowledgeRule, actorAddress, actorFor } from "../../core/paging.ts";
import type { Person } from "../../core/incident.ts";
import { redactSecrets } from "../../core/redaction.ts";
import { cutCharacters } from "../../core/text.ts";
import { HOUR } from "../../core/time.ts";
import type { Job, OutboxRow } from "../jobs.ts";
import type { Store } from "../store/store.ts";
import { withKnownAddresses } from "../triage/alert_row.ts";
import { actorOf, COMPANION_ACTOR, queue, record, type Unit } from "../triage/unit.ts";
import type { Why } from "../timeline.ts";
import { type Ending, type Finish, slowBackOff } from "../work/lane.ts";
import type { PagerdutyIncident } from "./answers.ts";
import type { Pagerduty } from "./client.ts";
import { escalate } from "./escalate.ts";
import { type Failure, isAlreadyResolved, isDenied, isUnknownRequester } from "./failure.ts";
import { isReopenedBy, noteCrossing, resolveAgain } from "./healed.ts";
import { changeClosing, noteAcknowledgeProblem, takeStatus } from "./ledger.ts";
import { reopen } from "./reopen.ts";

export interface EffectDeps {
  readonly store: Store;
  readonly pagerduty: Pagerduty;
  readonly userMap: ReadonlyMap<string, string>;
  /** The address that stands in for people whom PagerDuty does not know. */
  readonly fallbackFrom: string;
  readonly addresses: Addresses;
}

/** Completes people by the addresses that PagerDuty has of them; `failure` where it could not be asked for one of them. */
export type Addresses = (
  people: readonly PagedPerson[],
) => Promise<{ readonly people: readonly PagedPerson[]; readonly failure?: Failure }>;

type JobOf<Kind extends Job["kind"]> = Extract<Job, { kind: Kind }>;

/** How long an effect is tried. An acknowledgement hours after the press would stop a page that nobody thinks of any more. */
const GIVE_UP_AFTER_MS = { pagerduty_acknowledge: 1 * HOUR, pagerduty_resolve: 24 * HOUR, pagerduty_note: 24 * HOUR };

/** Carries out what people decided, in PagerDuty. */
export function createEffects(deps: EffectDeps): { perform(row: OutboxRow): Promise<Finish> } {
  return {
    perform(row) {
      const { job } = row;
      switch (job.kind) {
        case "pagerduty_acknowledge":
          return acknowledge(deps, row, job);
        case "pagerduty_resolve":
          return resolve(deps, row, job);
        case "pagerduty_resolve_again":
          return resolveAgain(deps, row, job);
        case "pagerduty_reopen":
          return reopen(deps, row, job);
        case "pagerduty_escalate":
          return escalate(deps, row, job);
        case "pagerduty_note":
          return note(deps, row, job);
        default:
          throw new Error(`${job.kind} is no effect in PagerDuty.`);
      }
    },
  };
}

/**
 * Reads the incident first: acknowledging a resolved one would reopen it (PagerDuty's schema, 2025-09-18). So that little
 * time passes after that, addresses that are known are not looked up, and after a look-up it is read once more. PagerDuty
 * knows no acknowledgement on a condition, so milliseconds remain: what heals in them is opened again, which the answer
 * shows and healed.ts makes good.
 */
async function acknowledge(deps: EffectDeps, row: OutboxRow, job: JobOf<"pagerduty_acknowledge">): Promise<Finish> {
  let fresh = await deps.pagerduty.incident(job.alertId);
  if (!fresh.ok) return failing(row, fresh.failure);
  const known = await deps.store.transaction((tx) => tx.alert(job.alertId));
  const people = withKnownAddresses(fresh.value.assignees, known?.facts.paged ?? []);
  const { people: assignees, failure: doubt } = await deps.addresses(people);
  if (people.some(({ email }) => email === undefined)) fresh = await deps.pagerduty.incident(job.alertId);
  if (!fresh.ok) return failing(row, fresh.failure);
  const read = fresh.value;
  const own = actorAddress(job.by, deps.userMap);
  const verdict = verdictOf(job, own, read, assignees);
  // It may be the presser whose address could not be looked up just now.
  if (verdict.why === "presser_is_not_assignee" && doubt?.isTransient) return failing(row, doubt);
  if (verdict.from === undefined) return (unit) => notAcknowledged(unit, row, job, verdict.why, own);
  const answer = await deps.pagerduty.setStatus(job.alertId, "acknowledged", verdict.from);
  if (answer.ok) {
    return async (unit) => {
      if (isReopenedBy(read, answer.value)) await noteCrossing(unit, row, job, read, answer.value);
      else await takeStatus(unit, job.alertId, answer.value);
      await record(unit, row.subject, "alert.acknowledged", verdict.why, actorOf(job.by), { alertId: job.alertId });
      return { end: "done", outcome: "acknowledged" };
    };
  }
  // Nobody else's name will do for an acknowledgement: it would take the page over.
  if (isUnknownRequester(answer.failure)) {
    return (unit) => notAcknowledged(unit, row, job, "presser_unknown_to_pagerduty", own);
  }
  return failing(row, answer.failure);
}

function failing(row: OutboxRow, failure: Failure): Finish {
  return (unit) => afterFailure(unit, row, failure, "pagerduty_acknowledge");
}

function verdictOf(
  job: JobOf<"pagerduty_acknowledge">,
  own: string | undefined,
  incident: PagerdutyIncident,
  assignees: readonly PagedPerson[],
): { readonly from?: string; readonly why: Why } {
  if (job.rule === "assignee_only") {
    const rule = acknowledgeRule(own, incident.status, assignees);
    return rule.acknowledge && own !== undefined ? { from: own, why: rule.why } : { why: rule.why };
  }
  if (incident.status !== "triggered") {
    return { why: incident.status === "resolved" ? "already_resolved" : "already_acknowledged" };
  }
  return own === undefined ? { why: "presser_unknown_to_pagerduty" } : { from: own, why: "person_asked" };
}

async function notAcknowledged(
  unit: Unit,
  row: OutboxRow,
  job: JobOf<"pagerduty_acknowledge">,
  why: Why,
  address: string | undefined,
): Promise<Ending> {
  await record(unit, row.subject, "alert.not_acknowledged", why, actorOf(job.by), { alertId: job.alertId });
  if (why === "presser_unknown_to_pagerduty") {
    const who = address ?? `${job.by.name}, whose address nobody can see`;
    await sayNotAcknowledged(unit, job, `PagerDuty does not know ${who}.`);
  }
  return { end: "done", outcome: why };
}

/** Who asked for it must learn that the page goes on. A press that meant something else promised nothing. */
async function sayNotAcknowledged(unit: Unit, job: JobOf<"pagerduty_acknowledge">, problem: string): Promise<void> {
  if (job.rule === "asked") await noteAcknowledgeProblem(unit, job.alertId, problem);
}

async function resolve(deps: EffectDeps, row: OutboxRow, job: JobOf<"pagerduty_resolve">): Promise<Finish> {
  const known = await deps.store.transaction((tx) => tx.alert(job.alertId));
  // Somebody thought better of it, or PagerDuty says already that it is done.
  if (known?.facts.closing.state !== "wanted") return () => Promise.resolve({ end: "done", outcome: "not_wanted" });
  // After a failure nobody knows whether it took effect, or what happened since.
  if (row.attempts > 1) {
    const fresh = await deps.pagerduty.incident(job.alertId);
    if (!fresh.ok) return (unit) => afterFailure(unit, row, fresh.failure, "pagerduty_resolve");
    if (fresh.value.status === "resolved") return (unit) => resolved(unit, row, job, fresh.value);
    if (fresh.value.reopenedAt !== undefined && fresh.value.reopenedAt > job.at) {
      return (unit) => resolveFailed(unit, row, job, "It was reopened in PagerDuty after it was closed here.");
    }
  }
  const actor = actorFor(job.by, deps.userMap, deps.fallbackFrom);
  let answer = await deps.pagerduty.setStatus(job.alertId, "resolved", actor.email);
  let usedFallback = actor.why === "fallback";
  if (!answer.ok && isUnknownRequester(answer.failure) && !usedFallback) {
    usedFallback = true;
    answer = await deps.pagerduty.setStatus(job.alertId, "resolved", deps.fallbackFrom);
  }
  if (answer.ok) {
    const incident = answer.value;
    return async (unit) => {
      if (usedFallback) await queueNamingNote(unit, row, job.alertId, job.by);
      return resolved(unit, row, job, incident, "us");
    };
  }
  return afterRefusedResolve(deps, row, job, answer.failure);
}

/** The table of answers to a resolve: some refusals mean that it is resolved. */
async function afterRefusedResolve(
  deps: EffectDeps,
  row: OutboxRow,
  job: JobOf<"pagerduty_resolve">,
  failure: Failure,
): Promise<Finish> {
  if (isAlreadyResolved(failure)) return (unit) => resolved(unit, row, job, { status: "resolved", assignees: [] });
  if (failure.status === 400 || failure.status === 409) {
    const fresh = await deps.pagerduty.incident(job.alertId);
    if (fresh.ok && fresh.value.status === "resolved") return (unit) => resolved(unit, row, job, fresh.value);
  }
  return (unit) => afterFailure(unit, row, failure, "pagerduty_resolve");
}

async function queueNamingNote(unit: Unit, row: OutboxRow, alertId: string, by: Person): Promise<void> {
  const text = `${by.name} resolved this in Slack. PagerDuty knows no user of their address.`;
  await queue(unit, row.subject, { kind: "pagerduty_note", alertId, by, text });
}

/** @param by undefined where the answer does not tell whether it was us */
async function resolved(
  unit: Unit,
  row: OutboxRow,
  job: JobOf<"pagerduty_resolve">,
  incident: PagerdutyIncident,
  by?: "us",
): Promise<Ending> {
  await takeStatus(unit, job.alertId, incident, by);
  const known = await unit.tx.alert(job.alertId);
  // PagerDuty calls a merge a resolve; what failed goes on under another number, and nobody asked for that one here.
  if (known && currentResolution(known.facts)?.by === "merge") {
    await changeClosing(unit, job.alertId, "wanted", { state: "none" });
    return { end: "done", outcome: "merged_in_pagerduty" };
  }
  await changeClosing(unit, job.alertId, "wanted", { state: "confirmed", at: unit.now });
  await record(unit, row.subject, "alert.resolve_confirmed", "pagerduty_confirmed", actorOf(job.by), {
    alertId: job.alertId,
  });
  return { end: "done", outcome: "resolved" };
}

async function resolveFailed(
  unit: Unit,
  row: OutboxRow,
  job: JobOf<"pagerduty_resolve">,
  problem: string,
): Promise<Ending> {
  await changeClosing(unit, job.alertId, "wanted", { state: "failed", problem });
  await record(unit, row.subject, "alert.resolve_failed", "pagerduty_refused", COMPANION_ACTOR, {
    alertId: job.alertId,
    problem,
  });
  return { end: "failed", problem };
}

/** Whether Slack was never given this delivery. */
async function waits(store: Store, deliveryId: string): Promise<boolean> {
  const delivery = await store.transaction((tx) => tx.job(deliveryId));
  return delivery?.state === "failed" || (delivery?.state === "ready" && delivery.sends === 0);
}

async function note(deps: EffectDeps, row: OutboxRow, job: JobOf<"pagerduty_note">): Promise<Finish> {
  if (job.whileWaiting !== undefined && !(await waits(deps.store, job.whileWaiting))) {
    return () => Promise.resolve({ end: "done", outcome: "not_needed" });
  }
  const content = cutCharacters(redactSecrets(job.text), PAGERDUTY_NOTE_MAX_LENGTH);
  const finish = async (unit: Unit): Promise<Ending> => {
    await record(unit, row.subject, "alert.noted", "pagerduty_confirmed", actorOf(job.by), { alertId: job.alertId });
    return { end: "done", outcome: "noted" };
  };
  // A note has no key of its own: after a failure the answer may have been lost and not the note.
  if (row.attempts > 1) {
    const notes = await deps.pagerduty.notes(job.alertId);
    if (!notes.ok) return (unit) => afterFailure(unit, row, notes.failure, "pagerduty_note");
    if (notes.value.includes(content)) return finish;
  }
  const actor = actorFor(job.by, deps.userMap, deps.fallbackFrom);
  let answer = await deps.pagerduty.addNote(job.alertId, content, actor.email);
  // The text names the person anyway.
  if (!answer.ok && isUnknownRequester(answer.failure) && actor.why !== "fallback") {
    answer = await deps.pagerduty.addNote(job.alertId, content, deps.fallbackFrom);
  }
  if (answer.ok) return finish;
  const { failure } = answer;
  return (unit) => afterFailure(unit, row, failure, "pagerduty_note");
}

/** Whether nobody thought better of it while it was in hand. */
async function isWanted(unit: Unit, alertId: string): Promise<boolean> {
  return (await unit.tx.alert(alertId))?.facts.closing.state === "wanted";
}

/** What may pass is tried again, the rest is told. A resolve that has to wait says so once. */
async function afterFailure(
  unit: Unit,
  row: OutboxRow,
  failure: Failure,
  kind: keyof typeof GIVE_UP_AFTER_MS,
): Promise<Ending> {
  const { job } = row;
  if (job.kind === "pagerduty_resolve" && !(await isWanted(unit, job.alertId))) {
    return { end: "done", outcome: "not_wanted" };
  }
  // What people were told would be resolved is not given up for a token that expired.
  const isMendable = job.kind === "pagerduty_resolve" && isDenied(failure);
  const isOver = !(failure.isTransient || isMendable) || unit.now - row.createdAt > GIVE_UP_AFTER_MS[kind];
  if (isOver) {
    if (job.kind === "pagerduty_resolve") return resolveFailed(unit, row, job, failure.sentence);
    if (job.kind === "pagerduty_acknowledge") await sayNotAcknowledged(unit, job, failure.sentence);
    return { end: "failed", problem: failure.sentence };
  }
  if (job.kind === "pagerduty_resolve") {
    await changeClosing(unit, job.alertId, "wanted", { state: "wanted", problem: failure.sentence });
  }
  if (isMendable) return { end: "again", problem: failure.sentence, exactlyMs: slowBackOff(row.failures) };
  const { retryAfterMs } = failure;
  return { end: "again", problem: failure.sentence, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
