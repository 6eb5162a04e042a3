import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { isOpen } from "../../core/incident.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { section } from "../shared/card.ts";
import { awaitIncident, type IncidentRecord, placeOf, settleRecord, sharesChannel } from "../shared/incidents.ts";
import { channelLink } from "../shared/mrkdwn.ts";
import { mayDecide } from "../shared/people.ts";
import { mayCall } from "../shared/slack.ts";
import { openSuccessorChannel } from "../shared/successor_channel.ts";
import { tellPerson } from "../shared/tell_person.ts";
import { SplitOutDefinition } from "./definition.ts";

export default SlackFunction(
  SplitOutDefinition,
  completing(async (context) => {
    const { incident_id, user_id } = context.inputs;
    try {
      const app = openApp(context);
      const record = await awaitIncident(app, incident_id);
      if (!record) return { outputs: { incident_id: "" } };
      const refused = await refusalOf(app, record, user_id);
      if (refused) {
        await tellPerson(app, record, user_id, refused);
        return { outputs: { incident_id: "" } };
      }
      await splitOut(app, record, user_id);
      return { outputs: { incident_id } };
    } catch (thrown) {
      return { error: `The incident stays where it is. ${problemOf(thrown)} Press the button again.` };
    }
  }),
);

/** Inputs of a link trigger can be forged by any member, and the incident may have moved or ended meanwhile. */
async function refusalOf(app: App, record: IncidentRecord, userId: string): Promise<string | undefined> {
  if (!(await mayDecide(app.slack, userId, app.teamId))) return "Only full members of this workspace can do this.";
  if (!isOpen(record.incident)) return "This incident is closed, so it needs no channel any more.";
  if (!sharesChannel(record)) return `This incident has its own channel already: ${channelLink(record.channelId)}.`;
  return undefined;
}

/** What stays behind leads to the new channel, and asks nothing any more: the question is asked anew there. */
async function splitOut(app: App, record: IncidentRecord, userId: string): Promise<void> {
  const why = "It was given a channel of its own.";
  const after = await openSuccessorChannel(app, record, { why, people: [userId] });
  const text = `This goes on in ${channelLink(after.channelId)}.`;
  for (const ts of [record.cardTs, record.questionTs].filter((one) => one !== "")) {
    await mayCall(app.slack, "chat.update", { channel: record.channelId, ts, text, blocks: [section(text)] });
  }
  await settleRecord(app, after);
  // The storm's reminders are not for it any more. Where the companion cannot be told now, it hears of the place later.
  const place = placeOf(after);
  const news = { deliveryId: "", incidentId: after.incident.id, outcome: "already_applied" } as const;
  if (place) await app.companion.call("confirm", { ...news, place });
}
