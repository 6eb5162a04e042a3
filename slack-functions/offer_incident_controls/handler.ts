import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { ActionContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import { readAlerts } from "../shared/alerts.ts";
import { type App, openApp, openAppForClick, problemOf } from "../shared/app.ts";
import { type Block, context as contextBlock, section } from "../shared/card.ts";
import { awaitIncident, type IncidentRecord, saveRecord, whereOf } from "../shared/incidents.ts";
import { mention } from "../shared/mrkdwn.ts";
import { handOver } from "../shared/pending.ts";
import { mayDecide, personOf } from "../shared/people.ts";
import { publish } from "../shared/publish.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { mayCall, mustCall, recordOf, textOf } from "../shared/slack.ts";
import { OfferIncidentControlsDefinition } from "./definition.ts";

const TAKE_LEAD = "take_lead";
const ACKNOWLEDGE = "acknowledge";

/** Optional: everything essential works without these buttons, which may die with their run at any time. */
export default SlackFunction(OfferIncidentControlsDefinition, async (context) => {
  const { incident_id } = context.inputs;
  try {
    const app = openApp(context);
    if (incident_id === "") return { outputs: { incident_id } };
    const record = await awaitIncident(app, incident_id, ({ incident }) => incident.status === "active");
    if (record?.incident.status !== "active" || record.controlsTs !== "") return { outputs: { incident_id } };
    const posted = await mustCall(app.slack, "chat.postMessage", {
      ...whereOf(record),
      text: "Controls of this incident",
      blocks: await controlsBlocks(app, record),
    });
    await saveRecord(app, record, { controlsTs: textOf(posted["ts"]) });
    return { completed: false };
  } catch (thrown) {
    return { error: `The controls could not be posted. ${problemOf(thrown)} The card's buttons work without them.` };
  }
})
  .addBlockActionsHandler(TAKE_LEAD, takeLead)
  .addBlockActionsHandler(ACKNOWLEDGE, acknowledge);

async function controlsBlocks(app: App, record: IncidentRecord, note = ""): Promise<Block[]> {
  const stored = await readAlerts(app.slack, record.alertIds);
  const attached = stored.map(({ alert }) => alert).filter((alert) => alert.relation === "attached");
  // Whoever created it and is being paged has stopped the page by that press.
  const { incident } = record;
  const creator = incident.status === "active" ? incident.decidedBy.email?.toLowerCase() : undefined;
  const isPaging = attached
    .filter((alert) => alert.status === "triggered")
    .some((alert) => !alert.paged.some((person) => creator !== undefined && person.email?.toLowerCase() === creator));
  const lead = record.lead ? `Lead: ${mention(record.lead)}` : "Nobody leads yet.";
  return [
    section(lead),
    {
      type: "actions",
      block_id: "controls",
      elements: [
        button(record.lead ? "Take over the lead" : "I take the lead", TAKE_LEAD),
        ...(isPaging ? [button("Acknowledge the page", ACKNOWLEDGE)] : []),
      ],
    },
    ...(note ? [contextBlock(note)] : []),
  ];
}

function button(text: string, actionId: string): Block {
  return { type: "button", text: { type: "plain_text", text }, action_id: actionId };
}

type Inputs = { incident_id: string };

async function takeLead(context: ActionContext<Inputs>): Promise<void> {
  await press(context, async (app, record, userId) => {
    const after = await saveRecord(app, record, { lead: userId });
    await publish(app, after);
    return { record: after, note: "" };
  });
}

/** Asked for in so many words, so it is done in the presser's own name; the card says who is paged before and after. */
async function acknowledge(context: ActionContext<Inputs>): Promise<void> {
  await press(context, async (app, record, userId) => {
    const by = await personOf(app.slack, userId);
    const key = `${record.incident.id}:${userId}`;
    const body = { incidentId: record.incident.id, by, at: app.now };
    const outcome = await handOver(app, "acknowledge", record.incident.id, key, body);
    if (outcome.ok)
      return { record, note: `${mention(userId)} asked PagerDuty to stop the page; the card shows when it has.` };
    if (!outcome.again) return { record, note: `:warning: ${outcome.problem}` };
    return {
      record,
      note: ":warning: PagerDuty could not be told yet: the page goes on. It is told when the companion is back.",
    };
  });
}

/** Reads the record first: the incident may be closed while these buttons were still on somebody's screen. */
async function press(
  context: ActionContext<Inputs>,
  work: (app: App, record: IncidentRecord, userId: string) => Promise<{ record: IncidentRecord; note: string }>,
): Promise<void> {
  const app = openAppForClick(context);
  const user = context.body.user.id;
  const channel = textOf(recordOf(context.body.channel)["id"]);
  const tell = (text: string) => mayCall(app.slack, "chat.postEphemeral", { channel, user, text });
  try {
    const record = await awaitIncident(app, context.inputs.incident_id, ({ incident }) => incident.status !== "triage");
    if (record?.incident.status !== "active") return void (await tell(refusalSentence("closed", record)));
    if (!(await mayDecide(app.slack, user, app.teamId))) {
      return void (await tell("Only full members of this workspace can do this. Ask one of them to press for you."));
    }
    const { record: after, note } = await work(app, record, user);
    const ts = textOf(recordOf(context.body.message)["ts"]) || after.controlsTs;
    const text = "Controls of this incident";
    await mayCall(app.slack, "chat.update", { channel, ts, text, blocks: await controlsBlocks(app, after, note) });
  } catch (thrown) {
    await tell(`That did not work. ${problemOf(thrown)} Press again in a moment.`);
  }
}
