import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { awaitIncident, saveRecord, whereOf } from "../shared/incidents.ts";
import { mustCall, textOf } from "../shared/slack.ts";
import { acknowledge, attachedAlerts, openUpdateForm, setSeverity, submitUpdate, takeLead } from "./actions.ts";
import { ACKNOWLEDGE, CONTROLS_TEXT, controlsBlocks, SEVERITY, TAKE_LEAD, UPDATE, UPDATE_VIEW } from "./blocks.ts";
import { OfferIncidentControlsDefinition } from "./definition.ts";

/** Optional: everything essential works without these buttons, which may die with their run at any time. */
export default SlackFunction(
  OfferIncidentControlsDefinition,
  completing(async (context) => {
    const { incident_id } = context.inputs;
    try {
      const app = openApp(context);
      if (incident_id === "") return { outputs: { incident_id } };
      const record = await awaitIncident(app, incident_id, ({ incident }) => incident.status === "active");
      if (record?.incident.status !== "active" || record.controlsTs !== "") return { outputs: { incident_id } };
      const posted = await mustCall(app.slack, "chat.postMessage", {
        ...whereOf(record),
        text: CONTROLS_TEXT,
        blocks: controlsBlocks(record, await attachedAlerts(app, record)),
      });
      await saveRecord(app, record, { controlsTs: textOf(posted["ts"]) });
      return { completed: false };
    } catch (thrown) {
      return { error: `The controls could not be posted. ${problemOf(thrown)} The card's buttons work without them.` };
    }
  }),
)
  .addBlockActionsHandler(TAKE_LEAD, takeLead)
  .addBlockActionsHandler(ACKNOWLEDGE, acknowledge)
  .addBlockActionsHandler(SEVERITY, setSeverity)
  .addBlockActionsHandler(UPDATE, openUpdateForm)
  .addViewSubmissionHandler(UPDATE_VIEW, submitUpdate);
