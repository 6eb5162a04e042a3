import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { Alert } from "../../core/alert.ts";
import { readAlerts } from "../shared/alerts.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { context as contextBlock, section } from "../shared/card.ts";
import { awaitIncident, type IncidentRecord, saveRecord, settleRecord, whereOf } from "../shared/incidents.ts";
import { pressLine } from "../shared/paging_text.ts";
import { userIdByEmail } from "../shared/people.ts";
import { mayCall, mustCall, textOf } from "../shared/slack.ts";
import { create, openDismissForm, openMergePicker, submitDismiss, submitMerge, suggestTargets } from "./actions.ts";
import {
  CREATE,
  DISMISS,
  DISMISS_VIEW,
  MERGE,
  MERGE_TARGET,
  MERGE_VIEW,
  questionBlocks,
  questionText,
} from "./blocks.ts";
import { AskForTriageDecisionDefinition } from "./definition.ts";

const NOTHING_TO_DECIDE = {
  decision_id: "",
  decision: "none",
  decided_by: "",
  decided_at: "",
  reason: "",
  note: "",
  merge_into: "",
  question_ts: "",
};

export default SlackFunction(AskForTriageDecisionDefinition, async (context) => {
  const incidentId = context.inputs.incident_id;
  try {
    const app = openApp(context);
    const record = incidentId === "" ? undefined : await awaitIncident(app, incidentId);
    if (!record || record.incident.status !== "triage" || record.channelId === "") {
      return { outputs: { incident_id: "", ...NOTHING_TO_DECIDE } };
    }
    await ask(app, record, context.event.function_execution_id);
    // The step stays open until a press completes it: completing can happen once, and that is the lock.
    return { completed: false };
  } catch (thrown) {
    return { error: `The question could not be asked. ${problemOf(thrown)}` };
  }
})
  .addBlockActionsHandler(CREATE, create)
  .addBlockActionsHandler(MERGE, openMergePicker)
  .addBlockActionsHandler(DISMISS, openDismissForm)
  .addBlockSuggestionHandler(MERGE_TARGET, suggestTargets)
  .addViewSubmissionHandler(MERGE_VIEW, submitMerge)
  .addViewSubmissionHandler(DISMISS_VIEW, submitDismiss);

async function ask(app: App, record: IncidentRecord, executionId: string): Promise<void> {
  const alerts = await attachedAlerts(app, record);
  const onCall = await onCallUsers(app, alerts);
  const posted = await mustCall(app.slack, "chat.postMessage", {
    ...whereOf(record),
    text: questionText(record.incident),
    blocks: questionBlocks(onCall, pressLine(alerts)),
  });
  const question = { questionTs: textOf(posted["ts"]), questionExecutionId: executionId };
  const after = await saveRecord(app, record, question);
  if (record.questionTs !== "") await retireQuestion(app, record);
  await settleRecord(app, after);
}

async function attachedAlerts(app: App, record: IncidentRecord): Promise<Alert[]> {
  const stored = await readAlerts(app.slack, record.alertIds);
  return stored.map(({ alert }) => alert).filter((alert) => alert.relation === "attached");
}

async function onCallUsers(app: App, alerts: readonly Alert[]): Promise<string[]> {
  const emails = new Set(
    alerts
      .filter((alert) => alert.status === "triggered")
      .flatMap((alert) => alert.paged.map((person) => person.email)),
  );
  const users = await Promise.all([...emails].map((email) => userIdByEmail(app.slack, email)));
  return [...new Set(users.filter((user) => user !== undefined))];
}

/** A newer question supersedes the older one, whose buttons may be dead or would decide a second time. */
async function retireQuestion(app: App, before: IncidentRecord): Promise<void> {
  await mayCall(app.slack, "chat.update", {
    channel: before.channelId,
    ts: before.questionTs,
    text: "Asked again below.",
    blocks: [section("*Is this an incident?*"), contextBlock("Asked again below; these buttons were taken away.")],
  });
}
