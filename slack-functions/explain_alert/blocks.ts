import type { CompanionAnswers, ExplainedAlert } from "../../core/protocol.ts";
import { type Block, context, section } from "../shared/card.ts";
import { channelLink, escapeText, link, mention, time } from "../shared/mrkdwn.ts";
import { messageView } from "../shared/views.ts";

export const WHY_VIEW = "why_view";

/** The modal with one sentence: while it is looked up, or instead of an explanation. */
export function sentenceView(sentence: string): Block {
  return whyView([section(sentence)]);
}

export function whyView(blocks: readonly Block[]): Block {
  return messageView("Why?", "", { callback_id: WHY_VIEW, notify_on_close: true, blocks });
}

/** For a modal and a message alike. */
export function whyBlocks({ incident, alerts, more }: CompanionAnswers["explain"]): Block[] {
  return [
    ...(incident ? [section(whereLine(incident))] : []),
    ...(alerts.length === 0 ? [section("It was started by hand: no alert belongs to it.")] : []),
    ...alerts.flatMap(alertBlocks),
    ...(more > 0 ? [context(`and ${more} more alerts; ask for one by its PagerDuty link`)] : []),
  ];
}

function whereLine({ number, channelId }: NonNullable<CompanionAnswers["explain"]["incident"]>): string {
  return `Incident *#${escapeText(number, 20)}*${channelId ? ` in ${channelLink(channelId)}` : ""}`;
}

function alertBlocks({ number, title, url, serviceName, steps }: ExplainedAlert): Block[] {
  const name = number > 0 ? `#${number} ${title}` : title;
  return [
    { type: "divider" },
    section(`*${escapeText(serviceName, 80)}*  ${link(url, name, 200)}`),
    ...steps.map((step) => section(`${time(step.at)}${didText(step)}\n_${escapeText(step.otherwise, 600)}_`)),
    ...(steps.length === 0 ? [context("It is known, and nothing was decided about it.")] : []),
  ];
}

const SOMEBODY = "Somebody ";

/** The companion's sentences name nobody; where it is known who did it, that person stands in the sentence. */
function didText({ did, by }: ExplainedAlert["steps"][number]): string {
  if (!by) return `  ${escapeText(did, 600)}`;
  return did.startsWith(SOMEBODY)
    ? `  ${mention(by)} ${escapeText(did.slice(SOMEBODY.length), 600)}`
    : ` · ${mention(by)}  ${escapeText(did, 600)}`;
}
