/** Judges a day by the stand-ins' logs alone: what people saw, what PagerDuty did, what Slack holds in the end. */
import { MINUTE } from "../core/time.ts";
import type { StoredIncident } from "../sandbox/pagerduty/state.ts";
import { interactiveElements } from "../sandbox/slack/blocks.ts";
import { findExecution, isOpen } from "../sandbox/slack/platform.ts";
import { PEOPLE } from "../sandbox/seed.ts";
import { alertLines, cardsOf, messagesIn } from "./cards.ts";
import { idsIn, type Observed } from "./observed.ts";
import { orphans } from "./orphans.ts";
import type { SlackWorld } from "./slack_world.ts";
import { stepOf } from "./world_deps.ts";

export interface Evidence {
  readonly observed: Observed;
  readonly slack: SlackWorld;
  readonly pagerduty: readonly StoredIncident[];
}

/** What was wrong with the day, in sentences; empty for a good one. */
export function judge(evidence: Evidence): readonly string[] {
  return [
    ...evidence.observed.errors,
    ...unseenAlerts(evidence),
    ...orphans(evidence),
    ...channelProblems(evidence),
    ...decisionProblems(evidence),
    ...resolveProblems(evidence),
    ...detachProblems(evidence),
    ...stillOpen(evidence),
    ...acknowledgeProblems(evidence),
    ...cardProblems(evidence),
    ...bareChannels(evidence),
    ...liveButtons(evidence),
    ...doubleReminders(evidence),
  ];
}

function pagerdutyStatus({ pagerduty }: Evidence, alertId: string): string {
  return pagerduty.find(({ id }) => id === alertId)?.status ?? "";
}

/** An alert that is over this soon after it came need not be told of any more. */
const SHORT_LIVED_MS = 5 * MINUTE;

/** Nothing that was acknowledged to PagerDuty is lost. */
function unseenAlerts({ observed, pagerduty }: Evidence): string[] {
  const raised = new Map<string, number>();
  for (const { type, alertId, at } of observed.taken) {
    if (type === "incident.triggered" && !raised.has(alertId)) raised.set(alertId, at);
  }
  return [...raised].flatMap(([id, at]) => {
    // By PagerDuty's own word: the webhook that tells of it may come late, after the companion has asked.
    const end = pagerduty.find((one) => one.id === id)?.resolvedAt;
    const isShortLived = end !== undefined && end - at <= SHORT_LIVED_MS;
    return observed.shown.has(id) || isShortLived ? [] : [`${id} was taken and nobody ever saw it`];
  });
}

/** One incident, one channel: a further one only follows one that is archived. */
function channelProblems({ observed, slack }: Evidence): string[] {
  return [...observed.channels].flatMap(([incidentId, channels]) => {
    const living = [...channels].filter((id) => slack.platform.state.channels[id]?.isArchived === false);
    return living.length > 1 ? [`${incidentId} has the channels ${living.join(" and ")}`] : [];
  });
}

const NEXT: Readonly<Record<string, readonly string[]>> = {
  triage: ["active", "merged", "dismissed"],
  active: ["resolved"],
};
/** What a decision that is taken back goes to. */
const BACK: Readonly<Record<string, string>> = { merged: "triage", dismissed: "triage", resolved: "active" };

/** One decision per triage, whoever and however many press; it is taken back only where somebody asked for that. */
function decisionProblems({ observed }: Evidence): string[] {
  return [...observed.states].flatMap(([incidentId, states]) => {
    let asked = undosOf(observed, incidentId);
    return states.flatMap((state, index) => {
      const before = states[index - 1];
      if (!before) return state.status === "triage" ? [] : [`${incidentId} begins as ${state.status}`];
      if (NEXT[before.status]?.includes(state.status)) return [];
      const undo = BACK[before.status] === state.status ? asked.find(({ at }) => at <= state.at) : undefined;
      asked = asked.filter((one) => one !== undo);
      if (undo) return [];
      return [
        `${incidentId} went from ${before.status} (${before.decisionId}) to ${state.status} (${state.decisionId})`,
      ];
    });
  });
}

