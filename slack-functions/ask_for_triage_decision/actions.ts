import type {
  ActionContext,
  SuggestionContext,
  ViewSubmissionContext,
} from "deno-slack-sdk/functions/interactivity/types.ts";
import type { DismissReason, Incident } from "../../core/incident.ts";
import type { DecisionWay, PersonsDecision } from "../../core/protocol.ts";
import { toIso } from "../../core/time.ts";
import { transition } from "../../core/transitions.ts";
import { type App, openAppForClick, problemOf } from "../shared/app.ts";
import { completeStep } from "../shared/completion.ts";
import { placeOfPress, tellThere } from "../shared/tell_person.ts";
import { whyNotDecide } from "../shared/deciders.ts";
import { type IncidentRecord, placeOf, readIncident, sharesChannel } from "../shared/incidents.ts";
import { readOpenIncidents } from "../shared/open_incidents.ts";
import { escapeText, plainName } from "../shared/mrkdwn.ts";
import { personOf, safeJson } from "../shared/people.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { mayCall, mustCall, recordOf, textOf } from "../shared/slack.ts";
import { messageView } from "../shared/views.ts";
import { DISMISS_REASON, dismissView, MERGE_TARGET, mergeView, recordingBlocks, targetOptions } from "./blocks.ts";
import { dismissalIn, dismissalOf } from "./dismissal.ts";
import { drawQuestion } from "./question.ts";

type Inputs = { incident_id: string; asked_by?: string };

function wayOf(inputs: Inputs): DecisionWay {
  return inputs.asked_by ? "question_asked_again" : "question";
}

/** "Yes, create incident": decided with one press. */
export async function create(context: ActionContext<Inputs>) {
  const app = openAppForClick(context);
  const { here, userId, messageTs } = pressOf(context);
  await guarded(app, here, userId, async () => {
    const record = await decidable(app, context.inputs.incident_id, context.body.function_data.execution_id, messageTs);
    if (typeof record === "string") return tellThere(app, here, userId, record);
    const refused = await whyNotDecide(app, record.incident.id, userId);
    if (refused) return tellThere(app, here, userId, refused);
    return decide(app, context.body.function_data.execution_id, record, messageTs, userId, {
      decision: "create",
      via: wayOf(context.inputs),
    });
  });
}

/** "Part of another incident…": the pointer dies after 3 s, so the picker opens before anything is looked up. */
export async function openMergePicker(context: ActionContext<Inputs>) {
  const app = openAppForClick(context);
  const { here, userId, messageTs, pointer } = pressOf(context);
  await guarded(app, here, userId, async () => {
    const opened = await openView(app, here, userId, pointer, mergeView(undefined, here.channel, messageTs));
    if (opened === undefined) return;
    const record = await decidable(app, context.inputs.incident_id, context.body.function_data.execution_id, messageTs);
    const may = await mayPress(app, record, userId);
    const view = may.ok
      ? mergeView(may.record, here.channel, messageTs)
      : messageView("Part of another incident", escapeText(may.why));
    await mustCall(app.slack, "views.update", { view_id: opened, view });
  });
}

/** "Not an incident": asks for the reason, and says whose page it ends. */
export async function openDismissForm(context: ActionContext<Inputs>) {
  const app = openAppForClick(context);
  const { here, userId, messageTs, pointer } = pressOf(context);
  await guarded(app, here, userId, async () => {
    const opened = await openView(
      app,
      here,
      userId,
      pointer,
      messageView("Not an incident", "Looking up what this ends…"),
    );
    if (opened === undefined) return;
    const record = await decidable(app, context.inputs.incident_id, context.body.function_data.execution_id, messageTs);
    const may = await mayPress(app, record, userId);
    const view = may.ok
      ? dismissView(await dismissalOf(app, may.record), here.channel, messageTs, sharesChannel(may.record))
      : messageView("Not an incident", escapeText(may.why));
    await mustCall(app.slack, "views.update", { view_id: opened, view });
  });
}

