import { type DismissedIncident, type Incident, isOpen, isPerson, type MergedIncident } from "../../core/incident.ts";
import type { Decision } from "../../core/protocol.ts";
import { type Command, transition } from "../../core/transitions.ts";
import { readAlerts } from "./alerts.ts";
import type { App } from "./app.ts";
import { backToTriage } from "./back_to_triage.ts";
import { context, section } from "./card.ts";
import { hasBlock, lastMessages } from "./history.ts";
import {
  awaitIncident,
  type IncidentRecord,
  placeOf,
  readIncident,
  saveIncident,
  sharesChannel,
  whereOf,
} from "./incidents.ts";
import { inLivingChannel } from "./living_channel.ts";
import { carryMergeOver } from "./merge.ts";
import { retireOffer } from "./later_alerts.ts";
import { channelLink, escapeText, mention } from "./mrkdwn.ts";
import { listIncident } from "./open_incidents.ts";
import { handOver, isUnsent } from "./pending.ts";
import { publish, publishTopic } from "./publish.ts";
import { refusalSentence } from "./refusals.ts";
import { shows } from "./settling.ts";
import { mayCall, textOf } from "./slack.ts";

/**
 * Applies a decision: record, PagerDuty through the companion, messages. It may come twice (a run that died, a decision
 * sent again) and does then only what is missing. It never fails for something that can be done later.
 * @param questionTs the question that was answered, where the caller knows it better than a read that may be old
 * @returns the record as it is now; undefined where there is no such incident
 */
export async function applyDecision(
  app: App,
  decision: Decision,
  questionTs = "",
): Promise<IncidentRecord | undefined> {
  const before = await awaitIncident(app, decision.incidentId);
  if (!before) return undefined;
  // Somebody else's decision stands; this one came too late.
  if (before.incident.status !== "triage" && before.decisionId !== decision.id) return before;
  return applyTo(app, before, decision, questionTs);
}

/**
 * Applies the decision that stands with the companion, also where Slack applied another one without asking.
 * @returns the record as it is now; undefined where there is no such incident
 */
export async function applyStanding(app: App, decision: Decision): Promise<IncidentRecord | undefined> {
  const before = await awaitIncident(app, decision.incidentId);
  if (!before) return undefined;
  const isUndone = before.undoneDecisionIds.includes(decision.id);
  const isOther = !isUndone && before.incident.status !== "triage" && before.decisionId !== decision.id;
  return applyTo(app, isOther ? await backToTriage(app, before) : before, decision, "");
}

async function applyTo(
  app: App,
  before: IncidentRecord,
  decision: Decision,
  questionTs: string,
): Promise<IncidentRecord | undefined> {
  // What somebody took back stays taken back, however often and late it still comes.
  if (before.undoneDecisionIds.includes(decision.id)) return before;
  const isRepeat = before.incident.status !== "triage";
  const decided = await tell(app, before, decision, "decided");
  // Two questions may have been answered before either showed on the record: the companion knows which was first.
  if (decided.ok && decided.answer.stands.id !== decision.id)
    return applyDecision(app, decided.answer.stands, questionTs);
  if (!decided.ok && !decided.again && !isRepeat) {
    await sayRefused(app, before, questionTs, decided.problem);
    return before;
  }
  // The companion follows a target that was merged itself meanwhile.
  const settled = decided.ok ? decided.answer.stands : decision;
  const target = settled.mergeInto ? await readIncident(app.slack, settled.mergeInto) : undefined;
  const written = isRepeat ? before : await decideRecord(app, before, settled, target, decided.ok, questionTs);
  if (!written) return before;
  // Somebody may have archived the channel while a form was open in it.
  const after = await inLivingChannel(app, written);
  await listIncident(app.slack, after.incident, after.channelId);
  // A target that was closed since has no use for what was merged: its alerts have gone on from there.
  if (settled.decision === "merge" && after.incident.status === "merged" && target && isOpen(target.incident))
    await carryMergeOver(app, after, await inLivingChannel(app, target), settled, isRepeat);
  await Promise.all([questionTs, after.questionTs].map((ts) => closeQuestion(app, { ...after, questionTs: ts })));
  if (isClosed(after.incident)) await retireOffer(app, after, OFFER_ENDS[after.incident.status]);
  await Promise.all([
    publish(app, after, {
      unsent: isUnsent(decided),
      post: decision.decision === "create" ? ["announcement"] : [],
    }),
    publishTopic(app, after),
    closeLateQuestion(app, after),
    closeForgottenQuestions(app, after),
  ]);
  // Last, since what the companion does not hear of as applied comes again.
  await tell(app, after, decision, "applied");
  return after;
}

function tell(app: App, record: IncidentRecord, decision: Decision, phase: "decided" | "applied") {
  const place = placeOf(record);
  const body = { phase, decision, ...(place ? { place } : {}) };
  // An entry a phase: a sync that has just handed over "decided" would otherwise forget an "applied" written since.
  return handOver(app, "decide", record.incident.id, `${decision.id}:${phase}`, body);
}

async function decideRecord(
  app: App,
  record: IncidentRecord,
  decision: Decision,
  target: IncidentRecord | undefined,
  isTaken: boolean,
  questionTs: string,
): Promise<IncidentRecord | undefined> {
  const into = isTaken && decision.mergeInto ? takenTarget(record, decision.mergeInto) : target?.incident;
  const command = commandOf(decision, into);
  const outcome = command && transition(record.incident, command);
  if (!outcome?.ok) {
    const sentence = outcome ? refusalSentence(outcome.refusal) : "That incident could not be found.";
    await sayRefused(app, record, questionTs, sentence);
    return undefined;
  }
  return saveIncident(app, record, outcome.value.incident, { decisionId: decision.id });
}

