import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { ViewClosedContext, ViewSubmissionContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import type { Alert } from "../../core/alert.ts";
import { isOpen } from "../../core/incident.ts";
import { toIso } from "../../core/time.ts";
import { readAlerts } from "../shared/alerts.ts";
import { shownIds, tickedIds } from "../shared/alert_choices.ts";
import { type App, openApp, openAppForClick, problemOf } from "../shared/app.ts";
import type { Block } from "../shared/card.ts";
import { completeStep, completing } from "../shared/completion.ts";
import { whyNotDecide } from "../shared/deciders.ts";
import { alertIdsOf, awaitIncident, type IncidentRecord, placeOf, readIncident } from "../shared/incidents.ts";
import { personOf } from "../shared/people.ts";
import { OPEN_FORM, openFromMessage, openPressedForm, type PressedForm } from "../shared/pressed_form.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { recordOf, textOf } from "../shared/slack.ts";
import { messageView } from "../shared/views.ts";
import { RESOLVE_VIEW, resolveView, RETRY_VIEW, retryView, SUMMARY } from "./blocks.ts";
import { FillResolveFormDefinition } from "./definition.ts";

type Inputs = { incident_id: string; user_id: string };

const FORM: PressedForm = { waiting: sentence("Looking up the alerts…"), viewFor: formFor };

export default SlackFunction(
  FillResolveFormDefinition,
  completing(async (context) => {
    try {
      await openPressedForm(openApp(context), FORM, context.inputs);
      return { completed: false };
    } catch (thrown) {
      return { error: `The resolve form could not be opened. ${problemOf(thrown)} Press Resolve again.` };
    }
  }),
)
  .addBlockActionsHandler(OPEN_FORM, openFromMessage(FORM))
  .addViewSubmissionHandler(RESOLVE_VIEW, submit)
  .addViewSubmissionHandler(RETRY_VIEW, submitRetry)
  .addViewClosedHandler(RESOLVE_VIEW, close)
  .addViewClosedHandler(RETRY_VIEW, close);

/** The resolve form's place, with one sentence and nothing to send. */
function sentence(text: string): Block {
  return messageView("Resolve incident", text, { callback_id: RESOLVE_VIEW, notify_on_close: true });
}

const CLOSED = {
  incident_id: "",
  resolved_by: "",
  resolved_at: "",
  request_id: "",
  ticked_alerts: "[]",
  unticked_alerts: "[]",
  summary: "",
  try_again: "",
};

async function formFor(app: App, incidentId: string, userId: string): Promise<Block> {
  const record = await awaitIncident(app, incidentId, ({ incident }) => incident.status === "active");
  if (!record) return sentence("That incident could not be found. It may be older than what Slack keeps.");
  if (record.incident.status === "triage") return sentence(refusalSentence("not_decided_yet"));
  const refused = await whyNotDecide(app, incidentId, userId);
  if (refused) return sentence(refused);
  const { alerts, note } = await alertsOf(app, record);
  if (record.incident.status !== "active") {
    const failed = alerts.filter(({ relation, closing }) => relation === "attached" && closing.state === "failed");
    return failed.length > 0 ? retryView(record.incident, failed) : sentence(refusalSentence("closed"));
  }
  return resolveView(record.incident, alerts, note, await personOf(app.slack, userId));
}

/** The companion knows best which alerts belong to the incident; without it the card's own list must do. */
async function alertsOf(app: App, record: IncidentRecord): Promise<{ alerts: readonly Alert[]; note: string }> {
  const outcome = await app.companion.call("alerts", { incidentId: record.incident.id });
  if (outcome.ok) return { alerts: outcome.answer.alerts, note: "" };
  const stored = await readAlerts(app.slack, alertIdsOf(record));
  const own = stored.filter(({ incidentId }) => incidentId === record.incident.id).map(({ alert }) => alert);
  return {
    alerts: own,
    note: ":warning: The companion cannot be reached: the list may be a moment old, and PagerDuty is told when it is back.",
  };
}

async function submit(context: ViewSubmissionContext<Inputs>) {
  const app = openAppForClick(context);
  const executionId = context.body.function_data.execution_id;
  const values = recordOf(recordOf(context.view.state)["values"]);
  const shown = shownIds(context.view.blocks);
  const ticked = tickedIds(values);
  try {
    const record = await readIncident(app.slack, context.inputs.incident_id);
    if (!record || !isOpen(record.incident)) return fieldError(refusalSentence("closed", record));
    // Whoever sends the form need not be whom the trigger's input named when it was opened.
    const refused = await whyNotDecide(app, record.incident.id, context.body.user.id);
    if (refused) return fieldError(refused);
    const by = await personOf(app.slack, context.body.user.id);
    const unticked = shown.filter((id) => !ticked.includes(id));
    const summary = textOf(recordOf(recordOf(values[SUMMARY])[SUMMARY])["value"]);
    const completion = await completeStep(app.slack, executionId, {
      incident_id: record.incident.id,
      resolved_by: context.body.user.id,
      resolved_at: toIso(app.now),
      request_id: executionId,
      ticked_alerts: JSON.stringify(ticked),
      unticked_alerts: JSON.stringify(unticked),
      summary,
      try_again: "",
    });
    // The next step may die before it does anything. What the companion cannot be told now is left to that one.
    if (completion === "completed") {
      const asked = { requestId: executionId, incidentId: record.incident.id, by, at: app.now, summary };
      const place = placeOf(record);
      await app.companion.call("resolve", {
        ...asked,
        resolveAlertIds: ticked,
        setAsideAlertIds: unticked,
        ...(place ? { place } : {}),
      });
    }
    // A second click on the same button is no second resolve: the form closes as it did for the first.
    return completion === "failed" ? fieldError(NOT_TAKEN) : undefined;
  } catch (thrown) {
    return fieldError(problemOf(thrown));
  }
}

/** Asks PagerDuty once more; the next step does it, since this one's token ends with it. */
async function submitRetry(context: ViewSubmissionContext<Inputs>) {
  const app = openAppForClick(context);
  const executionId = context.body.function_data.execution_id;
  const userId = context.body.user.id;
  const instead = (text: string) => ({ response_action: "update" as const, view: sentence(text) });
  try {
    const refused = await whyNotDecide(app, context.inputs.incident_id, userId);
    if (refused) return instead(refused);
    const completion = await completeStep(app.slack, executionId, {
      ...CLOSED,
      incident_id: context.inputs.incident_id,
      resolved_by: userId,
      resolved_at: toIso(app.now),
      request_id: executionId,
      try_again: "yes",
    });
    return completion === "failed" ? instead(NOT_TAKEN) : undefined;
  } catch (thrown) {
    return instead(problemOf(thrown));
  }
}

const NOT_TAKEN = "Slack did not take the form, so nothing was resolved. Press Resolve again in a moment.";

/** A form that nobody sends ends its run; otherwise the run would wait for ever. */
async function close(context: ViewClosedContext<Inputs>): Promise<void> {
  const app = openAppForClick(context);
  const execution = context.body.function_data.execution_id;
  await completeStep(app.slack, execution, CLOSED);
}

function fieldError(sentence: string) {
  return { response_action: "errors" as const, errors: { [SUMMARY]: sentence } };
}
