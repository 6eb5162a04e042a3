/** Cuts a text to a number of characters (code points), with an ellipsis where something was left out. */
export function cutCharacters(text: string, max: number): string {
  if (max <= 0) return "";
  const characters = Array.from(text);
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join("")}…`;
}

const encoder = new TextEncoder();

/** The length of a text in bytes of UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Cuts a text to a number of bytes of UTF-8 without splitting a character. */
export function cutBytes(text: string, max: number): string {
  if (byteLength(text) <= max) return text;
  const ellipsis = byteLength("…") <= max ? "…" : "";
  let used = byteLength(ellipsis);
  let cut = "";
  for (const character of text) {
    used += byteLength(character);
    if (used > max) break;
    cut += character;
  }
  return cut + ellipsis;
}

/**
 * One line of plain text: line breaks and runs of white space become one space; control characters go, and so do the
 * invisible ones that hide text or turn its direction (the joiners stay: emoji and some scripts are made with them). Halves of
 * characters, which a cut in the middle of one leaves and many readers of JSON refuse, go as well.
 */
export function oneLine(text: string): string {
  return text
    .replace(/(?!\s)[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u{e0000}-\u{e007f}]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
}

/** A part of a Slack channel's name: lower-case ASCII letters, digits and single hyphens; may be empty. */
export function slug(text: string, max: number): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, max)
    .replace(/^-+|-+$/g, "");
}
