import { cutCharacters } from "../../core/text.ts";
import type { Instant } from "../../core/time.ts";
import type { Block } from "./card.ts";
import { escapeText, mention, time } from "./mrkdwn.ts";
import { safeJson } from "./people.ts";
import { numberOf, recordOf, textOf } from "./slack.ts";

/** What a responder last told about the incident. */
export interface LatestUpdate {
  readonly text: string;
  /** Slack user id. */
  readonly by: string;
  readonly at: Instant;
  /** The form that it was written in: sent a second time it is the same update. */
  readonly viewId: string;
}

/** Slack's limit on the text of a section. */
const MAX_SECTION = 3_000;

/** An update that was kept as JSON. */
export function parseUpdate(kept: unknown): LatestUpdate | undefined {
  const value = recordOf(safeJson(textOf(kept)));
  const text = textOf(value["text"]);
  if (text === "") return undefined;
  return { text, by: textOf(value["by"]), at: numberOf(value["at"]), viewId: textOf(value["viewId"]) };
}

/** One line for the card. */
export function updateLine(update: LatestUpdate): string {
  return `:speech_balloon: *Latest update* · ${time(update.at)} · ${mention(update.by)}: ${escapeText(update.text, 200)}`;
}

/** The whole update: who and when, and what was written with its line breaks. */
export function updateBlocks(update: LatestUpdate, name: "Update" | "Latest update"): Block[] {
  const head = `:speech_balloon: *${name}* · ${time(update.at)} · ${mention(update.by)}`;
  return [{ type: "section", text: { type: "mrkdwn", text: head } }, paragraph(update.text)];
}

/** Escaping makes a text longer; what then is too long is shown as plain text, which needs no escaping. */
function paragraph(text: string): Block {
  const escaped = text
    .split("\n")
    .map((line) => escapeText(line, MAX_SECTION))
    .join("\n")
    .trim();
  if (escaped.length <= MAX_SECTION) return { type: "section", text: { type: "mrkdwn", text: escaped } };
  return { type: "section", text: { type: "plain_text", text: cutCharacters(text, MAX_SECTION / 2) } };
}
