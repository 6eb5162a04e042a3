/** What Slack was given: one incident a window, each delivery again only where that is permitted. */
import type { TriageDelivery } from "../core/protocol.ts";
import { MINUTE, SECOND } from "../core/time.ts";
import type { Confirmation, DecisionWish, Evidence, OpenedIncident, ReceivedDelivery } from "./evidence.ts";

/** An alert joins the window of its service's open incident: no second incident while that one could take it. */
export function windowProblems(evidence: Evidence): readonly string[] {
  const all = [...evidence.opened.values()].toSorted((one, other) => one.number - other.number);
  const twice = all.filter(
    (one, index) => all.findIndex(({ openingAlert }) => openingAlert === one.openingAlert) !== index,
  );
  return [
    ...twice.filter(({ reopenedFrom }) => reopenedFrom === "").flatMap((later) => sameAlert(evidence, all, later)),
    ...all.flatMap((later) =>
      all
        .filter((former) => former.serviceId === later.serviceId && former.number < later.number)
        .filter((former) => couldTake(evidence, former, later))
        .map((former) => `${former.id} was open and its window too when ${later.id} was opened for ${later.serviceId}`),
    ),
  ];
}

/** The same alert opens another incident only after the one before was closed. */
function sameAlert(evidence: Evidence, all: readonly OpenedIncident[], later: OpenedIncident): string[] {
  const former = all.find(({ openingAlert }) => openingAlert === later.openingAlert);
  if (!former || closingOf(evidence, former.id)) return [];
  return [`${later.openingAlert} opened ${former.id} and ${later.id}`];
}

function couldTake(evidence: Evidence, former: OpenedIncident, later: OpenedIncident): boolean {
  if (later.openedAt >= former.windowClosesAt || later.reopenedFrom !== "") return false;
  const seenAt = firstSeen(evidence, later.id);
  // The window goes along with a merge, as long as that is known to have come before.
  let holder: string | undefined = former.id;
  for (let steps = 0; holder !== undefined && steps < 20; steps += 1) {
    const closing = closingOf(evidence, holder);
    if (!closing || closing.sentAt > seenAt) return true;
    holder =
      closing.mergedInto !== undefined && (closing.takenAt ?? Infinity) < bornAt(evidence, later)
        ? closing.mergedInto
        : undefined;
  }
  return false;
}

/** When the alert that opened the incident first reached the companion, or could have. */
function bornAt({ webhooks }: Evidence, { openingAlert }: OpenedIncident): number {
  const times = [...webhooks.values()].filter(({ alertId }) => alertId === openingAlert).map(({ firstAt }) => firstAt);
  return Math.min(...times);
}

function firstSeen({ deliveries }: Evidence, incidentId: string): number {
  const isOf = ({ kind, values }: ReceivedDelivery): boolean =>
    kind === "triage" &&
    (values.incident_id === incidentId || (values as TriageDelivery).storm.includes(`"${incidentId}"`));
  return deliveries.find(isOf)?.at ?? 0;
}

/** The first thing that anybody sent that could have closed the incident. */
function closingOf(
  { decisions, resolves }: Evidence,
  incidentId: string,
):
  | { readonly sentAt: number; readonly takenAt?: number | undefined; readonly mergedInto?: string | undefined }
  | undefined {
  const isClosing = ({ decision }: DecisionWish) =>
    decision.incidentId === incidentId && decision.decision !== "create";
  const all = [
    ...decisions
      .filter(isClosing)
      .map(({ sentAt, takenAt, decision }) => ({ sentAt, takenAt, mergedInto: decision.mergeInto })),
    ...resolves.filter(({ request }) => request.incidentId === incidentId).map(({ sentAt }) => ({ sentAt })),
  ];
  return all.toSorted((one, other) => one.sentAt - other.sentAt)[0];
}

/** What a delivery waits for its confirmation, with a margin for the two clocks. */
const PATIENCE_MS = 3 * MINUTE - 10 * SECOND;
/** A delivery that is under way while its confirmation comes, or whose process dies before it wrote down that it left. */
const UNDER_WAY_MS = 2 * SECOND;

/** At least once, and again only where nobody can know that it arrived. */
export function deliveryProblems(evidence: Evidence): readonly string[] {
  const before = new Map<string, ReceivedDelivery>();
  const problems: string[] = [];
  for (const delivery of evidence.deliveries) {
    for (const id of delivery.ids) {
      const confirmed = evidence.confirmations.find((one) => one.deliveryId === id && isFinal(one, delivery));
      if (confirmed && confirmed.realAt + UNDER_WAY_MS < delivery.realAt) {
        problems.push(`${id} came again after it was confirmed`);
      }
      const last = before.get(id);
      if (last && !isUnknown(evidence, id, last, delivery) && !mayComeAgain(evidence, last, delivery))
        problems.push(`${id} came twice and nothing was wrong with it`);
      before.set(id, delivery);
    }
  }
  return problems;
}

/** A triage that Slack does not know is looked at anew by the companion, and may have to come after all. */
function isFinal({ isAccepted, outcome }: Confirmation, { kind }: ReceivedDelivery): boolean {
  return isAccepted && !(kind === "triage" && outcome === "stale");
}

/** Slack said in between that it knows no such triage. */
function isUnknown({ confirmations }: Evidence, id: string, last: ReceivedDelivery, next: ReceivedDelivery): boolean {
  const between = confirmations.filter(({ realAt }) => realAt >= last.realAt && realAt <= next.realAt);
  return between.some(({ deliveryId, outcome }) => deliveryId === id && outcome === "stale");
}

function mayComeAgain({ kills, databaseTrouble }: Evidence, last: ReceivedDelivery, next: ReceivedDelivery): boolean {
  // Spoiled, or slow and therefore perhaps after its sender's end.
  if (last.fault !== undefined || next.at - last.at >= PATIENCE_MS) return true;
  // Its process may not have lived, or not have been able, to write down that it left.
  const writtenBy = last.realAt + UNDER_WAY_MS;
  const isInTrouble = databaseTrouble.some(({ from, to }) => from < writtenBy && to > last.realAt);
  return isInTrouble || kills.some((at) => at >= last.realAt && at < writtenBy) || last.generation !== next.generation;
}
