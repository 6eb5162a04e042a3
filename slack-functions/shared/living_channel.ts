import { isOpen } from "../../core/incident.ts";
import type { App } from "./app.ts";
import { ensureCard, permalinkOf } from "./card_message.ts";
import { ChannelRefused } from "./channel.ts";
import { type IncidentRecord, readIncident, saveRecord, settleRecord } from "./incidents.ts";
import { type MeetingPlace, meetingPlace, sayNoChannel } from "./meeting_place.ts";
import { listIncident } from "./open_incidents.ts";
import { SlackProblem } from "./slack.ts";
import { isChannelLost, LEFT_BEHIND, type Move, openSuccessorChannel } from "./successor_channel.ts";

const WHY =
  "That channel was archived, or Pager Triage was taken out of it, while this was still open. To end it, decide or resolve it here.";

/**
 * The incident where it can be talked about. An open one whose channel a person archived, or took us out of, goes on in a
 * new one as soon as there is something to say; where none can be made, in a thread of the feed. Its question, controls
 * and offers stay behind: who calls this asks anew where nobody has decided.
 */
export async function inLivingChannel(app: App, record: IncidentRecord): Promise<IncidentRecord> {
  if (!isOpen(record.incident) || record.channelId === "" || !(await isChannelLost(app, record))) return record;
  // Another run may have moved it, and this read may be from before that.
  const latest = await readIncident(app.slack, record.incident.id);
  if (latest && latest.channelId !== record.channelId) return latest;
  const after = await leaveChannel(app, record, { why: WHY, people: [] });
  // The next step reads the record anew.
  if (after !== record) await settleRecord(app, after);
  return after;
}

/**
 * Moves an incident to a successor channel, or where none can be made to a thread of the feed.
 * @returns the record as it was where there is neither
 */
export async function leaveChannel(app: App, record: IncidentRecord, move: Move): Promise<IncidentRecord> {
  try {
    return await openSuccessorChannel(app, record, move);
  } catch (thrown) {
    if (!(thrown instanceof ChannelRefused)) throw thrown;
    const place = await meetingPlace(app, thrown).catch(noPlace);
    return place ? moveToThread(app, record, place, thrown) : record;
  }
}

/** There is nowhere to go: what happens to the incident still shows wherever else it is shown. */
function noPlace(thrown: unknown): undefined {
  if (!(thrown instanceof SlackProblem)) throw thrown;
  console.warn(`channel.lost: ${thrown.message}`);
}

async function moveToThread(
  app: App,
  record: IncidentRecord,
  { channelId, channelName }: MeetingPlace,
  refused: ChannelRefused,
): Promise<IncidentRecord> {
  // The card begins the thread, and is drawn as one of a shared channel.
  const begun = { ...record, channelId, cardTs: "", threadTs: "of the card" };
  const cardTs = await ensureCard(app, begun, []);
  const channelUrl = await permalinkOf(app, channelId, cardTs);
  const place = { channelId, channelName, channelUrl, threadTs: cardTs, cardTs };
  const after = await saveRecord(app, record, { ...LEFT_BEHIND, ...place });
  await listIncident(app.slack, after.incident, channelId);
  await sayNoChannel(app, after, refused);
  return after;
}
