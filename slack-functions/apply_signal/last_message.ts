import type { Instant } from "../../core/time.ts";
import type { App } from "../shared/app.ts";
import { type IncidentRecord, whereOf } from "../shared/incidents.ts";
import { mayCall, recordOf, textOf } from "../shared/slack.ts";

export type LastMessage =
  | { readonly known: true; readonly at?: Instant }
  /** Slack did not tell; that nobody wrote does not follow. */
  | { readonly known: false; readonly error: string };

type Message = Readonly<Record<string, unknown>>;

/** Threads that are looked into, those with the latest replies first. */
const MAX_THREADS = 10;
/** What people post may have one of these; every other subtype is the platform's own ("Dana joined"). */
const HUMAN_SUBTYPES = ["", "file_share", "thread_broadcast", "me_message"];

/**
 * When a person last wrote where the incident lives, threads included.
 * @param since what is older need not be found
 */
export async function lastHumanMessageAt(app: App, record: IncidentRecord, since: Instant): Promise<LastMessage> {
  const { channel, thread_ts: ts } = whereOf(record);
  if (ts) return inThread(app, channel, ts, since);
  const answer = await mayCall(app.slack, "conversations.history", { channel, limit: 200 });
  if (!answer.ok) return unknown(answer.error);
  const messages = messagesIn(answer);
  // Slack's history has no replies; a parent says when the latest one came, whoever wrote it.
  const threads = messages
    .filter((parent) => timeOf(parent["latest_reply"]) >= since)
    .sort((a, b) => timeOf(b["latest_reply"]) - timeOf(a["latest_reply"]))
    .slice(0, MAX_THREADS);
  let last = latestHuman(messages);
  for (const parent of threads) {
    const found = await inThread(app, channel, textOf(parent["ts"]), since);
    if (!found.known) return found;
    last = Math.max(last, found.at ?? 0);
  }
  return known(last);
}

async function inThread(app: App, channel: string, ts: string, since: Instant): Promise<LastMessage> {
  const oldest = String(since / 1_000);
  const answer = await mayCall(app.slack, "conversations.replies", { channel, ts, oldest, limit: 200 });
  return answer.ok ? known(latestHuman(messagesIn(answer))) : unknown(answer.error);
}

function known(at: Instant): LastMessage {
  return at > 0 ? { known: true, at } : { known: true };
}

function unknown(error = "no reason given"): LastMessage {
  return { known: false, error };
}

function messagesIn(answer: Message): Message[] {
  return Array.isArray(answer["messages"]) ? answer["messages"].map(recordOf) : [];
}

/** 0 where no person wrote. */
function latestHuman(messages: readonly Message[]): Instant {
  const human = messages.filter(
    (message) =>
      !message["bot_id"] && HUMAN_SUBTYPES.includes(textOf(message["subtype"])) && textOf(message["user"]) !== "",
  );
  return Math.max(0, ...human.map((message) => timeOf(message["ts"])));
}

function timeOf(ts: unknown): Instant {
  return Number(textOf(ts)) * 1_000 || 0;
}
