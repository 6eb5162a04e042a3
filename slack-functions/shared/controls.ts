import type { App } from "./app.ts";
import { section } from "./card.ts";
import { hasBlock, lastMessages } from "./history.ts";
import { type IncidentRecord, whereOf } from "./incidents.ts";
import { mayCall, textOf } from "./slack.ts";

/** The block by which controls with their buttons are known. */
export const CONTROLS_BLOCK = "controls";

const LOOK_BACK = 100;

/** The controls that stand among the incident's messages, also those whose run died before it noted them. */
export async function standingControls(app: App, record: IncidentRecord): Promise<string[]> {
  const messages = await lastMessages(app.slack, whereOf(record), LOOK_BACK);
  return messages.filter((message) => hasBlock(message, CONTROLS_BLOCK)).map(({ ts }) => textOf(ts));
}

/** Controls are another execution's message: taking their buttons away is all that we may do to them. */
export async function retireControls(app: App, { channelId: channel }: IncidentRecord, ts: string, text: string) {
  await mayCall(app.slack, "chat.update", { channel, ts, text, blocks: [section(text)] });
}
