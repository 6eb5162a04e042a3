import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { fromIso } from "../../core/time.ts";
import { awaitAlert, writeAlert } from "../shared/alerts.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { awaitIncident, placeOf } from "../shared/incidents.ts";
import { handOver, isUnsent } from "../shared/pending.ts";
import { personOf } from "../shared/people.ts";
import { publish } from "../shared/publish.ts";
import { SlackProblem } from "../shared/slack.ts";
import { AnswerLaterAlertDefinition } from "./definition.ts";

export default SlackFunction(AnswerLaterAlertDefinition, async (context) => {
  const { alert_id, answer, answered_by } = context.inputs;
  if (alert_id === "" || !answered_by || (answer !== "attach" && answer !== "keep_separate")) {
    return { outputs: { relation: "none" } };
  }
  try {
    return { outputs: { relation: await applyAnswer(openApp(context), { ...context.inputs, answer, answered_by }) } };
  } catch (thrown) {
    return {
      error: `The answer could not be applied. ${problemOf(thrown)} The alert is offered again when the incident ends.`,
    };
  }
});

interface Answered {
  readonly incident_id: string;
  readonly alert_id: string;
  readonly answer: "attach" | "keep_separate";
  readonly answered_by: string;
  readonly answered_at?: string;
}

async function applyAnswer(app: App, answered: Answered): Promise<"attached" | "separate"> {
  const { incident_id: incidentId, alert_id: alertId, answer } = answered;
  const [record, stored] = await Promise.all([awaitIncident(app, incidentId), awaitAlert(app, alertId)]);
  if (!record || !stored) throw new SlackProblem("The incident or the alert is not on record.");
  const relation = answer === "attach" ? "attached" : "separate";
  const alert = { ...stored.alert, relation } as const;
  const written = await writeAlert(app, stored, alert, incidentId);
  const place = placeOf(record);
  const told = await handOver(app, "answer", incidentId, alertId, {
    incidentId,
    alertId,
    answer,
    by: await personOf(app.slack, answered.answered_by),
    at: fromIso(answered.answered_at) ?? app.now,
    ...(place ? { place } : {}),
  });
  await publish(app, record, { known: [written], unsent: isUnsent(told) });
  return relation;
}
