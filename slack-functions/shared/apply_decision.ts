import { type DismissedIncident, type Incident, isPerson, type MergedIncident } from "../../core/incident.ts";
import type { Decision } from "../../core/protocol.ts";
import { type Command, transition } from "../../core/transitions.ts";
import type { App } from "./app.ts";
import { context, section } from "./card.ts";
import { awaitIncident, type IncidentRecord, placeOf, readIncident, saveIncident, sharesChannel } from "./incidents.ts";
import { carryMergeOver } from "./merge.ts";
import { retireOffer } from "./later_alerts.ts";
import { channelLink, escapeText, mention } from "./mrkdwn.ts";
import { listIncident } from "./open_incidents.ts";
import { handOver, isUnsent } from "./pending.ts";
import { publish, publishTopic } from "./publish.ts";
import { refusalSentence } from "./refusals.ts";
import { mayCall } from "./slack.ts";

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
  // What somebody took back stays taken back, however often and late it still comes.
  if (before.undoneDecisionIds.includes(decision.id)) return before;
  const isRepeat = before.incident.status !== "triage";
  // Somebody else's decision stands; this one came too late.
  if (isRepeat && before.decisionId !== decision.id) return before;
  const decided = await tell(app, before, decision, "decided");
  // Two questions may have been answered before either showed on the record: the companion knows which was first.
  if (decided.ok && decided.answer.stands.id !== decision.id)
    return applyDecision(app, decided.answer.stands, questionTs);
  if (!decided.ok && !decided.again && !isRepeat) {
    await sayRefused(app, before, decided.problem);
    return before;
  }
  const target = decision.mergeInto ? await readIncident(app.slack, decision.mergeInto) : undefined;
  const after = isRepeat ? before : await decideRecord(app, before, decision, target);
  if (!after) return before;
  await listIncident(app.slack, after.incident, after.channelId);
  if (decision.decision === "merge" && after.incident.status === "merged" && target)
    await carryMergeOver(app, after, target, decision, isRepeat);
  await closeQuestion(app, questionTs ? { ...after, questionTs } : after);
  if (isClosed(after.incident)) await retireOffer(app, after, OFFER_ENDS[after.incident.status]);
  await Promise.all([
    publish(app, after, {
      unsent: isUnsent(decided),
      post: decision.decision === "create" ? ["announcement"] : [],
    }),
    publishTopic(app, after),
  ]);
  // Last, since what the companion does not hear of as applied comes again.
  await tell(app, after, decision, "applied");
  return after;
}

function tell(app: App, record: IncidentRecord, decision: Decision, phase: "decided" | "applied") {
  const place = placeOf(record);
  const body = { phase, decision, ...(place ? { place } : {}) };
  return handOver(app, "decide", record.incident.id, decision.id, body);
}

async function decideRecord(
  app: App,
  record: IncidentRecord,
  decision: Decision,
  target: IncidentRecord | undefined,
): Promise<IncidentRecord | undefined> {
  const command = commandOf(decision, target?.incident);
  const outcome = command && transition(record.incident, command);
  if (!outcome?.ok) {
    await sayRefused(app, record, outcome ? refusalSentence(outcome.refusal) : "That incident could not be found.");
    return undefined;
  }
  return saveIncident(app, record, outcome.value.incident, { decisionId: decision.id });
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
async function sayRefused(app: App, record: IncidentRecord, sentence: string): Promise<void> {
  const hint = app.settings.links.askAgain
    ? "Press *Buttons not working?* on the card to be asked again."
    : "Start the triage again from the shortcut.";
  const text = `${sentence} This is still in triage. ${hint}`;
  await mayCall(app.slack, "chat.update", {
    channel: record.channelId,
    ts: record.questionTs,
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
    blocks: [section(text), ...(isClosed(record.incident) && !sharesChannel(record) ? [context(archiveHint())] : [])],
  });
}

async function answerText(app: App, { incident, alertIds }: IncidentRecord): Promise<string> {
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
      return `:no_entry_sign: ${mention(incident.decidedBy.slackUserId)} dismissed it.${alertIds.length > 0 ? " PagerDuty is asked to resolve its alert; the card shows when it has." : ""}`;
  }
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
