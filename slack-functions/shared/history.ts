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

/** Whether a message has a block with this id; by such ids a repeated step finds what it posted. */
export function hasBlock(message: Message, blockId: string): boolean {
  const blocks = Array.isArray(message["blocks"]) ? message["blocks"].map(recordOf) : [];
  return blocks.some((block) => block["block_id"] === blockId);
}
