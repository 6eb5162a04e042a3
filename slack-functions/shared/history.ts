import { mayCall, recordOf, type Slack } from "./slack.ts";

type Message = Readonly<Record<string, unknown>>;

/** The last messages of a channel, or of a thread in it; none where it cannot be read. */
export async function lastMessages(
  slack: Slack,
  place: { readonly channel: string; readonly thread_ts?: string },
  limit: number,
): Promise<Message[]> {
  const { channel, thread_ts: ts } = place;
  const answer = ts
    ? await mayCall(slack, "conversations.replies", { channel, ts, limit })
    : await mayCall(slack, "conversations.history", { channel, limit });
  return Array.isArray(answer["messages"]) ? answer["messages"].map(recordOf) : [];
}

/** One message of a channel, or of a thread in it, by its timestamp; undefined where it cannot be read. */
export async function messageAt(
  slack: Slack,
  place: { readonly channel: string; readonly thread_ts?: string },
  ts: string,
): Promise<Message | undefined> {
  const { channel, thread_ts: thread } = place;
  const exactly = { channel, oldest: ts, latest: ts, inclusive: true };
  const answer = thread
    ? await mayCall(slack, "conversations.replies", { ...exactly, ts: thread, limit: 2 })
    : await mayCall(slack, "conversations.history", { ...exactly, limit: 1 });
  const messages = Array.isArray(answer["messages"]) ? answer["messages"].map(recordOf) : [];
  return messages.find((message) => message["ts"] === ts);
}

/** Whether a message has a block with this id; by such ids a repeated step finds what it posted. */
export function hasBlock(message: Message, blockId: string): boolean {
  return blocksOf(message).some((block) => block["block_id"] === blockId);
}

export function blocksOf(message: Message): Message[] {
  return Array.isArray(message["blocks"]) ? message["blocks"].map(recordOf) : [];
}
