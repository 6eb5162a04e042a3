import type { App } from "./app.ts";
import { type Block, section } from "./card.ts";
import { ChannelRefused } from "./channel.ts";
import { type IncidentRecord, whereOf } from "./incidents.ts";
import { escapeText } from "./mrkdwn.ts";
import { isPosted } from "./posted.ts";
import { mayCall, recordOf, textOf } from "./slack.ts";

/** A channel that is there and that incidents may share. */
export interface MeetingPlace {
  readonly channelId: string;
  readonly channelName: string;
}

/**
 * Where triage goes on when Slack lets us make no channel: the triage feed, else the announcement channel.
 * @throws the refusal itself where there is neither
 */
export async function meetingPlace(app: App, refused: unknown): Promise<MeetingPlace> {
  if (!(refused instanceof ChannelRefused)) throw refused;
  for (const channelId of [app.settings.triageChannelId, app.settings.announceChannelId]) {
    if (!channelId) continue;
    const answer = await mayCall(app.slack, "conversations.info", { channel: channelId });
    const channel = recordOf(answer["channel"]);
    if (answer.ok && channel["is_archived"] !== true) return { channelId, channelName: textOf(channel["name"]) };
  }
  throw refused;
}

const NO_CHANNEL_BLOCK = "no_channel";

/** What happened, what to do, and that nothing waits for it. */
export function noChannelBlocks(refused: ChannelRefused, where: string): Block[] {
  return [section(`:warning: ${noChannelText(refused, where)}`, NO_CHANNEL_BLOCK)];
}

/** Says once, in the incident's thread, why it has no channel of its own. */
export async function sayNoChannel(app: App, record: IncidentRecord, refused: ChannelRefused): Promise<void> {
  if (await isPosted(app, record, NO_CHANNEL_BLOCK)) return;
  const where = "in this thread";
  const message = { text: noChannelText(refused, where), blocks: noChannelBlocks(refused, where) };
  await mayCall(app.slack, "chat.postMessage", { ...whereOf(record), ...message });
}

export function noChannelText({ error, message }: ChannelRefused, where: string): string {
  return `${WHAT_TO_DO[error] ?? `${escapeText(message)} Ask whoever looks after Pager Triage.`} Until then triage goes on ${where}.`;
}

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  restricted_action:
    "No channel could be opened: this workspace restricts who may create channels. Ask a workspace owner to allow it to Pager Triage.",
  missing_scope:
    "No channel could be opened: Pager Triage lacks the permission to create channels. Ask whoever looks after it to deploy it again and have its permissions approved.",
  name_taken:
    "No channel could be opened: all its names are taken by channels that Pager Triage did not make. Rename or delete those.",
};
