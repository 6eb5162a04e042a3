/** Owns the datastore "feed_lines": where the lines of the feed that belong to no incident were posted. */
import { HOUR } from "../../core/time.ts";
import type { App } from "./app.ts";
import { lookUntil } from "./settling.ts";
import { mayCall, mustCall, numberOf, recordOf, SlackProblem, textOf } from "./slack.ts";

const DATASTORE = "feed_lines";
const KEPT_MS = 90 * 24 * HOUR;

export interface Posted {
  readonly channel: string;
  readonly ts: string;
  /** Grows with every change of the line. */
  readonly sequence: number;
}

export async function readPosted(app: App, key: string): Promise<Posted | undefined> {
  const answer = await mustCall(app.slack, "apps.datastore.get", { datastore: DATASTORE, id: key });
  const item = recordOf(answer["item"]);
  if (textOf(item["id"]) === "") return undefined;
  return { channel: textOf(item["channel"]), ts: textOf(item["ts"]), sequence: numberOf(item["sequence"]) };
}

/** Resolves when others see it as well. */
export async function writePosted(app: App, key: string, posted: Posted): Promise<void> {
  const item = { id: key, ...posted, expires_at: Math.floor((app.now + KEPT_MS) / 1_000) };
  await mustCall(app.slack, "apps.datastore.put", { datastore: DATASTORE, item });
  const shown = await lookUntil(
    app,
    () => readPosted(app, key),
    (read) => read !== undefined && read.sequence >= posted.sequence,
  );
  if (!shown) throw new SlackProblem("Slack's storage does not show what was written to it.");
}

export async function forgetPosted(app: App, key: string): Promise<void> {
  await mayCall(app.slack, "apps.datastore.delete", { datastore: DATASTORE, id: key });
}
