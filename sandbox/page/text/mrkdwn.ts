/**
 * Slack's mrkdwn → the elements of a rich_text block. The drawing library's own reading of mrkdwn undoes &lt; before it
 * looks for links, so that escaped text could forge one; and it turns 12:30:45 and __init__ into emoji and bold. Here
 * control sequences are only ever what stood in real angle brackets.
 */
export interface TextStyle {
  readonly bold?: true;
  readonly italic?: true;
  readonly strike?: true;
  readonly code?: true;
}

export type Inline =
  | { readonly type: "text"; readonly text: string; readonly style?: TextStyle }
  | { readonly type: "link"; readonly url: string; readonly text?: string; readonly style?: TextStyle }
  | { readonly type: "user"; readonly user_id: string; readonly style?: TextStyle }
  | { readonly type: "channel"; readonly channel_id: string; readonly style?: TextStyle }
  | { readonly type: "broadcast"; readonly range: "here" | "channel" | "everyone"; readonly style?: TextStyle }
  | { readonly type: "emoji"; readonly name: string }
  | { readonly type: "date"; readonly timestamp: number; readonly format: string; readonly style?: TextStyle };

export type RichElement =
  | { readonly type: "rich_text_section" | "rich_text_quote"; readonly elements: readonly Inline[] }
  | { readonly type: "rich_text_preformatted"; readonly elements: readonly Inline[] };

/** What the reader's surroundings decide: date texts inside links, and which pictures exist for unicode emoji. */
export interface MrkdwnReader {
  /** The text of `<!date^…>`. */
  readonly formatDate: (timestamp: number, format: string) => string;
  /** The short name of a unicode emoji that the page draws itself. */
  readonly emojiName: (unicode: string) => string | undefined;
}

export function parseMrkdwn(text: string, reader: MrkdwnReader): readonly RichElement[] {
  const parts = text.split(/```([\s\S]+?)```/g);
  return parts.flatMap((part, index): readonly RichElement[] => {
    if (index % 2 === 1) {
      const code = decodeEntities(part.replace(/^\n|\n$/g, ""));
      return [{ type: "rich_text_preformatted", elements: [{ type: "text", text: code }] }];
    }
    // The line breaks beside a code block belong to its fences.
    const after = index > 0 ? part.replace(/^\n/, "") : part;
    const lines = index < parts.length - 1 ? after.replace(/\n$/, "") : after;
    return lines === "" ? [] : parseLines(lines, reader);
  });
}

/** Plain text objects: nothing but emoji means anything. */
export function parsePlain(text: string, emoji: boolean, reader: MrkdwnReader): readonly Inline[] {
  return emoji ? splitEmoji(text, undefined, reader) : [{ type: "text", text }];
}

function parseLines(text: string, reader: MrkdwnReader): readonly RichElement[] {
  const groups: { quote: boolean; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?/.exec(line);
    const last = groups.at(-1);
    const content = quote ? line.slice(quote[0].length) : line;
    if (last && last.quote === (quote !== null)) last.lines.push(content);
    else groups.push({ quote: quote !== null, lines: [content] });
  }
  return groups.map(({ quote, lines }) => ({
    type: quote ? "rich_text_quote" : "rich_text_section",
    elements: parseInline(lines.join("\n"), {}, reader),
  }));
}

const MARKS = { "*": "bold", _: "italic", "~": "strike" } as const;

