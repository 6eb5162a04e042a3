import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { LATER_ALERT_ANSWERS, type LaterAlertAnswer } from "../../core/protocol.ts";
import { fromIso } from "../../core/time.ts";
import { answeredAs, offerBlocks, type Offered, offerText } from "../offer_later_alert/blocks.ts";
import { readAlerts } from "../shared/alerts.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { awaitIncident, idsIn, whereOf } from "../shared/incidents.ts";
import { applyAnswer, type AppliedAnswer } from "../shared/later_alerts.ts";
import { mention } from "../shared/mrkdwn.ts";
import { mayCall, SlackProblem } from "../shared/slack.ts";
import { AnswerLaterAlertDefinition } from "./definition.ts";

export default SlackFunction(
  AnswerLaterAlertDefinition,
  completing(async (context) => {
    const { answered_by } = context.inputs;
    const answer = LATER_ALERT_ANSWERS.find((one) => one === context.inputs.answer);
    if (!answer || !answered_by) return { outputs: { answer: "none" } };
    try {
      await applyAnswerOf(openApp(context), context.inputs, answer, answered_by);
      return { outputs: { answer } };
    } catch (thrown) {
      return {
        error: `The answer could not be applied. ${problemOf(thrown)} The alerts are offered again when the incident ends.`,
      };
    }
  }),
);

interface Inputs {
  readonly incident_id: string;
  readonly alert_ids: string;
  readonly shown_alert_ids?: string;
  readonly offer_ts?: string;
  readonly up_to?: string;
  readonly answered_at?: string;
}

/** Applies the answer with which the offer's step was completed. */
export async function applyAnswerOf(app: App, inputs: Inputs, answer: LaterAlertAnswer, by: string): Promise<void> {
  const record = await awaitIncident(app, inputs.incident_id);
  if (!record) throw new SlackProblem("The incident is not on record.");
  const at = fromIso(inputs.answered_at) ?? app.now;
  const upTo = Number(inputs.up_to) || 0;
  const applied = await applyAnswer(app, record, { alertIds: idsIn(inputs.alert_ids), upTo, answer, by, at });
  await drawOffer(app, applied, inputs, answer, by);
  if (!applied.refused) return;
  await mayCall(app.slack, "chat.postMessage", {
    ...whereOf(record),
    thread_ts: record.threadTs || record.cardTs,
    text: `${mention(by)} ${applied.refused}`,
  });
}

/** Two people may have answered at once, and then the message may show the answer that came second. */
async function drawOffer(
  app: App,
  { record, mine }: AppliedAnswer,
  inputs: Inputs,
  answer: LaterAlertAnswer,
  by: string,
): Promise<void> {
  const ts = inputs.offer_ts ?? "";
  // A newer message has taken the place of this one, which says so.
  if (ts === "" || Number(record.offerTs) > Number(ts)) return;
  const stored = await readAlerts(app.slack, idsIn(inputs.shown_alert_ids));
  const alerts = stored.map((one): Offered => ({
    alert: one.alert,
    answered: mine.includes(one.alert.id) ? { answer, by } : answeredAs(one, record.incident.id),
  }));
  const offer = { alerts, unanswered: record.unansweredCount, bySetting: record.bySettingCount, isLive: false };
  const message = { text: offerText(offer), blocks: offerBlocks(offer) };
  await mayCall(app.slack, "chat.update", { channel: record.channelId, ts, ...message });
}