export async function suggestTargets(context: SuggestionContext<Inputs>) {
  const app = openAppForClick(context);
  try {
    const [record, open] = await Promise.all([
      readIncident(app.slack, context.inputs.incident_id),
      readOpenIncidents(app.slack),
    ]);
    if (!record) return { options: [] };
    return targetOptions(open, record.incident, textOf(recordOf(context.body)["value"]), app.now);
  } catch (thrown) {
    console.error("merge.suggestions_failed", problemOf(thrown));
    return { options: [] };
  }
}

export async function submitMerge(context: ViewSubmissionContext<Inputs>) {
  const app = openAppForClick(context);
  const userId = context.body.user.id;
  const executionId = context.body.function_data.execution_id;
  const selected = recordOf(valueOf(context, MERGE_TARGET)["selected_option"]);
  try {
    const [record, target] = await Promise.all([
      decidable(app, context.inputs.incident_id, executionId, metadataOf(context).questionTs),
      readIncident(app.slack, textOf(selected["value"])),
    ]);
    if (typeof record === "string") return fieldError(MERGE_TARGET, record);
    if (!target) return fieldError(MERGE_TARGET, "That incident could not be found. Choose another one.");
    const refused = refusalOfMerge(app, record.incident, target.incident, userId);
    if (refused) return fieldError(MERGE_TARGET, refused);
    const notAllowed = await whyNotDecide(app, record.incident.id, userId);
    if (notAllowed) return fieldError(MERGE_TARGET, notAllowed);
    const answer = { decision: "merge", mergeInto: target.incident.id, via: wayOf(context.inputs) } as const;
    const lost = await decide(app, executionId, record, metadataOf(context).questionTs, userId, answer);
    return lost ? fieldError(MERGE_TARGET, lost) : undefined;
  } catch (thrown) {
    return fieldError(MERGE_TARGET, problemOf(thrown));
  }
}

export async function submitDismiss(context: ViewSubmissionContext<Inputs>) {
  const app = openAppForClick(context);
  const userId = context.body.user.id;
  const executionId = context.body.function_data.execution_id;
  try {
    const record = await decidable(app, context.inputs.incident_id, executionId, metadataOf(context).questionTs);
    if (typeof record === "string") return fieldError(DISMISS_REASON, record);
    const refused = await whyNotDecide(app, record.incident.id, userId);
    if (refused) return fieldError(DISMISS_REASON, refused);
    const answer = { ...dismissalIn(context.view), via: wayOf(context.inputs) };
    const lost = await decide(app, executionId, record, metadataOf(context).questionTs, userId, answer);
    return lost ? fieldError(DISMISS_REASON, lost) : undefined;
  } catch (thrown) {
    return fieldError(DISMISS_REASON, problemOf(thrown));
  }
}

export interface Answer {
  readonly decision: PersonsDecision["decision"];
  readonly via: DecisionWay;
  readonly reason?: DismissReason;
  readonly note?: string;
  readonly mergeInto?: string;
  readonly dismissAlertIds?: readonly string[];
}

/**
 * Takes the buttons away, then completes the step: that can happen once, so the first press wins. Whoever won tells the
 * companion too, so that the decision is known even if the next step dies. The step's token is dead after completing.
 * @returns a sentence for the person where somebody else was first
 */
export async function decide(
  app: App,
  executionId: string,
  record: IncidentRecord,
  questionTs: string,
  userId: string,
  answer: Answer,
): Promise<string | undefined> {
  const by = await personOf(app.slack, userId);
  const decision: PersonsDecision = {
    id: executionId,
    incidentId: record.incident.id,
    by,
    at: app.now,
    note: "",
    ...answer,
  };
  const question = { channel: record.channelId, ts: questionTs || record.questionTs };
  const text = `${plainName(by.name)} decided.`;
  await mayCall(app.slack, "chat.update", { ...question, text, blocks: recordingBlocks(answer.decision, userId) });
  const place = placeOf(record);
  const outputs = { ...outputsOf(decision), question_ts: question.ts };
  const completion = await completeStep(app.slack, executionId, outputs);
  if (completion === "taken") return TAKEN;
  if (completion === "failed") {
    await mayCall(app.slack, "chat.update", { ...question, ...(await drawQuestion(app, record)) });
    return "Slack did not take the answer, so nothing was decided. Press again in a moment.";
  }
  // The token died with the step, so what the companion cannot be told now is left to the next step.
  await app.companion.call("decide", { phase: "decided", decision, ...(place ? { place } : {}) });
  return undefined;
}

