import type { App } from "../shared/app.ts";
import { ensureCard, permalinkOf } from "../shared/card_message.ts";
import { type IncidentRecord, saveRecord } from "../shared/incidents.ts";
import { invitePeople, sayUninvited } from "../shared/invite.ts";
import type { MeetingPlace } from "../shared/meeting_place.ts";
import { listIncident } from "../shared/open_incidents.ts";
import { type Begun, pagedIn } from "./begin.ts";
import type { Inputs } from "./inputs.ts";

/**
 * Opens a triage that has no channel of its own: its card stands in a channel that others share, and the card's thread is
 * the incident's. Nothing there is dressed or archived for its sake.
 */
export async function openThread(
  app: App,
  inputs: Inputs,
  { channelId, channelName }: MeetingPlace,
  { record: first, known, isRepeat }: Begun,
): Promise<IncidentRecord> {
  // Its thread begins with the card, which is to be drawn as one of a shared channel.
  const begun = { ...first, channelId, threadTs: "of the card" };
  const cardTs = await ensureCard(app, begun, known, { isRepeat });
  const channelUrl = await permalinkOf(app, channelId, cardTs);
  // In one write: a record that named the channel without the thread would take it for the incident's own.
  const place = { channelId, channelName, channelUrl, threadTs: cardTs, cardTs };
  const record = await saveRecord(app, first, { ...place, sequence: Number(inputs.sequence) || 0 });
  await listIncident(app.slack, record.incident, channelId);
  await sayUninvited(app, record, await invitePeople(app, channelId, pagedIn(known), inputs.started_by));
  return record;
}
