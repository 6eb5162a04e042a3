import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { retireControls, standingControls } from "../shared/controls.ts";
import { awaitIncident, type IncidentRecord, saveRecord, whereOf } from "../shared/incidents.ts";
import { mustCall, textOf } from "../shared/slack.ts";
import {
  acknowledge,
  attachedAlerts,
  incidentIn,
  openUpdateForm,
  setSeverity,
  submitUpdate,
  takeLead,
} from "./actions.ts";
import { ACKNOWLEDGE, CONTROLS_TEXT, controlsBlocks, SEVERITY, TAKE_LEAD, UPDATE, UPDATE_VIEW } from "./blocks.ts";
import { OfferIncidentControlsDefinition } from "./definition.ts";

/** Optional: everything essential works without these buttons, which may die with their run at any time. */
export default SlackFunction(
  OfferIncidentControlsDefinition,
  completing(async (context) => {
    const incident_id = incidentIn(context.inputs);
    const over = { outputs: { incident_id } };
    try {
      const app = openApp(context);
      if (incident_id === "") return over;
      const record = await awaitIncident(app, incident_id, ({ incident }) => incident.status === "active");
      if (record?.incident.status !== "active" || record.controlsTs !== "") return over;
      return (await offer(app, record)) ? { completed: false } : over;
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

/** @returns whether these are the controls to press: of those that two runs offer at once the later ones stay */
async function offer(app: App, record: IncidentRecord): Promise<boolean> {
  const posted = await mustCall(app.slack, "chat.postMessage", {
    ...whereOf(record),
    text: CONTROLS_TEXT,
    blocks: controlsBlocks(record, await attachedAlerts(app, record)),
  });
  const own = textOf(posted["ts"]);
  const others = (await standingControls(app, record)).filter((ts) => ts !== own);
  const isLate = others.some((ts) => Number(ts) > Number(own));
  const old = isLate ? [own] : others;
  await Promise.all(old.map((ts) => retireControls(app, record, ts, "The controls stand below.")));
  if (!isLate) await saveRecord(app, record, { controlsTs: own });
  return !isLate;
}
