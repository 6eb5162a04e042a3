import { channelPurpose } from "../../core/channel_name.ts";
import type { Alert } from "../../core/alert.ts";
import type { App } from "./app.ts";
import { type IncidentRecord, sharesChannel } from "./incidents.ts";
import { publishTopic } from "./publish.ts";
import { mayCall, PASSING } from "./slack.ts";

/** What makes a channel of its own pleasant. Each may fail alone, and the question depends on none of them. */
export const DECORATIONS = ["purpose", "topic", "pin", "bookmark"] as const;
export type Decoration = (typeof DECORATIONS)[number];

/** What is still to be done of the incident's channel. */
export function undecorated(record: IncidentRecord): Decoration[] {
  return DECORATIONS.filter((one) => record.undecorated.includes(one));
}

/**
 * Dresses the incident's channel.
 * @returns what Slack left undone just now, its limits above all, to be done in a while
 */
export async function decorate(
  app: App,
  record: IncidentRecord,
  alert: Alert | undefined,
  wanted: readonly Decoration[],
): Promise<Decoration[]> {
  if (sharesChannel(record) || record.archivedAt > 0) return [];
  const done = await Promise.all(wanted.map((one) => DRESS[one](app, record, alert)));
  return wanted.filter((_, index) => !done[index]);
}

type Dress = (app: App, record: IncidentRecord, alert: Alert | undefined) => Promise<boolean>;

/** Each answers false where it is worth another try. */
const DRESS: Readonly<Record<Decoration, Dress>> = {
  purpose: (app, { channelId, incident }) => {
    const purpose = channelPurpose(incident.id, incident.title);
    return isDone(app, "conversations.setPurpose", { channel: channelId, purpose });
  },
  topic: (app, record) => publishTopic(app, record),
  pin: (app, { channelId, cardTs }) =>
    isDone(app, "pins.add", { channel: channelId, timestamp: cardTs }, ["already_pinned"]),
  bookmark: (app, { channelId }, alert) => {
    if (!alert?.url) return Promise.resolve(true);
    const bookmark = { channel_id: channelId, title: "PagerDuty alert", type: "link", link: alert.url };
    return isDone(app, "bookmarks.add", bookmark);
  },
};

async function isDone(
  app: App,
  method: string,
  args: Readonly<Record<string, unknown>>,
  already: readonly string[] = [],
): Promise<boolean> {
  return !PASSING.includes((await mayCall(app.slack, method, args, already)).error ?? "");
}
