import type { App } from "./app.ts";
import { hasBlock, lastMessages } from "./history.ts";
import { type IncidentRecord, whereOf } from "./incidents.ts";

/** How many messages are looked through for one that an earlier try posted. */
const LOOK_BACK = 100;

/** Whether a message with a block of this id stands among the incident's: an earlier try posted it and did not live to say so. */
export async function isPosted(app: App, record: IncidentRecord, marker: string): Promise<boolean> {
  return (await findPosted(app, record, marker)) !== undefined;
}

/** The incident's message that has a block of this id. */
export async function findPosted(
  app: App,
  record: IncidentRecord,
  marker: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const messages = await lastMessages(app.slack, whereOf(record), LOOK_BACK);
  return messages.find((message) => hasBlock(message, marker));
}
