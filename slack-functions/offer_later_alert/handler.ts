import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { awaitAlerts } from "../shared/alerts.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { type IncidentRecord, idsIn, placeOf, saveRecord } from "../shared/incidents.ts";
import { retireOffer } from "../shared/later_alerts.ts";
import { mustCall, SlackProblem, textOf } from "../shared/slack.ts";
import { answerAll, answerOne, awaitOffered, type Inputs, keepOneSeparate } from "./actions.ts";
import {
  ANSWER_ONE,
  ATTACH,
  KEEP_ONE_SEPARATE,
  KEEP_SEPARATE,
  type Offer,
  offerBlocks,
  offerText,
  SET_ASIDE,
} from "./blocks.ts";
import { OfferLaterAlertDefinition } from "./definition.ts";

const NOTHING_ANSWERED = {
  alert_ids: "[]",
  shown_alert_ids: "[]",
  offer_ts: "",
  up_to: "0",
  answer: "none",
  answered_by: "",
  answered_at: "",
};

export default SlackFunction(
  OfferLaterAlertDefinition,
  completing(async (context) => {
    const { incident_id, alert_ids } = context.inputs;
    const nothing = { incident_id, ...NOTHING_ANSWERED };
    if (idsIn(alert_ids).length === 0) return { outputs: nothing };
    try {
      const asked = await offer(openApp(context), context.inputs);
      // The step stays open until everything is answered.
      return asked ? { completed: false } : { outputs: nothing };
    } catch (thrown) {
      return { error: `Later alerts could not be offered. ${problemOf(thrown)} They will be offered again.` };
    }
  }),
)
  .addBlockActionsHandler(ATTACH, (context) => answerAll(context, "attach"))
  .addBlockActionsHandler(KEEP_SEPARATE, (context) => answerAll(context, "keep_separate"))
  .addBlockActionsHandler(SET_ASIDE, (context) => answerAll(context, "set_aside"))
  .addBlockActionsHandler(ANSWER_ONE, answerOne)
  .addBlockActionsHandler(KEEP_ONE_SEPARATE, keepOneSeparate);

/**
 * One message tells of everything that waits; a newer one takes the place of an older one, whose buttons are taken away.
 * @returns whether the offer was posted by this run, and its buttons are this run's
 */
async function offer(app: App, inputs: Inputs): Promise<boolean> {
  const ids = idsIn(inputs.alert_ids);
  const [record, alerts] = await Promise.all([awaitOffered(app, inputs), awaitAlerts(app, ids)]);
  if (!record || alerts.length === 0) throw new SlackProblem("The incident or the alerts are not on record yet.");
  const upTo = Number(inputs.up_to) || 0;
  const isNew = upTo > record.offerUpTo;
  const patch = isNew ? { offerTs: await post(app, record, alerts), offerUpTo: upTo } : {};
  if (isNew) await retireOffer(app, record, "More came since; the newest message below asks about all of them.");
  await saveRecord(app, record, { ...patch, sequence: Math.max(record.sequence, Number(inputs.sequence) || 0) });
  if (inputs.delivery_id) {
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

async function post(app: App, record: IncidentRecord, alerts: Offer["alerts"]): Promise<string> {
  const { unansweredCount: unanswered, bySettingCount: bySetting } = record;
  const shown = { alerts, unanswered, bySetting, isLive: true };
  const posted = await mustCall(app.slack, "chat.postMessage", {
    channel: record.channelId,
    thread_ts: record.threadTs || record.cardTs,
    text: offerText(shown),
    blocks: offerBlocks(shown),
    unfurl_links: false,
    unfurl_media: false,
  });
  return textOf(posted["ts"]);
}