const TAKEN =
  "Somebody else was a moment earlier, and the channel says what was decided. If it does not, press *Buttons not working?* on the card.";

function outputsOf(decision: PersonsDecision): Record<string, string> {
  return {
    incident_id: decision.incidentId,
    decision_id: decision.id,
    decision: decision.decision,
    decided_by: decision.by.slackUserId,
    decided_at: toIso(decision.at),
    via: decision.via ?? "",
    reason: decision.reason ?? "",
    note: decision.note,
    merge_into: decision.mergeInto ?? "",
    dismiss_alert_ids: decision.dismissAlertIds ? JSON.stringify(decision.dismissAlertIds) : "",
  };
}

/** The record, if this question may still decide; else a sentence that says why not. */
async function decidable(
  app: App,
  incidentId: string,
  executionId: string,
  questionTs: string,
): Promise<IncidentRecord | string> {
  const record = await readIncident(app.slack, incidentId);
  if (!record) return "The record of this incident could not be found. Ask whoever looks after Pager Triage.";
  if (record.incident.status !== "triage") return refusalSentence("already_decided", record);
  // A read may be older than the question itself; only a question that was asked later supersedes this one.
  if (record.questionExecutionId !== executionId && Number(record.questionTs) > Number(questionTs)) {
    return "This question was asked again further down. Use the buttons there.";
  }
  return record;
}

function refusalOfMerge(app: App, incident: Incident, target: Incident, userId: string): string | undefined {
  const by = { slackUserId: userId, name: userId };
  const outcome = transition(incident, { type: "merge", by, at: app.now, target });
  return outcome.ok ? undefined : refusalSentence(outcome.refusal);
}

/** @returns the view's id; undefined where it did not open, which the person was told */
async function openView(
  app: App,
  here: Press["here"],
  userId: string,
  pointer: string,
  view: unknown,
): Promise<string | undefined> {
  const opened = await app.slack.call("views.open", { interactivity_pointer: pointer, view });
  if (opened.ok) return textOf(recordOf(opened["view"])["id"]);
  await tellThere(app, here, userId, "The form could not open in time. Press again.");
  return undefined;
}

/** Nobody fills in a form in vain: who may not decide is told so instead of asked. */
async function mayPress(
  app: App,
  record: IncidentRecord | string,
  userId: string,
): Promise<{ readonly ok: true; readonly record: IncidentRecord } | { readonly ok: false; readonly why: string }> {
  if (typeof record === "string") return { ok: false, why: record };
  const why = await whyNotDecide(app, record.incident.id, userId);
  return why === undefined ? { ok: true, record } : { ok: false, why };
}

type Press = ReturnType<typeof pressOf>;

async function guarded(app: App, here: Press["here"], user: string, work: () => Promise<unknown>): Promise<void> {
  try {
    const lost = await work();
    if (typeof lost === "string") await tellThere(app, here, user, lost);
  } catch (thrown) {
    await tellThere(app, here, user, `That did not work. ${problemOf(thrown)} Press again in a moment.`);
  }
}

function pressOf(context: ActionContext<Inputs>) {
  const body = recordOf(context.body);
  const container = recordOf(body["container"]);
  return {
    here: placeOfPress(body),
    messageTs: textOf(recordOf(body["message"])["ts"]) || textOf(container["message_ts"]),
    userId: context.body.user.id,
    pointer: context.body.interactivity.interactivity_pointer,
  };
}

function valueOf(context: ViewSubmissionContext<Inputs>, id: string): Readonly<Record<string, unknown>> {
  return recordOf(recordOf(recordOf(recordOf(context.view.state)["values"])[id])[id]);
}

function metadataOf(context: ViewSubmissionContext<Inputs>): { readonly questionTs: string } {
  return { questionTs: textOf(recordOf(safeJson(textOf(context.view.private_metadata)))["questionTs"]) };
}

function fieldError(block: string, sentence: string) {
  return { response_action: "errors" as const, errors: { [block]: sentence } };
}
