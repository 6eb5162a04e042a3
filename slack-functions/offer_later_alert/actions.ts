import type { ActionContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import { isOpen } from "../../core/incident.ts";
import { LATER_ALERT_ANSWERS, type LaterAlertAnswer } from "../../core/protocol.ts";
import { toIso } from "../../core/time.ts";
import { awaitAlerts } from "../shared/alerts.ts";
import { type App, openAppForClick, problemOf } from "../shared/app.ts";
import { placeOfPress, tellThere } from "../shared/tell_person.ts";
import { whyNotDecide } from "../shared/deciders.ts";
import { completeStep } from "../shared/completion.ts";
import { awaitIncident, idsIn, type IncidentRecord } from "../shared/incidents.ts";
import { applyAnswer } from "../shared/later_alerts.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { mayCall, recordOf, SlackProblem, textOf } from "../shared/slack.ts";
import { answeredAs, type Offer, offerBlocks, type Offered, offerText } from "./blocks.ts";

export interface Inputs {
  readonly incident_id: string;
  readonly alert_ids: string;
  readonly up_to?: string;
  readonly delivery_id?: string;
  readonly sequence?: string;
}

type Click = ActionContext<Inputs>;

/** The answer is for everything that this message asks about: it completes the step, and the next one applies it. */
export function answerAll(context: Click, answer: LaterAlertAnswer): Promise<void> {
  return guarded(context, async (press) => {
    const asked = press.offer.alerts.filter(({ alert, answered }) => !answered && alert.relation === "offered");
    const ids = asked.map(({ alert }) => alert.id);
    await finish(press, ids, Number(context.inputs.up_to) || 0, answer, {
      unanswered: 0,
      bySetting: press.offer.bySetting,
    });
  });
}

/** The menu beside one of several. */
export function answerOne(context: Click): Promise<void> {
  const value = textOf(recordOf(recordOf(context.action)["selected_option"])["value"]);
  return answerNamed(
    context,
    LATER_ALERT_ANSWERS.find((one) => one === value),
  );
}

/** The button beside one that the service's setting attached. */
export function keepOneSeparate(context: Click): Promise<void> {
  return answerNamed(context, "keep_separate");
}

function answerNamed(context: Click, answer: LaterAlertAnswer | undefined): Promise<void> {
  return guarded(context, async (press) => {
    const index = Number(textOf(recordOf(context.action)["block_id"]).replace("one:", ""));
    const named = press.offer.alerts[index];
    if (!answer || !named) throw new SlackProblem("This message cannot be understood any more.");
    if (named.answered) return press.tell("Somebody answered for this one a moment earlier.");
    const { app, record, userId } = press;
    const ids = [named.alert.id];
    const left = withoutOne(press.offer, named);
    if (left.unanswered + left.bySetting <= 0) return finish(press, ids, 0, answer, left);
    await show(press, ids, answer, { ...left, isLive: press.offer.isLive });
    const given = { alertIds: ids, upTo: 0, answer, by: userId, at: app.now };
    const { refused } = await applyAnswer(app, record, given);
    if (!refused) return;
    // Somebody else's answer stands, or the incident was closed meanwhile: it is not drawn as this person's.
    const alerts = press.offer.alerts.map((one): Offered => (one === named ? { alert: one.alert, answered: {} } : one));
    await draw(press, alerts, { ...left, isLive: press.offer.isLive });
    await press.tell(refused);
  });
}

type Counts = Pick<Offer, "unanswered" | "bySetting">;

function withoutOne({ unanswered, bySetting }: Offer, { alert }: Offered): Counts {
  return alert.relation === "attached"
    ? { unanswered, bySetting: bySetting - 1 }
    : { unanswered: unanswered - 1, bySetting };
}

interface Press {
  readonly app: App;
  readonly record: IncidentRecord;
  readonly offer: Offer;
  readonly userId: string;
  readonly executionId: string;
  readonly ts: string;
  readonly tell: (text: string) => Promise<void>;
}

/** Takes the buttons away, then completes the step: the first press wins. The token dies with it, so it comes last. */
async function finish(
  press: Press,
  alertIds: readonly string[],
  upTo: number,
  answer: LaterAlertAnswer,
  left: Counts,
): Promise<void> {
  const { app, record, userId, executionId, offer } = press;
  await show(press, alertIds, answer, { ...left, isLive: false });
  const completion = await completeStep(app.slack, executionId, {
    incident_id: record.incident.id,
    alert_ids: JSON.stringify(alertIds),
    shown_alert_ids: JSON.stringify(offer.alerts.map(({ alert }) => alert.id)),
    offer_ts: press.ts,
    up_to: String(upTo),
    answer,
    answered_by: userId,
    answered_at: toIso(app.now),
  });
  // What was drawn for whoever came second is drawn over by the step that applies the first answer.
  if (completion === "taken") return press.tell("Somebody answered a moment earlier; this message says what.");
  if (completion === "completed") return;
  const { alerts, ...counts } = offer;
  await draw(press, alerts, counts);
  await press.tell("Slack did not take the answer, so nothing was changed. Press again in a moment.");
}

/** Draws the message as it is once these were answered. */
async function show(
  press: Press,
  answeredIds: readonly string[],
  answer: LaterAlertAnswer,
  left: Omit<Offer, "alerts">,
): Promise<void> {
  const { offer, userId } = press;
  const alerts = offer.alerts.map((one): Offered =>
    answeredIds.includes(one.alert.id) ? { alert: one.alert, answered: { answer, by: userId } } : one,
  );
  await draw(press, alerts, left);
}

async function draw(
  { app, record, ts }: Press,
  alerts: readonly Offered[],
  counts: Omit<Offer, "alerts">,
): Promise<void> {
  const offer = { alerts, ...counts };
  const message = { text: offerText(offer), blocks: offerBlocks(offer) };
  await mayCall(app.slack, "chat.update", { channel: record.channelId, ts, ...message });
}

async function guarded(context: Click, work: (press: Press) => Promise<void>): Promise<void> {
  const app = openAppForClick(context);
  const userId = context.body.user.id;
  const tell = (text: string) => tellThere(app, placeOfPress(context.body), userId, text);
  try {
    const ids = idsIn(context.inputs.alert_ids);
    const [record, stored] = await Promise.all([awaitOffered(app, context.inputs), awaitAlerts(app, ids)]);
    if (!record) throw new SlackProblem("The incident is not on record.");
    if (!isOpen(record.incident)) return await tell(refusalSentence("closed", record));
    const refused = await whyNotDecide(app, record.incident.id, userId);
    if (refused) return await tell(refused);
    const ts = textOf(recordOf(context.body.message)["ts"]) || record.offerTs;
    const executionId = context.body.function_data.execution_id;
    const alerts = stored.map((one): Offered =>
      record.laterIds.includes(one.alert.id)
        ? { alert: one.alert }
        : { alert: one.alert, answered: answeredAs(one, record.incident.id) },
    );
    const { unansweredCount: unanswered, bySettingCount: bySetting } = record;
    // A read may be older than this very message; only a newer one took its place.
    const offer = { alerts, unanswered, bySetting, isLive: Number(ts) >= Number(record.offerTs) };
    await work({ app, record, offer, userId, executionId, ts, tell });
  } catch (thrown) {
    await tell(`That did not work. ${problemOf(thrown)} Press again in a moment.`);
  }
}

/** The record once it shows all that the offer is about. */
export function awaitOffered(app: App, inputs: Inputs): Promise<IncidentRecord | undefined> {
  const upTo = Number(inputs.up_to) || 0;
  return awaitIncident(app, inputs.incident_id, (record) => record.cardTs !== "" && record.laterCount >= upTo);
}
