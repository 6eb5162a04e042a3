import { type Decider, isPerson } from "../../core/incident.ts";
import { cutCharacters, oneLine } from "../../core/text.ts";
import type { Instant } from "../../core/time.ts";

/** How much longer escaping may make a text, so that what is put together of several stays within Slack's limits. */
const MAX_GROWTH = 2;
/** What one character becomes at worst: "&amp;". */
const LONGEST_ESCAPE = 5;

/**
 * Text from outside as Slack may show it: one line, its markup without effect, so that no title can ping people, forge a
 * link or escape its field.
 * @param max characters before escaping; less where there is little but markup
 */
export function escapeText(text: string, max = 300): string {
  const line = cutCharacters(oneLine(text), max);
  const escaped = escape(line);
  if (escaped.length <= max * MAX_GROWTH) return escaped;
  return escape(cutCharacters(line, Math.floor((max * MAX_GROWTH) / LONGEST_ESCAPE)));
}

function escape(line: string): string {
  return (
    line
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      // Markup begins at the edge of a word only; a zero-width space there takes its meaning, and order_id stays as it is.
      .replace(/(^|[^\p{L}\p{N}])([*_~])/gu, "$1\u200b$2\u200b")
      .replace(/`/g, "\u200b`\u200b")
  );
}

/** A name for places that may or may not read markup: what could begin any is left out. */
export function plainName(name: string): string {
  return cutCharacters(oneLine(name.replace(/[<>&*_~`]/g, "")), 80);
}

/** A link whose label is text from outside. Only http and https; anything else is shown as its label. */
export function link(url: string, label: string, max = 150): string {
  const address = safeUrl(url);
  return address ? `<${address}|${escapeText(label, max).replace(/\|/g, "¦")}>` : escapeText(label, max);
}

/** A web address that cannot break out of Slack's link markup; undefined for anything but http and https. */
export function safeUrl(url: string): string | undefined {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return undefined;
  }
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return undefined;
  if (parsed.username !== "" || parsed.password !== "") return undefined;
  const address = parsed.href.replace(/[<>|]/g, (character) => encodeURIComponent(character));
  return address.length <= 3_000 ? address : undefined;
}

/** A user mention. The id is ours or Slack's own; anything else is shown as nobody. */
export function mention(userId: string): string {
  return /^[UW][A-Z0-9]+$/.test(userId) ? `<@${userId}>` : "somebody";
}

/** Who decided, or the rule that did in a person's stead. */
export function deciderText(decider: Decider): string {
  return isPerson(decider) ? mention(decider.slackUserId) : "the rule for this service";
}

export function channelLink(channelId: string): string {
  return /^[CG][A-Z0-9]+$/.test(channelId) ? `<#${channelId}>` : "its channel";
}

/** A time in the reader's own zone; the fallback is UTC. */
export function time(at: Instant): string {
  const fallback = new Date(at).toISOString().slice(11, 16);
  return `<!date^${Math.floor(at / 1_000)}^{time}|${fallback} UTC>`;
}