/** A pair of marks counts only around words: not inside one (snake_case), not beside a space, not across lines. */
const PAIRS =
  /(?<![\p{L}\p{N}*_~`])([*_~])(?=[^\s*_~])((?:<[^<>\n]*>|`[^`\n]*`|(?!\1)[^\n])*?[^\s])\1(?![\p{L}\p{N}*_~])/u;
const ATOM = /`([^`\n]+)`|<([^<>\n]+)>/u;

function parseInline(text: string, style: TextStyle, reader: MrkdwnReader): readonly Inline[] {
  if (text === "") return [];
  const atom = ATOM.exec(text);
  const pair = PAIRS.exec(text);
  if (pair && (!atom || pair.index < atom.index)) {
    const mark = MARKS[pair[1] as keyof typeof MARKS];
    return [
      ...parseInline(text.slice(0, pair.index), style, reader),
      ...parseInline(pair[2] ?? "", { ...style, [mark]: true }, reader),
      ...parseInline(text.slice(pair.index + pair[0].length), style, reader),
    ];
  }
  if (!atom) return autoLinks(text, style, reader);
  const inner: readonly Inline[] =
    atom[1] !== undefined
      ? [{ type: "text", text: decodeEntities(atom[1]), style: { ...style, code: true } }]
      : control(atom[2] ?? "", style, reader);
  return [
    ...autoLinks(text.slice(0, atom.index), style, reader),
    ...inner,
    ...parseInline(text.slice(atom.index + atom[0].length), style, reader),
  ];
}

/** What stands between angle brackets. */
function control(inner: string, style: TextStyle, reader: MrkdwnReader): readonly Inline[] {
  const bar = inner.indexOf("|");
  const head = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? undefined : decodeEntities(inner.slice(bar + 1));
  const styled = withStyle(style);
  const user = /^@([UW][A-Z0-9]+)$/.exec(head);
  if (user?.[1]) return [{ type: "user", user_id: user[1], ...styled }];
  const channel = /^#([CDG][A-Z0-9]+)$/.exec(head);
  if (channel?.[1]) return [{ type: "channel", channel_id: channel[1], ...styled }];
  const broadcast = /^!(here|channel|everyone)$/.exec(head);
  if (broadcast) return [{ type: "broadcast", range: broadcast[1] as "here" | "channel" | "everyone", ...styled }];
  const date = /^!date\^(\d{1,12})\^([^^]+)(?:\^(.+))?$/.exec(head);
  if (date) return dateElement(Number(date[1]), date[2] ?? "", date[3], styled, reader);
  if (head.startsWith("!")) return [{ type: "text", text: label ?? decodeEntities(head), ...styled }];
  if (/^(?:https?:\/\/|mailto:)/i.test(head)) {
    return [{ type: "link", url: decodeEntities(head), ...(label ? { text: label } : {}), ...styled }];
  }
  // Not one of Slack's control sequences: Slack shows it as it stands.
  return [{ type: "text", text: label ?? decodeEntities(`<${head}>`), ...styled }];
}

function dateElement(
  timestamp: number,
  format: string,
  url: string | undefined,
  styled: { readonly style?: TextStyle },
  reader: MrkdwnReader,
): readonly Inline[] {
  if (!url) return [{ type: "date", timestamp, format, ...styled }];
  return [{ type: "link", url: decodeEntities(url), text: reader.formatDate(timestamp, format), ...styled }];
}

/** A bare address ends before white space, a bracket (escaped ones too), a bar, and punctuation that ends a sentence. */
const ADDRESS = /(\bhttps?:\/\/(?:(?!&[lg]t;)[^\s<>|`])*(?!&[lg]t;)[^\s<>|`.,;:!?'")\]*_~])/giu;

function autoLinks(text: string, style: TextStyle, reader: MrkdwnReader): readonly Inline[] {
  return text.split(ADDRESS).flatMap((part, index): readonly Inline[] => {
    if (part === "") return [];
    if (index % 2 === 0) return splitEmoji(decodeEntities(part), withStyle(style).style, reader);
    return [{ type: "link", url: decodeEntities(part), ...withStyle(style) }];
  });
}

const SHORT_NAME = /(?<![\p{L}\p{N}:]):([a-z][a-z0-9_+-]*|\+1|-1|100):(?![\p{L}\p{N}])/u;
const PICTOGRAPH = /(?:\p{Extended_Pictographic}\uFE0F?(?:\u200D\p{Extended_Pictographic}\uFE0F?)*)/u;
const EMOJI = new RegExp(`${SHORT_NAME.source}|${PICTOGRAPH.source}`, "gu");

function splitEmoji(text: string, style: TextStyle | undefined, reader: MrkdwnReader): readonly Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const found of text.matchAll(EMOJI)) {
    const name = found[1] ?? reader.emojiName(found[0]);
    if (name === undefined) continue;
    if (found.index > from)
      parts.push({ type: "text", text: text.slice(from, found.index), ...(style ? { style } : {}) });
    parts.push({ type: "emoji", name });
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ type: "text", text: text.slice(from), ...(style ? { style } : {}) });
  return parts;
}

function withStyle(style: TextStyle): { readonly style?: TextStyle } {
  return Object.keys(style).length === 0 ? {} : { style };
}

/** The three entities that Slack knows, each undone once. */
export function decodeEntities(text: string): string {
  return text.replace(/&(lt|gt|amp);/g, (_, name: string) => (name === "lt" ? "<" : name === "gt" ? ">" : "&"));
}
