/** What people wanted is in effect in PagerDuty, once, and nothing else is. */
import { isPerson, type Person } from "../core/incident.ts";
import { PEOPLE, SANDBOX_PAGERDUTY_FROM } from "../sandbox/seed.ts";
import type { DecisionWish, Evidence, PagerdutyEffect } from "./evidence.ts";

const KNOWN = new Set(PEOPLE.map(({ email }) => email));

export function wishProblems(evidence: Evidence): readonly string[] {
  const taken = evidence.decisions.filter(({ state }) => state === "taken");
  return [
    ...unsettled(evidence),
    ...taken.flatMap((wish) => missingNote(evidence, wish)),
    ...taken
      .filter(({ decision }) => decision.decision === "create")
      .flatMap((wish) => missingAcknowledge(evidence, wish)),
    ...wantedResolves(evidence)
      .filter(({ isSure }) => isSure)
      .filter(({ alertId }) => evidence.incidents.find(({ id }) => id === alertId)?.status !== "resolved")
      .map(({ alertId, why }) => `${alertId} was ${why} and is not resolved`),
    ...twoDecisions(taken),
  ];
}

/** Everything that was told came to an answer. */
function unsettled({ decisions, resolves }: Evidence): string[] {
  return [
    ...decisions
      .filter(({ state }) => state === "on its way")
      .map(({ decision }) => `${decision.id} came to no answer`),
    ...resolves
      .filter(({ state }) => state === "on its way")
      .map(({ request }) => `${request.requestId} came to no answer`),
  ];
}

function twoDecisions(taken: readonly DecisionWish[]): string[] {
  const of = (wish: DecisionWish) => wish.decision.incidentId;
  return taken.flatMap((wish, index) =>
    taken.findIndex((one) => of(one) === of(wish)) === index ? [] : [`${of(wish)} was decided twice`],
  );
}

interface WantedResolve {
  readonly alertId: string;
  readonly by: Person;
  readonly sentAt: number;
  readonly why: "dismissed" | "ticked";
  /** The companion took it, so it must happen; otherwise it only may. */
  readonly isSure: boolean;
}

function wantedResolves({ decisions, resolves }: Evidence): readonly WantedResolve[] {
  const dismissed = decisions.flatMap(({ decision, sentAt, state }) => {
    const { by } = decision;
    if (decision.decision !== "dismiss" || !isPerson(by)) return [];
    const ids = decision.dismissAlertIds ?? [];
    return ids.map((alertId) => ({ alertId, by, sentAt, why: "dismissed" as const, isSure: state === "taken" }));
  });
  const ticked = resolves.flatMap(({ request, sentAt, state }) =>
    request.resolveAlertIds.map((alertId) => {
      return { alertId, by: request.by, sentAt, why: "ticked" as const, isSure: state === "taken" };
    }),
  );
  return [...dismissed, ...ticked];
}

/** In whose name it must be done: the person's own, or the fallback's where PagerDuty does not know them. */
function addressOf({ email = "" }: Person): string {
  return KNOWN.has(email) ? email : SANDBOX_PAGERDUTY_FROM;
}

const NOTES = {
  create: (by: Person) => `${by.name} opened incident #`,
  merge: (by: Person) => `${by.name} made this part of incident #`,
  dismiss: (by: Person) => `${by.name} dismissed this in Slack: `,
} as const;
/** What the companion says in its own name. */
const OWN_NOTES = /^(Pager Triage cannot reach Slack since|Slack could not be told of this alert)/;

/** The alert that opened the incident says in PagerDuty what was decided. */
function missingNote({ effects, opened }: Evidence, { decision }: DecisionWish): string[] {
  const alertId = opened.get(decision.incidentId)?.openingAlert;
  if (!isPerson(decision.by)) return [];
  const start = NOTES[decision.decision](decision.by);
  const isThere = effects.some((one) => one.alertId === alertId && isDone(one) && one.note?.startsWith(start));
  return isThere ? [] : [`${alertId} has no note that says that ${decision.id} (${decision.decision}) was made`];
}

