import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { ViewClosedContext, ViewSubmissionContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import { isOpen } from "../../core/incident.ts";
import { REOPEN_CHOICES, type ReopenChoice } from "../../core/protocol.ts";
import { toIso } from "../../core/time.ts";
import { ATTACHED, shownIds, tickedIds } from "../shared/alert_choices.ts";
import { openApp, openAppForClick, problemOf } from "../shared/app.ts";
import { completeStep, completing } from "../shared/completion.ts";
import { whyNotDecide } from "../shared/deciders.ts";
import { readIncident } from "../shared/incidents.ts";
import { personOf, safeJson } from "../shared/people.ts";
import { OPEN_FORM, openFromMessage, openPressedForm, type PressedForm } from "../shared/pressed_form.ts";
import { recordOf, textOf } from "../shared/slack.ts";
import { IN_PAGERDUTY, sentenceView, UNDO_VIEW } from "./blocks.ts";
import { FillUndoFormDefinition } from "./definition.ts";
import { formFor } from "./form.ts";

type Inputs = { incident_id: string; user_id: string };

const FORM: PressedForm = { waiting: sentenceView("Looking up what this would do…"), viewFor: formFor };

export default SlackFunction(
  FillUndoFormDefinition,
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
  .addViewSubmissionHandler(UNDO_VIEW, submit)
  .addViewClosedHandler(UNDO_VIEW, close);

const NOTHING = {
  incident_id: "",
  command: "none",
  done_by: "",
  done_at: "",
  request_id: "",
  in_pagerduty: "leave",
  alerts: "[]",
};

async function submit(context: ViewSubmissionContext<Inputs>) {
  const app = openAppForClick(context);
  const executionId = context.body.function_data.execution_id;
  const userId = context.body.user.id;
  const instead = (sentence: string) => ({ response_action: "update" as const, view: sentenceView(sentence) });
  try {
    const record = await readIncident(app.slack, context.inputs.incident_id);
    if (!record) return instead("That incident could not be found. It may be older than what Slack keeps.");
    const refused = await whyNotDecide(app, record.incident.id, userId);
    if (refused) return instead(refused);
    const { status } = record.incident;
    if (status !== recordOf(safeJson(textOf(context.view.private_metadata)))["status"]) {
      return instead("This changed while the form was open: somebody else was a moment earlier. Look at the card.");
    }
    const values = recordOf(recordOf(context.view.state)["values"]);
    const alerts = tickedIds(values);
    const wrong = isOpen(record.incident) ? problemOfTicks(alerts, shownIds(context.view.blocks)) : undefined;
    if (wrong) return { response_action: "errors" as const, errors: { [`${ATTACHED}:0`]: wrong } };
    const by = await personOf(app.slack, userId);
    const command = isOpen(record.incident) ? "detach" : status === "resolved" ? "reopen" : "undo";
    const inPagerduty = choiceIn(values);
    const completion = await completeStep(app.slack, executionId, {
      incident_id: record.incident.id,
      command,
      done_by: userId,
      done_at: toIso(app.now),
      request_id: executionId,
      in_pagerduty: inPagerduty,
      alerts: JSON.stringify(alerts),
    });
    // The next step may die before it does anything: then the companion has it done.
    if (completion === "completed") {
      const { id: incidentId } = record.incident;
      const asked = { phase: "asked", requestId: executionId, incidentId, by, at: app.now } as const;
      if (command === "detach") await app.companion.call("detach", { ...asked, alertIds: alerts });
      else {
        const decisionId = command === "undo" ? record.decisionId : "";
        await app.companion.call("undo", { ...asked, command, decisionId, inPagerduty });
      }
    }
    // A second click on the same button changes nothing: the form closes as it did for the first.
    if (completion !== "failed") return undefined;
    return instead("Slack did not take the form, so nothing was changed. Press the button on the card again.");
  } catch (thrown) {
    return instead(`That did not work. ${problemOf(thrown)} Press the button again.`);
  }
}

/** An incident without any alert would be about nothing. */
function problemOfTicks(ticked: readonly string[], shown: readonly string[]): string | undefined {
  if (ticked.length === 0) return "Tick at least one.";
  return ticked.length === shown.length
    ? "Leave at least one; to be rid of all of them, dismiss the incident."
    : undefined;
}

function choiceIn(values: Readonly<Record<string, unknown>>): ReopenChoice {
  const selected = recordOf(recordOf(recordOf(values[IN_PAGERDUTY])[IN_PAGERDUTY])["selected_option"]);
  return REOPEN_CHOICES.find((choice) => choice === selected["value"]) ?? "leave";
}

/** A form that nobody sends ends its run; otherwise the run would wait for ever. */
async function close(context: ViewClosedContext<Inputs>): Promise<void> {
  const app = openAppForClick(context);
  const execution = context.body.function_data.execution_id;
  await completeStep(app.slack, execution, NOTHING);
}
