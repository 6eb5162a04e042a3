import type { App } from "./app.ts";
import { type IncidentRecord, whereOf } from "./incidents.ts";
import { mayCall, recordOf, textOf } from "./slack.ts";

/** A channel, or a thread in it. */
interface Place {
  readonly channel: string;
  readonly thread_ts?: string;
}

/** Says something to one person: there, for their eyes only, or directly where that cannot be, as for who is no member. */
export async function tellThere(app: App, place: Place, user: string, text: string): Promise<void> {
  if (place.channel !== "") {
    const shown = await mayCall(app.slack, "chat.postEphemeral", { ...place, user, text }, ["user_not_in_channel"]);
    if (shown.ok) return;
  }
  await mayCall(app.slack, "chat.postMessage", { channel: user, text });
}

/** The same, in the incident's channel or thread. */
export function tellPerson(app: App, record: IncidentRecord, user: string, text: string): Promise<void> {
  return tellThere(app, whereOf(record), user, text);
}

/** Where somebody pressed a button of a message, and looks now. */
export function placeOfPress(body: unknown): Place {
  const { channel, message, container } = recordOf(body);
  const { thread_ts } = recordOf(message);
  return {
    channel: textOf(recordOf(channel)["id"]) || textOf(recordOf(container)["channel_id"]),
    ...(textOf(thread_ts) === "" ? {} : { thread_ts: textOf(thread_ts) }),
  };
}
