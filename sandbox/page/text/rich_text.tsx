import { useMemo } from "react";
import { Message, type Block as DrawnBlock } from "slack-blocks-to-jsx";
import type { TextObject } from "../blocks/slack_objects.ts";
import { Emoji } from "./emoji.tsx";
import { parseMrkdwn, parsePlain, type RichElement } from "./mrkdwn.ts";
import { useTextSurroundings } from "./text_surroundings.tsx";

/** One block that has nothing to press, drawn by slack-blocks-to-jsx. */
export function DrawnBlockView({ block }: { readonly block: object }) {
  const { data, hooks, theme } = useTextSurroundings();
  // The server has checked the block; the library draws nothing for a type that it does not know.
  const blocks = useMemo(() => [block as DrawnBlock], [block]);
  return <Message blocks={blocks} withoutWrapper logo="" name="" data={data} hooks={hooks} theme={theme} />;
}

/** A text object of either kind, with everything that Slack makes of it. */
export function RichText({ text }: { readonly text: TextObject }) {
  const { reader } = useTextSurroundings();
  const block = useMemo(() => ({ type: "rich_text", elements: elementsOf(text) }), [text.text, text.type, reader]);
  return <DrawnBlockView block={block} />;

  function elementsOf({ type, text: content, emoji }: TextObject): readonly RichElement[] {
    if (type === "mrkdwn") return parseMrkdwn(content, reader);
    return [{ type: "rich_text_section", elements: parsePlain(content, emoji, reader) }];
  }
}

/** A plain text in a line of its own surroundings: a button's or label's text with its emoji as pictures. */
export function PlainText({ text }: { readonly text: string }) {
  const { reader } = useTextSurroundings();
  return parsePlain(text, true, reader).map((part, index) => {
    if (part.type === "emoji") return <Emoji key={index} name={part.name} />;
    return part.type === "text" ? part.text : null;
  });
}
