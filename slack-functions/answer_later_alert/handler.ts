import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { LATER_ALERT_ANSWERS } from "../../core/protocol.ts";
import { fromIso } from "../../core/time.ts";
import { openApp, problemOf } from "../shared/app.ts";
import { awaitIncident, idsIn, whereOf } from "../shared/incidents.ts";
import { applyAnswer } from "../shared/later_alerts.ts";
import { mention } from "../shared/mrkdwn.ts";
import { mayCall, SlackProblem } from "../shared/slack.ts";
import { AnswerLaterAlertDefinition } from "./definition.ts";

export default SlackFunction(AnswerLaterAlertDefinition, async (context) => {
  const { incident_id, alert_ids, up_to, answered_by, answered_at } = context.inputs;
  const answer = LATER_ALERT_ANSWERS.find((one) => one === context.inputs.answer);
  if (!answer || !answered_by) return { outputs: { answer: "none" } };
  try {
    const app = openApp(context);
    const record = await awaitIncident(app, incident_id);
    if (!record) throw new SlackProblem("The incident is not on record.");
    const at = fromIso(answered_at) ?? app.now;
    const upTo = Number(up_to) || 0;
    const refused = await applyAnswer(app, record, { alertIds: idsIn(alert_ids), upTo, answer, by: answered_by, at });
    if (refused) {
      const text = `${mention(answered_by)} ${refused}`;
      await mayCall(app.slack, "chat.postMessage", {
        ...whereOf(record),
        thread_ts: record.threadTs || record.cardTs,
        text,
      });
    }
    return { outputs: { answer } };
  } catch (thrown) {
    return {
      error: `The answer could not be applied. ${problemOf(thrown)} The alerts are offered again when the incident ends.`,
    };
  }
});
