import type { App } from "./app.ts";
import { type IncidentRecord, whereOf } from "./incidents.ts";
import { mayCall, recordOf } from "./slack.ts";

/** How many messages are looked through for one that an earlier try posted. */
const LOOK_BACK = 100;

/** Whether a message with a block of this id stands among the incident's: an earlier try posted it and did not live to say so. */
export async function isPosted(app: App, record: IncidentRecord, marker: string): Promise<boolean> {
  const { channel, thread_ts: ts } = whereOf(record);
  const answer = ts
    ? await mayCall(app.slack, "conversations.replies", { channel, ts, limit: LOOK_BACK })
    : await mayCall(app.slack, "conversations.history", { channel, limit: LOOK_BACK });
  const messages = Array.isArray(answer["messages"]) ? answer["messages"].map(recordOf) : [];
  return messages.some((message) => {
    const blocks = Array.isArray(message["blocks"]) ? message["blocks"].map(recordOf) : [];
    return blocks.some((block) => block["block_id"] === marker);
  });
}
