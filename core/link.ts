/** Links that come from outside: which of them may be shown, and how to find them in text. */
import { isRecord } from "./json.ts";
import { holdsCredential, looksSecret } from "./redaction.ts";
import { cutCharacters, oneLine } from "./text.ts";

/** Slack takes links of up to 3,000 characters; longer than this one is no use to a person either. */
const MAX_LINK_LENGTH = 2_000;
/** Bounds on the search for links in what a sender wrote: 512 KB of nested JSON must not cost seconds. */
const MAX_DEPTH = 8;
const MAX_VALUES = 2_000;
const MAX_TEXT_LENGTH = 20_000;
/** More links than these are no help to anybody. */
const MAX_LINKS = 50;

/**
 * A link that may be shown to people, parsed; undefined for anything but http and https, for links with a user name or
 * password in them (they make one host look like another), and for links that carry a secret.
 */
export function safeLink(text: unknown): URL | undefined {
  if (typeof text !== "string" || text.length > MAX_LINK_LENGTH) return undefined;
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return undefined;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  if (url.username !== "" || url.password !== "" || url.hostname === "") return undefined;
  // A name may stand in the hash as well, as some single-page applications have it.
  const names = [...url.searchParams.keys(), ...new URLSearchParams(url.hash.replace(/^#[^?]*\?|^#/, "")).keys()];
  if (names.some(looksSecret) || holdsCredential(url.href)) return undefined;
  return url.href.length > MAX_LINK_LENGTH ? undefined : url;
}

/** A link and the name under which it stands: "Runbook: https://…", or the name of its field. */
interface FoundLink {
  readonly url: URL;
  readonly name?: string;
}

/** The links in a text, in its order, without the punctuation that ends a sentence. */
function linksIn(text: string, field: string): readonly FoundLink[] {
  const read = text.slice(0, MAX_TEXT_LENGTH);
  return [...read.matchAll(/https?:\/\/[^\s<>"'`\\|]+/gi)].flatMap(({ 0: raw, index }) => {
    const url = safeLink(raw.replace(/[.,;:!?)\]}]+$/, ""));
    if (!url) return [];
    const before = read.slice(Math.max(0, index - 60), index);
    const label = /(?:^|\n)[\s-]*([a-z][\w -]{1,30}?)\s*[:=]\s*$/i.exec(before)?.[1];
    const name = words(label ?? (raw === text.trim() ? field : ""));
    return [{ url, ...(name ? { name } : {}) }];
  });
}

/** "runbook_url" → "Runbook"; empty where the name says nothing. */
function words(name: string): string {
  const said = name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_-]+/g, " ");
  const plain = oneLine(said.replace(/\b(?:url|uri|href|links?)\b/gi, ""));
  return cutCharacters(plain.charAt(0).toUpperCase() + plain.slice(1), 40);
}

/**
 * The links in all texts of a nested value, in its order. What stands under `user` (personal data) or under a name that
 * looks like a secret is not looked at; neither is the value of a `{key, value}` pair with such a key.
 */
export function linksWithin(value: unknown): readonly FoundLink[] {
  const links: FoundLink[] = [];
  let left = MAX_VALUES;
  const look = (current: unknown, depth: number, field: string): void => {
    left -= 1;
    if (left < 0 || depth > MAX_DEPTH || links.length >= MAX_LINKS) return;
    if (typeof current === "string") links.push(...linksIn(current, field));
    else if (Array.isArray(current)) for (const item of current) look(item, depth + 1, field);
    else if (isRecord(current)) {
      if (typeof current["key"] === "string" && isPrivate(current["key"])) return;
      for (const [name, item] of Object.entries(current)) if (!isPrivate(name)) look(item, depth + 1, name);
    }
  };
  look(value, 0, "");
  return links.slice(0, MAX_LINKS);
}

function isPrivate(name: string): boolean {
  return name.toLowerCase() === "user" || looksSecret(name);
}
