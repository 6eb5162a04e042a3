import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { type Decision, DECISION_WAYS } from "../../core/protocol.ts";
import { fromIso } from "../../core/time.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { applyDecision } from "../shared/apply_decision.ts";
import { idsIn, parseReason } from "../shared/incidents.ts";
import { personOf } from "../shared/people.ts";
import { ApplyTriageDecisionDefinition } from "./definition.ts";

export default SlackFunction(
  ApplyTriageDecisionDefinition,
  completing(async (context) => {
    try {
      const app = openApp(context);
      const decision = await decisionFrom(app, context.inputs);
      const record = decision && (await applyDecision(app, decision, context.inputs.question_ts));
      const status = record?.incident.status ?? "none";
      return { outputs: { incident_id: status === "active" ? context.inputs.incident_id : "", status } };
    } catch (thrown) {
      return {
        error: `The decision is known but could not be applied. ${problemOf(thrown)} It is tried again by itself.`,
      };
    }
  }),
);

interface Inputs {
  readonly incident_id: string;
  readonly decision_id?: string;
  readonly decision: string;
  readonly decided_by?: string;
  readonly decided_at?: string;
  readonly via?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly merge_into?: string;
  readonly dismiss_alert_ids?: string;
}

/** The decision in the step's inputs; undefined where there was nothing to decide. */
async function decisionFrom(app: App, inputs: Inputs): Promise<Decision | undefined> {
  const { decision } = inputs;
  const via = DECISION_WAYS.find((way) => way === inputs.via);
  if (inputs.incident_id === "" || !inputs.decided_by) return undefined;
  if (decision !== "create" && decision !== "merge" && decision !== "dismiss") return undefined;
  return {
    id: inputs.decision_id || `${inputs.incident_id}:${decision}`,
    incidentId: inputs.incident_id,
    decision,
    by: await personOf(app.slack, inputs.decided_by),
    at: fromIso(inputs.decided_at) ?? app.now,
    note: inputs.note ?? "",
    ...(via === undefined ? {} : { via }),
    ...(decision === "dismiss"
      ? {
          reason: parseReason(inputs.reason),
          // An empty list would say that nothing was ticked; an empty text says that nothing was listed.
          ...(inputs.dismiss_alert_ids ? { dismissAlertIds: idsIn(inputs.dismiss_alert_ids) } : {}),
        }
      : {}),
    ...(decision === "merge" && inputs.merge_into ? { mergeInto: inputs.merge_into } : {}),
  };
}
