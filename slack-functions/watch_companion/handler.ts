import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { section } from "../shared/card.ts";
import { drain } from "../shared/drain.ts";
import { forgetPosted, readPosted, writePosted } from "../shared/feed_posted.ts";
import { escapeText, time } from "../shared/mrkdwn.ts";
import { mustCall, textOf } from "../shared/slack.ts";
import { WatchCompanionDefinition } from "./definition.ts";

export default SlackFunction(
  WatchCompanionDefinition,
  completing(async (context) => {
    try {
      return { outputs: { answered: await watchCompanion(openApp(context)) } };
    } catch (thrown) {
      return { error: `The companion could not be watched. ${problemOf(thrown)} It is tried again in an hour.` };
    }
  }),
);

/** @returns whether the companion answered */
export async function watchCompanion(app: App): Promise<boolean> {
  await drain(app);
  const problem = await problemOfCompanion(app);
  const since = (await readPosted(app, KEY))?.sequence;
  if (problem !== undefined && since === undefined) await sayItIsSilent(app, problem);
  if (problem === undefined && since !== undefined) await sayItIsBack(app, since);
  return problem === undefined;
}

/** A restart takes some seconds, and nobody is to be told of that. */
const TRIES = 3;
const PAUSE_MS = 2_000;

async function problemOfCompanion(app: App): Promise<string | undefined> {
  let problem = "";
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await app.pause(PAUSE_MS);
    const outcome = await app.companion.call("ping", {});
    // One that understood and said no is there.
    if (outcome.ok || !outcome.again) return undefined;
    ({ problem } = outcome);
  }
  return problem;
}

/** The key under which it is kept that the feed was told, with the time: what is silent cannot keep it. */
const KEY = "companion_silent";

async function sayItIsSilent(app: App, problem: string): Promise<void> {
  const text = `:satellite_antenna: *Pager Triage's companion is silent*, seen at ${time(app.now)} · new pages get no channel until it is back, PagerDuty keeps them and goes on paging · decisions in Slack work and are handed over later · ${escapeText(problem, 200)}`;
  const posted = await post(app, text);
  if (posted) await writePosted(app, KEY, { ...posted, sequence: app.now });
}

async function sayItIsBack(app: App, since: number): Promise<void> {
  const text = `:white_check_mark: *Pager Triage's companion is back* · it was silent from ${time(since)} to ${time(app.now)} · what waited is being handed over`;
  if (await post(app, text)) await forgetPosted(app, KEY);
}

/** A message of its own both times, since an edited one rings nobody. */
async function post(app: App, text: string): Promise<{ readonly channel: string; readonly ts: string } | undefined> {
  const channel = app.settings.triageChannelId ?? app.settings.announceChannelId;
  if (!channel) {
    console.warn("watch_companion.no_channel: neither TRIAGE_CHANNEL_ID nor ANNOUNCE_CHANNEL_ID is set");
    return undefined;
  }
  const blocks = [section(text)];
  const answer = await mustCall(app.slack, "chat.postMessage", { channel, text, blocks, unfurl_links: false });
  return { channel, ts: textOf(answer["ts"]) };
}