/** The forms by which people took a decision on the incident back. */
function undosOf({ completions }: Observed, incidentId: string) {
  return completions.filter(
    ({ step, outputs }) =>
      step === "fill_undo_form" && outputs["incident_id"] === incidentId && outputs["command"] !== "",
  );
}

/** What was to be resolved is, and nothing else. */
function resolveProblems(evidence: Evidence): string[] {
  const { observed } = evidence;
  const ticked = observed.completions
    .filter(({ step }) => step === "fill_resolve_form")
    .flatMap(({ outputs }) => idsIn(outputs["ticked_alerts"]));
  const wanted = [...observed.states].flatMap(([incidentId, states]) =>
    states
      // Reopened while the resolve was still on its way, it is to be resolved no more.
      .filter(({ status }, index) => status === "resolved" && states[index + 1]?.status !== "active")
      .flatMap(({ at }) => tickedFor(observed, incidentId, at)),
  );
  const unresolved = wanted.flatMap(({ id, at }) =>
    isResolvedSince(evidence, id, at) ? [] : [`${id} was ticked and is not resolved`],
  );
  const undismissed = dismissedAlerts(evidence).flatMap(({ id, at }) =>
    isResolvedSince(evidence, id, at) ? [] : [`${id} was dismissed and is not resolved`],
  );
  const unwanted = observed.orders
    .filter(({ status }) => status === "resolved")
    .filter(({ alertId }) => !ticked.includes(alertId) && !isDismissedSomewhere(evidence, alertId))
    .filter(({ alertId, at }) => !observed.crossings.some((one) => one.alertId === alertId && one.at <= at))
    .map(({ alertId }) => `${alertId} was resolved and nobody wanted it`);
  return [...unresolved, ...undismissed, ...unwanted];
}

/**
 * What was ticked in the form that resolved the incident. Two people may have sent one each; where the step that carried
 * it out did not live to say which, only what both ticked is sure.
 */
function tickedFor({ completions }: Observed, incidentId: string, at: number) {
  const forms = completions.filter(
    (one) => one.step === "fill_resolve_form" && one.outputs["incident_id"] === incidentId && one.at <= at,
  );
  const carriedOut = completions.filter(
    (one) => one.step === "resolve_incident" && one.outputs["status"] === "resolved",
  );
  const own = forms.filter(({ execution }) => carriedOut.some(({ inputs }) => inputs["request_id"] === execution));
  const detached = completions
    .filter(({ step, outputs }) => step === "fill_undo_form" && outputs["command"] === "detach")
    .flatMap(({ outputs }) => idsIn(outputs["alerts"]));
  const [first, ...others] = own.length > 0 ? own : forms;
  if (!first) return [];
  return (
    idsIn(first.outputs["ticked_alerts"])
      .filter((id) => others.every(({ outputs }) => idsIn(outputs["ticked_alerts"]).includes(id)))
      // Somebody else took it off the incident while the form was open.
      .filter((id) => !detached.includes(id))
      .map((id) => ({ id, at: first.at }))
  );
}

/** What else happens in PagerDuty this long after an alert healed under our acknowledgement is no part of that. */
const CROSSED_MS = 30_000;

/**
 * What healed under an acknowledgement of ours, and nobody touched since, is over in the end. A companion that did not live to
 * write PagerDuty's answer down cannot know.
 */
function stillOpen({ observed, pagerduty }: Evidence): string[] {
  return observed.crossings.flatMap(({ at, alertId, isHeard }) => {
    if (observed.deaths.some((death) => Math.abs(death - at) <= CROSSED_MS)) return [];
    const incident = pagerduty.find(({ id }) => id === alertId);
    const isTouched = incident?.log.some((entry) => entry.at > at + CROSSED_MS && entry.type !== "annotate");
    return isHeard && incident && incident.status !== "resolved" && !isTouched
      ? [`${alertId} healed while it was acknowledged, and is open again since`]
      : [];
  });
}

