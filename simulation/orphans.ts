/** Whether every alert that is open in PagerDuty is in somebody's hands. */
import { cardsOf, messagesIn } from "./cards.ts";
import { alertsIn, idsIn, type Observed } from "./observed.ts";
import type { Evidence } from "./oracle.ts";

/** Every alert that is open in PagerDuty is shown or counted by an open incident, or a named person set it aside. */
export function orphans(evidence: Evidence): string[] {
  const { observed } = evidence;
  const setAside = new Set([
    ...observed.completions.flatMap(({ outputs }) => [
      ...idsIn(outputs["unticked_alerts"]),
      ...(outputs["answer"] === "set_aside" ? idsIn(outputs["alert_ids"]) : []),
    ]),
    ...countedAside(observed),
  ]);
  const open = evidence.pagerduty.filter(({ status }) => status !== "resolved").map(({ id }) => id);
  const taken = new Set(observed.taken.filter(({ type }) => type === "incident.triggered").map((one) => one.alertId));
  const cards = cardsOf(evidence).filter(({ incidentId }) => isOpenOnRecord(observed, incidentId));
  const shownOpen = new Set(
    cards.flatMap(({ message }) => messagesIn(evidence, message.channel).flatMap(({ blocks }) => alertsIn(blocks))),
  );
  // Of more than five later alerts that wait for an answer, a message names five and the card has the number.
  const waiting = new Set(
    cards.filter(({ message }) => numberIn(message.blocks, WAITING) > 5).map(({ message }) => message.channel),
  );
  // Of many attached alerts the card names as many as it has room for; whose the others are, Slack's storage says.
  const counting = new Set(
    cards.filter(({ message }) => numberIn(message.blocks, ATTACHED) > 0).map(({ incidentId }) => incidentId),
  );
  const { alerts = {} } = evidence.slack.platform.state.datastores;
  const isCounted = (id: string) =>
    [...(observed.shown.get(id)?.keys() ?? [])].some((channel) => waiting.has(channel)) ||
    counting.has(String(alerts[id]?.at(-1)?.item?.["incident_id"]));
  return open
    .filter((id) => taken.has(id) && !shownOpen.has(id) && !setAside.has(id) && !isCounted(id))
    .map((id) => `${id} is open in PagerDuty and belongs to no open incident`);
}

const WAITING = /(\d+) wait for an answer/;
const ATTACHED = /and (\d+) more attached alert/;

function numberIn(blocks: unknown, words: RegExp): number {
  return Number(words.exec(JSON.stringify(blocks))?.[1] ?? 0);
}

function isOpenOnRecord({ states }: Observed, incidentId: string): boolean {
  const status = states.get(incidentId)?.at(-1)?.status;
  return status === "triage" || status === "active";
}

/** Whoever sets aside more than the message named means those too that it only counted: its channel had shown them before. */
function countedAside({ completions, shown, homes }: Observed): string[] {
  const whole = completions.filter(
    ({ outputs }) =>
      outputs["answer"] === "set_aside" && Number(outputs["up_to"]) > idsIn(outputs["shown_alert_ids"]).length,
  );
  return whole.flatMap(({ at, outputs }) => {
    const channels = homes.get(String(outputs["incident_id"])) ?? new Set();
    return [...shown]
      .filter(([, places]) => [...places].some(([channel, first]) => channels.has(channel) && first <= at))
      .map(([id]) => id);
  });
}
