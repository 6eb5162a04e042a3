import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { STALE_READ_MS } from "../../core/assumptions.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { ANSWER_BLOCK } from "../shared/apply_decision.ts";
import { completing } from "../shared/completion.ts";
import { context as contextBlock } from "../shared/card.ts";
import { blocksOf, messageAt } from "../shared/history.ts";
import {
  awaitIncident,
  type IncidentRecord,
  readIncident,
  saveRecord,
  settleRecord,
  whereOf,
} from "../shared/incidents.ts";
import { inLivingChannel } from "../shared/living_channel.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { giveThread } from "../shared/storm_thread.ts";
import { tellPerson } from "../shared/tell_person.ts";
import { mayCall, mustCall, textOf } from "../shared/slack.ts";
import { create, openDismissForm, openMergePicker, submitDismiss, submitMerge, suggestTargets } from "./actions.ts";
import { CREATE, DISMISS, DISMISS_VIEW, MERGE, MERGE_TARGET, MERGE_VIEW } from "./blocks.ts";
import { publish } from "../shared/publish.ts";
import { AskForTriageDecisionDefinition } from "./definition.ts";
import { drawQuestion } from "./question.ts";

const NOTHING_TO_DECIDE = {
  decision_id: "",
  decision: "none",
  decided_by: "",
  decided_at: "",
  via: "",
  reason: "",
  note: "",
  merge_into: "",
  dismiss_alert_ids: "",
  question_ts: "",
};

export default SlackFunction(
  AskForTriageDecisionDefinition,
  completing(async (context) => {
    const incidentId = context.inputs.incident_id;
    try {
      const app = openApp(context);
      const record = incidentId === "" ? undefined : await awaitIncident(app, incidentId);
      if (!record || record.incident.status !== "triage" || record.channelId === "") {
        if (record && context.inputs.asked_by) await tellDecided(app, record, context.inputs.asked_by);
        return { outputs: { incident_id: "", ...NOTHING_TO_DECIDE } };
      }
      const here = await giveThread(app, await inLivingChannel(app, record));
      if (!(await ask(app, here, context.event.function_execution_id))) {
        return { outputs: { incident_id: "", ...NOTHING_TO_DECIDE } };
      }
      // The run that was to post it died half way.
      if (here.cardTs === "") await publish(app, here);
      // The step stays open until a press completes it: completing can happen once, and that is the lock.
      return { completed: false };
    } catch (thrown) {
      return { error: `The question could not be asked. ${problemOf(thrown)}` };
    }
  }),
)
  .addBlockActionsHandler(CREATE, create)
  .addBlockActionsHandler(MERGE, openMergePicker)
  .addBlockActionsHandler(DISMISS, openDismissForm)
  .addBlockSuggestionHandler(MERGE_TARGET, suggestTargets)
  .addViewSubmissionHandler(MERGE_VIEW, submitMerge)
  .addViewSubmissionHandler(DISMISS_VIEW, submitDismiss);

/** Whoever asks for the question is owed a word where there is none any more. */
async function tellDecided(app: App, record: IncidentRecord, user: string): Promise<void> {
  if (record.incident.status !== "triage")
    await tellPerson(app, record, user, refusalSentence("already_decided", record));
}

/** @returns whether the question is the one to answer: of two that are asked at once the later one stays */
async function ask(app: App, before: IncidentRecord, executionId: string): Promise<boolean> {
  const posted = await mustCall(app.slack, "chat.postMessage", {
    ...whereOf(before),
    ...(await drawQuestion(app, before)),
  });
  // Drawing and posting took a while, in which somebody else may have asked or decided.
  const record = (await readIncident(app.slack, before.incident.id)) ?? before;
  const question = { questionTs: textOf(posted["ts"]), questionExecutionId: executionId };
  const after = await saveRecord(app, record, question);
  await retireQuestion(app, record, record.questionTs);
  await app.pause(STALE_READ_MS);
  const latest = await settleRecord(app, after);
  const isDecided = latest.incident.status !== "triage";
  if (isDecided || Number(latest.questionTs) > Number(question.questionTs)) {
    await retireQuestion(app, record, question.questionTs);
    return false;
  }
  if (latest.questionTs !== question.questionTs) {
    // An earlier question was written down after this one.
    await saveRecord(app, latest, question);
    await retireQuestion(app, record, latest.questionTs);
  }
  return true;
}

/**
 * A newer question supersedes the older one, whose buttons may be dead or would decide a second time. What was answered
 * and taken back stays to be read.
 */
async function retireQuestion(app: App, record: IncidentRecord, ts: string): Promise<void> {
  if (ts === "") return;
  const message = await messageAt(app.slack, whereOf(record), ts);
  const answer = message && blocksOf(message).find((block) => block["block_id"] === ANSWER_BLOCK);
  const blocks = answer
    ? [answer, contextBlock("Taken back since, and asked again below.")]
    : [contextBlock("*Is this an incident?* Asked again below; these buttons were taken away.")];
  await mayCall(app.slack, "chat.update", { channel: record.channelId, ts, text: "Asked again below.", blocks });
}
