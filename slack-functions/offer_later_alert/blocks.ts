import type { Alert } from "../../core/alert.ts";
import { attachmentBlocks } from "../shared/attachments.ts";
import { type Block, context, section } from "../shared/card.ts";
import { escapeText, link, mention, time } from "../shared/mrkdwn.ts";
import { closingLine, pagingLine } from "../shared/paging_text.ts";

export const ATTACH = "attach";
export const KEEP_SEPARATE = "keep_separate";

export function offerBlocks(alert: Alert): Block[] {
  return [
    ...alertBlocks(alert),
    {
      type: "actions",
      block_id: "offer",
      elements: [button("Attach", ATTACH, "primary"), button("Keep separate", KEEP_SEPARATE)],
    },
    context("*Attach* makes it part of this incident. *Keep separate* opens a triage of its own."),
  ];
}

function alertBlocks(alert: Alert): Block[] {
  return [
    section(
      `*${escapeText(alert.serviceName, 80)} failed again* at ${time(alert.since)}\n${link(alert.url, alert.title, 200)}\n${closingLine(alert)} · ${pagingLine([alert])}`,
    ),
    ...attachmentBlocks(alert.attachments, 2, alert.title),
  ];
}

export function offerText(alert: Alert): string {
  return `${escapeText(alert.serviceName, 80)} failed again: ${escapeText(alert.title, 300)}. Attach it?`;
}

/** The offer after the press: what was answered, and no buttons. */
export function answeredBlocks(alert: Alert, answer: string, userId: string): Block[] {
  const words =
    answer === ATTACH
      ? `:paperclip: ${mention(userId)} attached it.`
      : `:arrow_right_hook: ${mention(userId)} keeps it separate; it gets a triage channel of its own.`;
  return [...alertBlocks(alert), section(words)];
}

function button(text: string, actionId: string, style?: "primary"): Block {
  return { type: "button", text: { type: "plain_text", text }, action_id: actionId, ...(style ? { style } : {}) };
}
