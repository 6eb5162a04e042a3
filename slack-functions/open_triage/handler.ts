import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { StormShare } from "../../core/protocol.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { ensureCard, permalinkOf } from "../shared/card_message.ts";
import { ChannelRefused, ensureChannel } from "../shared/channel.ts";
import { decorate, DECORATIONS, undecorated } from "../shared/decoration.ts";
import { type IncidentRecord, readIncident, saveRecord, sharesChannel } from "../shared/incidents.ts";
import { invitePeople, sayUninvited } from "../shared/invite.ts";
import { meetingPlace, sayNoChannel } from "../shared/meeting_place.ts";
import { listIncident } from "../shared/open_incidents.ts";
import { publish } from "../shared/publish.ts";
import { SlackProblem } from "../shared/slack.ts";
import { isUmbrellaLost } from "../shared/umbrella.ts";
import { begin, type Begun, pagedIn } from "./begin.ts";
import { OpenTriageDefinition } from "./definition.ts";
import { openInStorm, openTable } from "./in_storm.ts";
import { openThread } from "./in_thread.ts";
import { confirm, type Inputs, sayUnknown, stormOf } from "./inputs.ts";

export default SlackFunction(
  OpenTriageDefinition,
  completing(async (context) => {
    if (context.inputs.incident_id === "") return { outputs: { incident_id: "", channel_id: "" } };
    try {
      return { outputs: await openTriage(openApp(context), context.inputs) };
    } catch (thrown) {
      return { error: `The triage channel could not be opened. ${problemOf(thrown)}` };
    }
  }),
);

async function openTriage(app: App, inputs: Inputs): Promise<{ incident_id: string; channel_id: string }> {
  const storm = stormOf(inputs);
  const found = await readIncident(app.slack, inputs.incident_id);
  if (inputs.if_known === "yes" && !found) {
    await sayUnknown(app, inputs);
    return { incident_id: "", channel_id: "" };
  }
  if (storm?.asLine) {
    // A line asks when its button is pressed: there is nothing for the following steps to do.
    const { channelId } = await openTable(app, [inputs, ...storm.also], storm);
    return { incident_id: "", channel_id: channelId };
  }
  // Without its card it is not open yet, even if somebody was asked already.
  const isShown = found && (found.cardTs !== "" || found.tableTs !== "");
  const isAsked = found && (found.questionTs !== "" || found.tableTs !== "");
  if (found && isShown && (isAsked || found.incident.status !== "triage")) {
    await confirm(app, inputs, found, "already_applied");
    return { incident_id: "", channel_id: found.channelId };
  }
  const begun = await begin(app, inputs, found);
  const record = await (storm ? openUnder(app, inputs, storm, begun) : openSomewhere(app, inputs, begun));
  await confirm(app, inputs, record, "applied");
  return { incident_id: inputs.incident_id, channel_id: record.channelId };
}

/** With the others of its storm; where somebody archived their channel, on its own. */
async function openUnder(app: App, inputs: Inputs, storm: StormShare, begun: Begun): Promise<IncidentRecord> {
  try {
    return await openInStorm(app, inputs, storm, begun);
  } catch (thrown) {
    if (!(thrown instanceof SlackProblem) || !(await isUmbrellaLost(app, storm))) throw thrown;
    return openSomewhere(app, inputs, begun);
  }
}

/** A channel of its own; where Slack lets us make none, a thread of one that is there. */
async function openSomewhere(app: App, inputs: Inputs, begun: Begun): Promise<IncidentRecord> {
  // An earlier run put it there.
  if (sharesChannel(begun.record)) return begun.record;
  try {
    return await openChannel(app, inputs, begun);
  } catch (thrown) {
    if (!(thrown instanceof ChannelRefused)) throw thrown;
    const record = await openThread(app, inputs, await meetingPlace(app, thrown), begun);
    await sayNoChannel(app, record, thrown);
    return record;
  }
}

async function openChannel(
  app: App,
  inputs: Inputs,
  { record: first, known, isRepeat }: Begun,
): Promise<IncidentRecord> {
  const channel = await ensureChannel(app, first);
  // What makes the channel pleasant is on record as undone until it is done: should this run die, somebody sees it.
  const undone = first.channelId === "" ? DECORATIONS : undecorated(first);
  let record = await saveRecord(app, first, {
    channelId: channel.id,
    channelName: channel.name,
    undecorated: undone,
  });
  const uninvited = await invitePeople(app, channel.id, pagedIn(known), inputs.started_by);
  const cardTs = await ensureCard(app, record, known, { isRepeat });
  const channelUrl = await permalinkOf(app, channel.id, cardTs);
  record = await saveRecord(app, record, { cardTs, channelUrl, sequence: Number(inputs.sequence) || 0 });
  await listIncident(app.slack, record.incident, channel.id);
  const [left] = await Promise.all([
    decorate(app, record, known[0]?.alert, undone),
    publish(app, record, { known, post: ["feed_line"] }),
    sayUninvited(app, record, uninvited),
  ]);
  // The companion reminds of what Slack's limits left undone.
  return undone.length === 0 ? record : saveRecord(app, record, { undecorated: left });
}