/** What somebody took off an incident is not on its card, unless somebody brought it back there. */
function detachProblems(evidence: Evidence): string[] {
  const { completions, states } = evidence.observed;
  const cards = cardsOf(evidence);
  return completions
    .filter(({ step, outputs }) => step === "fill_undo_form" && outputs["command"] === "detach")
    .flatMap(({ at, outputs }) => {
      const incidentId = String(outputs["incident_id"]);
      const isClosedSince = states.get(incidentId)?.some((state) => state.at > at && !NEXT[state.status]);
      const isFilledSince = completions.some(
        (one) =>
          one.at > at &&
          (one.outputs["merge_into"] === incidentId ||
            (one.outputs["answer"] === "attach" && one.outputs["incident_id"] === incidentId)),
      );
      if (isClosedSince || isFilledSince) return [];
      const shown = cards.filter((card) => card.incidentId === incidentId).flatMap((card) => alertLines(card.message));
      return idsIn(outputs["alerts"])
        .filter((id) => shown.some(({ alertId }) => alertId === id))
        .map((id) => `${id} was taken off ${incidentId} and its card still names it`);
    });
}

/** Whether it was resolved after that, or our own undo of the matter came in between. */
function isResolvedSince(evidence: Evidence, alertId: string, at: number): boolean {
  const incident = evidence.pagerduty.find(({ id }) => id === alertId);
  if (!incident || incident.status === "resolved") return true;
  const isTakenBack = evidence.observed.orders.some(
    (order) => order.alertId === alertId && order.before === "resolved" && order.status !== "resolved",
  );
  if (isTakenBack) return true;
  return incident.log.some((entry) => entry.type === "resolve" && entry.at >= at);
}

/** The alerts that were dismissed: those that the person ticked, or where there was nothing to tick those on the card. */
function dismissedAlerts(evidence: Evidence): { readonly id: string; readonly at: number }[] {
  return cardsOf(evidence)
    .filter(({ status }) => status === "dismissed")
    .flatMap(({ incidentId, message }) => {
      const state = evidence.observed.states.get(incidentId)?.at(-1);
      const answer = evidence.observed.completions.find(({ execution }) => execution === state?.decisionId);
      const ticked = answer?.outputs["dismiss_alert_ids"];
      const ids = ticked ? idsIn(ticked) : alertLines(message).map(({ alertId }) => alertId);
      return ids.map((id) => ({ id, at: state?.at ?? 0 }));
    });
}

function isDismissedSomewhere({ observed }: Evidence, alertId: string): boolean {
  const channels = observed.shown.get(alertId);
  return [...observed.states].some(([incidentId, states]) => {
    // A run that died before it wrote the purpose of its channel leaves it with the record's word alone.
    const own = observed.channels.get(incidentId) ?? observed.homes.get(incidentId) ?? [];
    return states.some(({ status }) => status === "dismissed") && [...own].some((channel) => channels?.has(channel));
  });
}

/** The presses that say that they stop a page. */
const STOPPING = ["create", "merge_view", "attach", "acknowledge"];

/** No page is stopped or started again without a press of that person that says so. */
function acknowledgeProblems({ observed }: Evidence): string[] {
  return observed.orders.flatMap(({ at, alertId, status, before, from }) => {
    const user = PEOPLE.find(({ email }) => email === from)?.slackId;
    const undos = observed.completions.filter((one) => one.step === "fill_undo_form" && one.at <= at);
    const asked = undos.some(({ outputs }) => outputs["done_by"] === user && outputs["in_pagerduty"] !== "");
    if (before === "resolved" && status !== "resolved") {
      return asked ? [] : [`${alertId} was reopened for ${from}, who asked for no such thing`];
    }
    if (status !== "acknowledged" || asked) return [];
    const said = observed.presses.some(
      (press) => press.user === user && press.at <= at && STOPPING.includes(press.action),
    );
    return said ? [] : [`${alertId} was acknowledged for ${from}, who pressed nothing that says so`];
  });
}

