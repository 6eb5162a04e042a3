import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { ActionContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import { isOpen } from "../../core/incident.ts";
import { toIso } from "../../core/time.ts";
import { awaitAlert, writeOfferTs } from "../shared/alerts.ts";
import { type App, openApp, openAppForClick, problemOf } from "../shared/app.ts";
import { awaitIncident, placeOf, saveRecord } from "../shared/incidents.ts";
import { mayDecide } from "../shared/people.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { mayCall, mustCall, recordOf, SlackProblem, textOf } from "../shared/slack.ts";
import { answeredBlocks, ATTACH, KEEP_SEPARATE, offerBlocks, offerText } from "./blocks.ts";
import { OfferLaterAlertDefinition } from "./definition.ts";

export default SlackFunction(OfferLaterAlertDefinition, async (context) => {
  const { incident_id, alert_id } = context.inputs;
  const nothing = { incident_id, alert_id: "", answer: "none", answered_by: "", answered_at: "" };
  if (alert_id === "") return { outputs: nothing };
  try {
    const asked = await offer(openApp(context), context.inputs);
    // The step stays open until a press completes it.
    return asked ? { completed: false } : { outputs: nothing };
  } catch (thrown) {
    return { error: `A later alert could not be offered. ${problemOf(thrown)} It will be offered again.` };
  }
})
  .addBlockActionsHandler(ATTACH, (context) => answer(context, ATTACH))
  .addBlockActionsHandler(KEEP_SEPARATE, (context) => answer(context, KEEP_SEPARATE));

interface Inputs {
  readonly incident_id: string;
  readonly alert_id: string;
  readonly delivery_id?: string;
  readonly sequence?: string;
}

/** @returns whether the offer was posted by this run, and its buttons are this run's */
async function offer(app: App, inputs: Inputs): Promise<boolean> {
  const [record, stored] = await Promise.all([
    awaitIncident(app, inputs.incident_id),
    awaitAlert(app, inputs.alert_id),
  ]);
  if (!record || !stored) throw new SlackProblem("The incident or the alert is not on record yet.");
  const isNew = stored.offerTs === "";
  if (isNew) {
    const posted = await mustCall(app.slack, "chat.postMessage", {
      channel: record.channelId,
      thread_ts: record.cardTs,
      text: offerText(stored.alert),
      blocks: offerBlocks(stored.alert),
      unfurl_links: false,
      unfurl_media: false,
    });
    await writeOfferTs(app, stored, textOf(posted["ts"]));
  }
  if (inputs.delivery_id) {
    await saveRecord(app, record, { sequence: Math.max(record.sequence, Number(inputs.sequence) || 0) });
    const place = placeOf(record);
    await app.companion.call("confirm", {
      deliveryId: inputs.delivery_id,
      incidentId: record.incident.id,
      outcome: isNew ? "applied" : "already_applied",
      ...(place ? { place } : {}),
    });
  }
  return isNew;
}

type Answer = typeof ATTACH | typeof KEEP_SEPARATE;

/** Takes the buttons away, then completes the step: the first press wins. */
async function answer(context: ActionContext<Inputs>, pressed: Answer): Promise<void> {
  const app = openAppForClick(context);
  const { incident_id, alert_id } = context.inputs;
  const userId = context.body.user.id;
  const channel = textOf(recordOf(context.body.channel)["id"]);
  const tell = (text: string) => mayCall(app.slack, "chat.postEphemeral", { channel, user: userId, text });
  try {
    const [record, stored] = await Promise.all([awaitIncident(app, incident_id), awaitAlert(app, alert_id)]);
    if (!record || !stored) throw new SlackProblem("The incident or the alert is not on record.");
    if (!isOpen(record.incident)) return void (await tell(refusalSentence("closed", record)));
    if (!(await mayDecide(app.slack, userId, app.teamId))) {
      return void (await tell("Only full members of this workspace can answer. Ask one of them to press for you."));
    }
    const ts = textOf(recordOf(context.body.message)["ts"]) || stored.offerTs;
    const text = `${offerText(stored.alert)} Answered.`;
    await mayCall(app.slack, "chat.update", {
      channel,
      ts,
      text,
      blocks: answeredBlocks(stored.alert, pressed, userId),
    });
    await app.slack.call("functions.completeSuccess", {
      function_execution_id: context.body.function_data.execution_id,
      outputs: { incident_id, alert_id, answer: pressed, answered_by: userId, answered_at: toIso(app.now) },
    });
  } catch (thrown) {
    await tell(`That did not work. ${problemOf(thrown)} Press again in a moment.`);
  }
}
