import type { App } from "./app.ts";
import { section } from "./card.ts";
import { type IncidentRecord, whereOf } from "./incidents.ts";
import { escapeText } from "./mrkdwn.ts";
import { isPosted } from "./posted.ts";
import { mayCall, PASSING } from "./slack.ts";

const WHAT = {
  feed_line: { name: "line in the triage feed", variable: "TRIAGE_CHANNEL_ID" },
  announcement: { name: "announcement", variable: "ANNOUNCE_CHANNEL_ID" },
} as const;

/** What is wrong with the channel, and what mends it. */
const WHY: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  is_archived: ["its channel is archived", "Unarchive it"],
  channel_not_found: ["its channel is gone, or private without Pager Triage", "Invite Pager Triage there"],
  not_in_channel: ["Pager Triage is not in its channel", "Invite it there"],
  restricted_action: ["only some people may post in its channel", "Allow it to Pager Triage"],
};

/** Says once, where the incident lives, that something else could not be posted, and which variable to mend. */
export async function sayUnposted(
  app: App,
  record: IncidentRecord,
  what: keyof typeof WHAT,
  error: string,
): Promise<void> {
  const { name, variable } = WHAT[what];
  const marker = `unposted:${what}`;
  if (record.channelId === "" || PASSING.includes(error) || (await isPosted(app, record, marker))) return;
  const [problem, remedy] = WHY[error] ?? [`Slack says ${escapeText(error, 60)}`, "Look at its channel"];
  const text = `The ${name} could not be posted: ${problem}. ${remedy}, or set ${variable} to another channel. Nothing else waits for it.`;
  await mayCall(app.slack, "chat.postMessage", {
    ...whereOf(record),
    text,
    blocks: [section(`:warning: ${text}`, marker)],
  });
}
