import type { App } from "./app.ts";
import { type IncidentRecord, whereOf } from "./incidents.ts";
import { mayCall } from "./slack.ts";

/** Says something to one person: in the incident's channel for their eyes only, or directly where that cannot be. */
export async function tellPerson(app: App, record: IncidentRecord, user: string, text: string): Promise<void> {
  if (record.channelId !== "") {
    const shown = await mayCall(app.slack, "chat.postEphemeral", { ...whereOf(record), user, text });
    if (shown.ok) return;
  }
  await mayCall(app.slack, "chat.postMessage", { channel: user, text });
}