/** Whoever creates and is paged has it acknowledged, unless somebody else was faster. */
function missingAcknowledge({ incidents, opened }: Evidence, { decision }: DecisionWish): string[] {
  const incident = incidents.find(({ id }) => id === opened.get(decision.incidentId)?.openingAlert);
  const userId = PEOPLE.find(({ email }) => isPerson(decision.by) && email === decision.by.email)?.pagerdutyId;
  const isPaged = incident?.assignments.some((one) => one.userId === userId);
  return incident?.status === "triggered" && isPaged
    ? [`${incident.id} is paging the one who decided on it, and was not acknowledged`]
    : [];
}

function isDone({ answered }: PagerdutyEffect): boolean {
  return answered >= 200 && answered < 300;
}

/** Each effect has a wish behind it, and each wish one effect. */
export function effectProblems(evidence: Evidence): readonly string[] {
  const done = evidence.effects.filter(isDone);
  return [
    ...done.flatMap((effect) => unwanted(evidence, effect)),
    ...doubled(done, ({ status, alertId }) => status === "resolved" && `${alertId} was resolved by us`),
    ...doubled(done, ({ status, alertId }) => status === "acknowledged" && `${alertId} was acknowledged by us`),
    ...doubled(done, ({ note, alertId }) => note !== undefined && `${alertId} has the note "${note}"`),
  ];
}

/**
 * Before anything is asked for a second time, PagerDuty is asked how it is. So only what was carried out after whoever
 * asked was gone may be there once more.
 */
function doubled(done: readonly PagerdutyEffect[], nameOf: (effect: PagerdutyEffect) => string | false): string[] {
  const times = new Map<string, number>();
  for (const effect of done) {
    const name = nameOf(effect);
    if (name !== false) times.set(name, (times.get(name) ?? 0) + (effect.isOrphan ? 0 : 1));
  }
  return [...times].filter(([, count]) => count > 1).map(([name, count]) => `${name} ${count} times`);
}

function unwanted(evidence: Evidence, effect: PagerdutyEffect): string[] {
  const { alertId, at, from, status, note, before, other } = effect;
  if (other !== undefined) return [`${alertId} was asked for ${other}`];
  if (note !== undefined)
    return isWantedNote(evidence, effect) ? [] : [`${alertId} has a note that nobody wanted: ${note}`];
  if (status === "resolved") {
    const isWanted = wantedResolves(evidence).some(
      (one) => one.alertId === alertId && one.sentAt <= at && addressOf(one.by) === from,
    );
    return isWanted ? [] : [`${alertId} was resolved for ${from}, and nobody of that name wanted it`];
  }
  if (status === "acknowledged" && before !== "resolved") {
    return isWantedAcknowledge(evidence, effect)
      ? []
      : [`${alertId} was acknowledged for ${from}, who wanted no such thing`];
  }
  return [`${alertId} was ${before} and became ${status} for ${from}`];
}

function isWantedNote({ decisions, resolves }: Evidence, { note = "", at, from }: PagerdutyEffect): boolean {
  if (OWN_NOTES.test(note)) return from === SANDBOX_PAGERDUTY_FROM;
  const isOfDecision = decisions.some(({ decision, sentAt }) => {
    if (!isPerson(decision.by) || sentAt > at) return false;
    return note.startsWith(NOTES[decision.decision](decision.by)) && from === addressOf(decision.by);
  });
  const isNaming = [...decisions.map(({ decision }) => decision.by), ...resolves.map(({ request }) => request.by)].some(
    (by) => isPerson(by) && note.startsWith(`${by.name} resolved this in Slack.`) && from === addressOf(by),
  );
  return isOfDecision || isNaming;
}

function isWantedAcknowledge({ decisions, acknowledges }: Evidence, { at, from }: PagerdutyEffect): boolean {
  const pressed = decisions.some(
    ({ decision, sentAt }) =>
      isPerson(decision.by) && decision.by.email === from && decision.decision !== "dismiss" && sentAt <= at,
  );
  return pressed || acknowledges.some(({ email, sentAt }) => email === from && sentAt <= at);
}
