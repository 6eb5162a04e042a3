import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { REOPEN_CHOICES } from "../../core/protocol.ts";
import { fromIso } from "../../core/time.ts";
import { openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { idsIn } from "../shared/incidents.ts";
import { personOf } from "../shared/people.ts";
import { UndoTriageDefinition } from "./definition.ts";
import { detachAlerts } from "./detach.ts";
import { takeBack } from "./take_back.ts";

export default SlackFunction(
  UndoTriageDefinition,
  completing(async (context) => {
    const { incident_id, command, done_by, done_at, request_id, in_pagerduty, alerts } = context.inputs;
    const nothing = { incident_id: "", active_incident_id: "", status: "none" };
    if (incident_id === "" || !done_by) return { outputs: nothing };
    try {
      const app = openApp(context);
      const by = await personOf(app.slack, done_by);
      const asked = {
        incidentId: incident_id,
        by,
        at: fromIso(done_at) ?? app.now,
        requestId: request_id || context.event.function_execution_id,
      };
      if (command === "detach") {
        const isDone = await detachAlerts(app, { ...asked, alertIds: idsIn(alerts) });
        await app.companion.call("carried", { requestId: asked.requestId, incidentId: incident_id });
        return { outputs: isDone ? { ...nothing, status: "detached" } : nothing };
      }
      if (command !== "undo" && command !== "reopen") return { outputs: nothing };
      const inPagerduty = REOPEN_CHOICES.find((choice) => choice === in_pagerduty) ?? "leave";
      const record = await takeBack(app, { ...asked, command, inPagerduty });
      await app.companion.call("carried", { requestId: asked.requestId, incidentId: incident_id });
      if (!record) return { outputs: nothing };
      const { status } = record.incident;
      return {
        outputs: {
          incident_id: status === "triage" ? incident_id : "",
          active_incident_id: status === "active" ? incident_id : "",
          status,
        },
      };
    } catch (thrown) {
      return { error: `The decision could not be taken back. ${problemOf(thrown)} Press the button again.` };
    }
  }),
);
