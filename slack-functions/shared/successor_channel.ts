import { isOpen } from "../../core/incident.ts";
import { readAlerts } from "./alerts.ts";
import type { App } from "./app.ts";
import { section } from "./card.ts";
import { ensureCard, permalinkOf } from "./card_message.ts";
import { createFurtherChannel } from "./channel.ts";
import {
  alertIdsOf,
  awaitIncident,
  type IncidentRecord,
  type RecordPatch,
  saveRecord,
  sharesChannel,
  whereOf,
} from "./incidents.ts";
import { decorate } from "./decoration.ts";
import { invitePeople, inviteUser, membersOf, sayUninvited } from "./invite.ts";
import { channelLink } from "./mrkdwn.ts";
import { listIncident } from "./open_incidents.ts";
import { publish } from "./publish.ts";
import { mayCall, recordOf } from "./slack.ts";

/**
 * Whether we can go on working in the incident's channel. A bot cannot unarchive a channel, and once it was put out of one
 * it can neither pin nor invite there.
 */
export async function isChannelLost(app: App, record: IncidentRecord): Promise<boolean> {
  if (record.archivedAt > 0) return true;
  const answer = await mayCall(app.slack, "conversations.info", { channel: record.channelId });
  // When Slack only fails to answer, the channel is believed to be there.
  if (!answer.ok) return answer.error === "channel_not_found" || answer.error === "not_in_channel";
  const channel = recordOf(answer["channel"]);
  // In a channel that incidents share the app may be a guest: it posts there without being a member.
  return channel["is_archived"] === true || (channel["is_member"] === false && !sharesChannel(record));
}

export interface Move {
  /** Why the old channel is left, as a sentence for the new one's first message. */
  readonly why: string;
  /** Slack ids of people who are brought along, beside whom PagerDuty pages and who worked on it. */
  readonly people: readonly string[];
}

/**
 * Moves an incident to a new channel that is linked with the old one: same incident, same number, a card of its own. A
 * question, controls or offers in the old channel are lost with it; who calls this asks anew. The place reaches the
 * companion with the next message.
 * @returns the record with the new channel
 */
export async function openSuccessorChannel(app: App, record: IncidentRecord, move: Move): Promise<IncidentRecord> {
  // A shared channel's people are there for the others too.
  const members = sharesChannel(record) ? [] : await membersOf(app, record.channelId);
  const channel = await createFurtherChannel(app, record);
  const before = channel.isNew ? undefined : await movedTo(app, record, channel.id);
  if (before) return before;
  await mayCall(app.slack, "conversations.setPurpose", { channel: channel.id, purpose: channel.purpose });
  const moved = {
    ...record,
    channelId: channel.id,
    channelName: channel.name,
    threadTs: "",
    cardTs: "",
    archivedAt: 0,
  };
  const cardTs = await ensureCard(app, moved, []);
  const after = await saveRecord(app, record, {
    channelId: channel.id,
    channelName: channel.name,
    channelUrl: await permalinkOf(app, channel.id, cardTs),
    threadTs: "",
    cardTs,
    ...LEFT_BEHIND,
    undecorated: DRESSED_HERE,
  });
  await bringPeople(app, after, [...members, ...move.people]);
  if (isOpen(after.incident)) await listIncident(app.slack, after.incident, after.channelId);
  const [first] = await readAlerts(app.slack, after.alertIds.slice(0, 1));
  const [left] = await Promise.all([
    decorate(app, after, first?.alert, DRESSED_HERE),
    sayWhere(app, record, after, move.why),
    publish(app, after),
  ]);
  return saveRecord(app, after, { undecorated: left });
}

/** Beside the purpose, by which the channel is found again. */
const DRESSED_HERE = ["topic", "pin", "bookmark"] as const;

/** What belonged to the place before. */
export const LEFT_BEHIND = {
  questionTs: "",
  questionExecutionId: "",
  controlsTs: "",
  offerTs: "",
  offerUpTo: 0,
  archivedAt: 0,
} as const satisfies RecordPatch;

/** The record once it shows the channel that another run moved the incident to; undefined where that run died before. */
async function movedTo(app: App, { incident }: IncidentRecord, channelId: string): Promise<IncidentRecord | undefined> {
  const isThere = (record: IncidentRecord) => record.channelId === channelId && record.cardTs !== "";
  const read = await awaitIncident(app, incident.id, isThere);
  return read && isThere(read) ? read : undefined;
}

async function bringPeople(app: App, record: IncidentRecord, others: readonly string[]): Promise<void> {
  const stored = await readAlerts(app.slack, alertIdsOf(record));
  const paged = stored.filter(({ alert }) => alert.relation === "attached").flatMap(({ alert }) => alert.paged);
  const uninvited = await invitePeople(app, record.channelId, paged, record.startedBy?.slackUserId);
  for (const user of new Set([...others, record.lead])) {
    const refused = user !== "" && (await inviteUser(app, record.channelId, user));
    if (refused) uninvited.push(refused);
  }
  await sayUninvited(app, record, uninvited);
}

/** Each channel says where the other one is; the old one only where it can still be written in. */
async function sayWhere(app: App, old: IncidentRecord, next: IncidentRecord, why: string): Promise<void> {
  const here = `This goes on from ${channelLink(old.channelId)}. ${why}`;
  const there = `This goes on in ${channelLink(next.channelId)}.`;
  await mayCall(app.slack, "chat.postMessage", { ...whereOf(next), text: here, blocks: [section(here)] });
  const args = { ...whereOf(old), text: there, blocks: [section(there)] };
  await mayCall(app.slack, "chat.postMessage", args, ["is_archived", "channel_not_found", "not_in_channel"]);
}
