import type { App } from "../shared/app.ts";
import { type IncidentRecord, whereOf } from "../shared/incidents.ts";
import { mayCall, recordOf, textOf } from "../shared/slack.ts";

/** When a person last wrote where the incident lives; undefined where nobody did. */
export async function lastHumanMessageAt(app: App, record: IncidentRecord): Promise<number | undefined> {
  const { channel, thread_ts: ts } = whereOf(record);
  const answer = ts
    ? await mayCall(app.slack, "conversations.replies", { channel, ts, limit: 200 })
    : await mayCall(app.slack, "conversations.history", { channel, limit: 200 });
  const messages = Array.isArray(answer["messages"]) ? answer["messages"].map(recordOf) : [];
  // Messages of apps and of the platform itself ("Dana joined") are no activity.
  const human = messages.filter(
    (message) => !message["bot_id"] && !message["subtype"] && textOf(message["user"]) !== "",
  );
  const times = human.map((message) => Number(textOf(message["ts"])) * 1_000).filter((at) => at > 0);
  return times.length > 0 ? Math.max(...times) : undefined;
}