/** In the end the card says what is so: the state of the incident, and of its alerts in PagerDuty. */
function cardProblems(evidence: Evidence): string[] {
  const { observed, slack } = evidence;
  const cards = cardsOf(evidence);
  const double = cards.filter((card, index) => cards.findIndex((one) => one.incidentId === card.incidentId) !== index);
  return [
    ...double.map(({ incidentId }) => `${incidentId} has two cards`),
    ...cards.flatMap(({ incidentId, message, status }) => {
      // What is archived cannot be edited any more.
      if (slack.platform.state.channels[message.channel]?.isArchived) return [];
      const record = observed.states.get(incidentId)?.at(-1)?.status;
      const wrong = record === status ? [] : [`the card of ${incidentId} says ${status} and it is ${record}`];
      return [...wrong, ...alertLines(message).flatMap((line) => lineProblems(evidence, incidentId, line))];
    }),
  ];
}

/** In the end an incident's own channel has its topic, and its card is pinned. */
function bareChannels(evidence: Evidence): string[] {
  return cardsOf(evidence).flatMap(({ message }) => {
    const channel = evidence.slack.platform.state.channels[message.channel];
    const isOwn = channel && !channel.isArchived && /^inc-(?!storm)/.test(channel.name) && !message.threadTs;
    if (!isOwn) return [];
    return [
      ...(channel.topic === "" ? [`#${channel.name} has no topic`] : []),
      ...(channel.pins.some(({ ts }) => ts === message.ts) ? [] : [`the card of #${channel.name} is not pinned`]),
    ];
  });
}

function lineProblems(evidence: Evidence, incidentId: string, line: { alertId: string; says: string }): string[] {
  const status = pagerdutyStatus(evidence, line.alertId);
  const expected = status === "resolved" ? /^(:white_check_mark:|Resolved)/ : STILL_OPEN[status];
  if (expected?.test(line.says)) return [];
  return [`the card of ${incidentId} says "${line.says}" of ${line.alertId}, which is ${status}`];
}

/** What may stand beside an alert that is open in PagerDuty: its state, or that its resolve is still tried. */
const STILL_OPEN: Readonly<Record<string, RegExp>> = {
  triggered: /^(Triggered|:hourglass_flowing_sand:|:warning:)/,
  acknowledged: /^(Acknowledged|:hourglass_flowing_sand:|:warning:)/,
};

/** Nobody can press a button of a question that is decided, and an incident has one set of controls at most. */
function liveButtons(evidence: Evidence): string[] {
  const controlled = new Set<string>();
  const { slack, observed } = evidence;
  const { platform } = slack;
  return Object.values(platform.state.channels)
    .filter(({ isArchived }) => !isArchived)
    .flatMap(({ id }) => messagesIn(evidence, id))
    .flatMap((message) => {
      const buttons = interactiveElements(message.blocks).filter(({ element }) => element.type === "button");
      const owner = message.buttonsOf;
      if (buttons.length === 0 || owner === undefined || !isOpen(findExecution(platform, owner))) return [];
      const { name, inputs } = stepOf(platform, owner);
      const incidentId = String(inputs["incident_id"] || inputs["active_incident_id"]);
      if (name === "offer_incident_controls") {
        if (controlled.has(incidentId)) return [`${incidentId} has two sets of controls`];
        controlled.add(incidentId);
      }
      const status = observed.states.get(incidentId)?.at(-1)?.status;
      return name === "ask_for_triage_decision" && status !== "triage"
        ? [`the question of ${incidentId}, which is ${status}, still has live buttons`]
        : [];
    });
}

/** Sooner than this no reminder of the same number is due again, even where a decision was taken back in between. */
const REMINDERS_APART_MS = 4.9 * MINUTE;

/** Nobody is reminded twice by the same reminder. */
function doubleReminders(evidence: Evidence): string[] {
  return Object.values(evidence.slack.platform.state.channels).flatMap(({ id, name }) => {
    const reminders = messagesIn(evidence, id).flatMap(({ ts, blocks, threadTs = "" }) =>
      blocks
        .filter(({ block_id }) => /^reminder:\d+$/.test(block_id))
        .map(({ block_id }) => ({ key: `${threadTs} ${block_id}`, at: Number(ts) * 1_000 })),
    );
    const again = reminders.filter(({ key, at }, index) =>
      reminders.slice(0, index).some((one) => one.key === key && at - one.at < REMINDERS_APART_MS),
    );
    return again.map(({ key }) => `#${name} has ${key.trim()} twice`);
  });
}
