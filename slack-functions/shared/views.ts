import { type Block, section } from "./card.ts";

/** A form that says one sentence and sends nothing: while something is looked up, or instead of what cannot be done. */
export function messageView(title: string, sentence: string, more: Readonly<Record<string, unknown>> = {}): Block {
  return {
    type: "modal",
    title: { type: "plain_text", text: title },
    close: { type: "plain_text", text: "Close" },
    blocks: [section(sentence)],
    ...more,
  };
}
