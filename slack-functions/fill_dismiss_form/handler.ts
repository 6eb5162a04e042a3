import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { ViewClosedContext, ViewSubmissionContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import { decide } from "../ask_for_triage_decision/actions.ts";
import { DISMISS_REASON, DISMISS_VIEW, dismissView, recordingBlocks } from "../ask_for_triage_decision/blocks.ts";
import { dismissalIn, dismissalOf } from "../ask_for_triage_decision/dismissal.ts";
import { type App, openApp, openAppForClick, problemOf } from "../shared/app.ts";
import { type Block, context as contextBlock, section } from "../shared/card.ts";
import { whyNotDecide } from "../shared/deciders.ts";
import { completeStep, completing } from "../shared/completion.ts";
import {
  awaitIncident,
  type IncidentRecord,
  saveRecord,
  settleRecord,
  sharesChannel,
  whereOf,
} from "../shared/incidents.ts";
import { escapeText } from "../shared/mrkdwn.ts";
import { OPEN_FORM, openFromMessage, openPressedForm, type PressedForm } from "../shared/pressed_form.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { mayCall, mustCall, textOf } from "../shared/slack.ts";
import { messageView } from "../shared/views.ts";
import { FillDismissFormDefinition } from "./definition.ts";

type Inputs = { incident_id: string; user_id: string };

const FORM: PressedForm = { waiting: sentenceView("Looking up what this ends…"), viewFor: formFor };

const NOTHING = {
  incident_id: "",
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

/** Dismisses a triage from outside its question, for instance from a card whose alerts PagerDuty resolved by itself. */
export default SlackFunction(
  FillDismissFormDefinition,
  completing(async (context) => {
    try {
      await openPressedForm(openApp(context), FORM, context.inputs);
      return { completed: false };
    } catch (thrown) {
      return { error: `The form could not be opened. ${problemOf(thrown)} Press the button again.` };
    }
  }),
)
  .addBlockActionsHandler(OPEN_FORM, openFromMessage(FORM))
  .addViewSubmissionHandler(DISMISS_VIEW, submit)
  .addViewClosedHandler(DISMISS_VIEW, close);

async function formFor(app: App, incidentId: string, userId: string): Promise<Block> {
  const record = await awaitIncident(app, incidentId);
  if (!record) return sentenceView("That incident could not be found. It may be older than what Slack keeps.");
  if (record.incident.status !== "triage") return sentenceView(escapeText(refusalSentence("already_decided", record)));
  const refused = await whyNotDecide(app, incidentId, userId);
  if (refused) return sentenceView(refused);
  const view = dismissView(await dismissalOf(app, record), record.channelId, record.questionTs, sharesChannel(record));
  return { ...view, notify_on_close: true };
}

function sentenceView(sentence: string): Block {
  return messageView("Not an incident", sentence, { callback_id: DISMISS_VIEW, notify_on_close: true });
}

async function submit(context: ViewSubmissionContext<Inputs>) {
  const app = openAppForClick(context);
  const userId = context.body.user.id;
  const executionId = context.body.function_data.execution_id;
  try {
    // A question that was only just posted may not show on the record yet, and its buttons are to go.
    const record = await awaitIncident(app, context.inputs.incident_id, ({ questionTs }) => questionTs !== "");
    if (!record) return fieldError("That incident could not be found. It may be older than what Slack keeps.");
    if (record.incident.status !== "triage") return fieldError(refusalSentence("already_decided", record));
    const refused = await whyNotDecide(app, record.incident.id, userId);
    if (refused) return fieldError(refused);
    const own = await takeOver(app, record, executionId, userId);
    const lost = await decide(app, executionId, own, own.questionTs, userId, {
      ...dismissalIn(context.view),
      via: "dismiss_button",
    });
    return lost ? fieldError(lost) : undefined;
  } catch (thrown) {
    return fieldError(problemOf(thrown));
  }
}

/**
 * Takes the right to decide from the question: a newer message with this execution behind it supersedes it, and its
 * buttons go. Whoever pressed one of them at the same moment is settled by the companion, where the first decision stands.
 */
async function takeOver(
  app: App,
  record: IncidentRecord,
  executionId: string,
  userId: string,
): Promise<IncidentRecord> {
  const posted = await mustCall(app.slack, "chat.postMessage", {
    ...whereOf(record),
    text: "Not an incident.",
    blocks: recordingBlocks("dismiss", userId),
  });
  const question = { questionTs: textOf(posted["ts"]), questionExecutionId: executionId };
  const after = await saveRecord(app, record, question);
  if (record.questionTs !== "") {
    const text = "*Is this an incident?*";
    const blocks = [section(text), contextBlock("Answered below; these buttons were taken away.")];
    await mayCall(app.slack, "chat.update", { channel: record.channelId, ts: record.questionTs, text, blocks });
  }
  await settleRecord(app, after);
  return after;
}

/** A form that nobody sends ends its run; otherwise the run would wait for ever. */
async function close(context: ViewClosedContext<Inputs>): Promise<void> {
  const app = openAppForClick(context);
  const execution = context.body.function_data.execution_id;
  await completeStep(app.slack, execution, NOTHING);
}

function fieldError(sentence: string) {
  return { response_action: "errors" as const, errors: { [DISMISS_REASON]: sentence } };
}