/** The companion took the merge, so its target was open; what our record says of it may be older, or newer. */
function takenTarget({ incident }: IncidentRecord, id: string): Incident {
  const { number, title, serviceId, serviceName, openedAt } = incident;
  return { status: "triage", id, number, title, serviceId, serviceName, openedAt };
}

function commandOf(decision: Decision, target: Incident | undefined): Command | undefined {
  const { at } = decision;
  switch (decision.decision) {
    case "create":
      return { type: "create", by: decision.by, at };
    case "merge":
      return target && { type: "merge", by: decision.by, at, target };
    case "dismiss":
      return { type: "dismiss", by: decision.by, at, reason: decision.reason ?? "other", note: decision.note };
  }
}

/** The matter changed between the press and now (the target was closed, say): it is still in triage, and says so. */
async function sayRefused(app: App, record: IncidentRecord, questionTs: string, sentence: string): Promise<void> {
  const hint = app.settings.links.askAgain
    ? "Press *Buttons not working?* on the card to be asked again."
    : "Start the triage again from the shortcut.";
  const text = `${sentence} This is still in triage. ${hint}`;
  await mayCall(app.slack, "chat.update", {
    channel: record.channelId,
    ts: questionTs || record.questionTs,
    text,
    blocks: [section(`:warning: ${text}`)],
  });
}

/** The question becomes the answer: who decided what, in the place where everybody looked for the buttons. */
async function closeQuestion(app: App, record: IncidentRecord): Promise<void> {
  if (record.questionTs === "") return;
  const text = await answerText(app, record);
  await mayCall(app.slack, "chat.update", {
    channel: record.channelId,
    ts: record.questionTs,
    text,
    blocks: [
      section(text, ANSWER_BLOCK),
      ...(isClosed(record.incident) && !sharesChannel(record) ? [context(archiveHint())] : []),
    ],
  });
}

/** Somebody may have asked again while this was decided: whichever of the two wrote later has seen the other. */
async function closeLateQuestion(app: App, after: IncidentRecord): Promise<void> {
  const latest = await awaitIncident(app, after.incident.id, (read) => shows(read, after));
  if (latest && latest.questionTs !== after.questionTs) {
    await closeQuestion(app, { ...after, questionTs: latest.questionTs });
  }
}

/** The block by which a question with its buttons is known, and the one that says what was answered. */
export const QUESTION_BLOCK = "question";
export const ANSWER_BLOCK = "answer";

const LOOK_BACK = 100;

/** A run that asked anew may have died before it took the buttons of the question before away. */
async function closeForgottenQuestions(app: App, after: IncidentRecord): Promise<void> {
  const messages = await lastMessages(app.slack, whereOf(after), LOOK_BACK);
  const forgotten = messages.filter((message) => hasBlock(message, QUESTION_BLOCK));
  await Promise.all(forgotten.map(({ ts }) => closeQuestion(app, { ...after, questionTs: textOf(ts) })));
}

async function answerText(app: App, record: IncidentRecord): Promise<string> {
  const { incident } = record;
  switch (incident.status) {
    case "triage":
      return "Not decided yet.";
    case "active":
    case "resolved":
      return `:white_check_mark: ${mention(incident.decidedBy.slackUserId)} created the incident.`;
    case "merged": {
      const target = await readIncident(app.slack, incident.mergedInto);
      const where = target
        ? `#${escapeText(target.incident.number, 20)} in ${channelLink(target.channelId)}`
        : "another incident";
      return `:twisted_rightwards_arrows: ${mention(incident.decidedBy.slackUserId)} made it part of ${where}. Go on there.`;
    }
    case "dismissed":
      if (!isPerson(incident.decidedBy)) {
        return ":no_entry_sign: PagerDuty resolved it by itself, so it was dismissed by the rule for this service.";
      }
      return `:no_entry_sign: ${mention(incident.decidedBy.slackUserId)} dismissed it.${await inPagerduty(app, record)}`;
  }
}

/** What a dismissal asks of PagerDuty, where something is left to be asked. */
async function inPagerduty(app: App, { incident, alertIds }: IncidentRecord): Promise<string> {
  const stored = await readAlerts(app.slack, alertIds);
  const own = stored.filter(({ alert, incidentId }) => alert.relation === "attached" && incidentId === incident.id);
  const toResolve = own.filter(({ alert }) => alert.status !== "resolved" || alert.closing.state !== "none");
  if (toResolve.length === 0) return own.length > 0 ? " In PagerDuty it was over already." : "";
  return ` PagerDuty is asked to resolve its ${toResolve.length === 1 ? "alert" : "alerts"}; the card shows when it has.`;
}

function isClosed(incident: Incident): incident is MergedIncident | DismissedIncident {
  return incident.status === "merged" || incident.status === "dismissed";
}

const OFFER_ENDS = {
  merged: "They move along with the incident, where they are asked about again.",
  dismissed: "What was not dismissed too gets a triage of its own.",
} as const;

function archiveHint(): string {
  return "This channel is archived once nobody has written in it for a while.";
}
