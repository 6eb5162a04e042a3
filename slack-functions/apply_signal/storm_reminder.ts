import type { StormReminder } from "../../core/protocol.ts";
import { describeDuration } from "../../core/time.ts";
import type { App } from "../shared/app.ts";
import { type Block, context, section } from "../shared/card.ts";
import { hasBlock, lastMessages } from "../shared/history.ts";
import { channelLink, escapeText, link, mention } from "../shared/mrkdwn.ts";
import { safeJson, userIdByEmail } from "../shared/people.ts";
import { mayCall, numberOf, recordOf, SlackProblem, textOf } from "../shared/slack.ts";
import { ensureUmbrella, noteStormSequence, stormSequence } from "../shared/umbrella.ts";

const LOOK_BACK = 100;

/** One message in the storm's channel for all of its triages that nobody is at. */
export async function takeStormReminder(
  app: App,
  deliveryId: string,
  subject: string,
  sequence: number,
  data: string,
): Promise<void> {
  const reminder = readStormReminder(data);
  const isOld = sequence <= (await stormSequence(app, reminder.id));
  const outcome = isOld ? "already_applied" : await remind(app, reminder, sequence);
  await app.companion.call("confirm", { deliveryId, incidentId: subject, outcome });
}

async function remind(app: App, reminder: StormReminder, sequence: number): Promise<"applied" | "stale"> {
  const { channelId: channel } = await ensureUmbrella(app, reminder);
  const marker = `storm_reminder:${sequence}`;
  const users = await usersOf(app, reminder.emails);
  if (!(await lastMessages(app.slack, { channel }, LOOK_BACK)).some((message) => hasBlock(message, marker))) {
    const message = { channel, text: headOf(app, reminder), blocks: stormReminderBlocks(app, reminder, users, marker) };
    // Nobody can be told anything there, so nothing follows from this reminder either.
    if (!(await mayCall(app.slack, "chat.postMessage", message)).ok) return "stale";
    for (const user of reminder.direct ? users : []) await tellDirectly(app, reminder, channel, user);
  }
  await noteStormSequence(app, reminder.id, sequence);
  return "applied";
}

async function usersOf(app: App, emails: readonly string[]): Promise<string[]> {
  const found = await Promise.all(emails.map((email) => userIdByEmail(app.slack, email)));
  return [...new Set(found.filter((user) => user !== undefined))];
}

function headOf(app: App, { undecided, longestSince }: StormReminder): string {
  const triages = undecided === 1 ? "One triage of this storm is" : `${undecided} triages of this storm are`;
  return `${triages} undecided, ${undecided === 1 ? "" : "the longest "}for ${describeDuration(app.now - longestSince)}.`;
}

/** Shown as one message, whatever the services are called. */
export function stormReminderBlocks(
  app: App,
  reminder: StormReminder,
  users: readonly string[],
  marker: string,
): Block[] {
  const people = users.map(mention).join(" ");
  const next = reminder.escalates ? " PagerDuty is asked to page the next level where nobody acknowledged." : "";
  const named = reminder.first.map(({ number, serviceName, url }) => {
    const words = `#${number} ${serviceName}`;
    return url ? link(url, words, 60) : escapeText(words, 60);
  });
  const more = reminder.undecided - named.length;
  const list = `${named.join(" · ")}${more > 0 ? ` · and ${more} more` : ""}`;
  return [
    section(`:alarm_clock: ${people ? `${people} ` : ""}*${headOf(app, reminder)}*${next}`, marker),
    section(list),
    context("Decide each in its thread, or with *Decide* in the list that it stands in."),
  ];
}

async function tellDirectly(app: App, reminder: StormReminder, channel: string, user: string): Promise<void> {
  const text = `${headOf(app, reminder)} Please decide in ${channelLink(channel)}.`;
  await mayCall(app.slack, "chat.postMessage", { channel: user, text });
}

/** @throws SlackProblem where the message names no storm */
function readStormReminder(data: string): StormReminder {
  const fields = recordOf(safeJson(data));
  const id = textOf(fields["id"]);
  if (id === "") throw new SlackProblem("The companion's message names no storm.");
  const listOf = (name: string): readonly unknown[] => (Array.isArray(fields[name]) ? fields[name] : []);
  return {
    id,
    number: textOf(fields["number"]),
    since: numberOf(fields["since"]),
    channelId: textOf(fields["channelId"]),
    channelName: textOf(fields["channelName"]),
    undecided: numberOf(fields["undecided"]),
    longestSince: numberOf(fields["longestSince"]),
    first: listOf("first")
      .map(recordOf)
      .map((one) => ({
        number: textOf(one["number"]),
        serviceName: textOf(one["serviceName"]),
        url: textOf(one["url"]),
      })),
    emails: listOf("emails").map(textOf).filter(Boolean),
    direct: fields["direct"] === true,
    escalates: fields["escalates"] === true,
  };
}
