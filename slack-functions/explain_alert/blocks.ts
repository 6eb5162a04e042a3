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
    ...steps.map(({ at, did, otherwise, by }) => {
      const who = by ? ` · ${mention(by)}` : "";
      return section(`${time(at)}${who}  ${escapeText(did, 600)}\n_${escapeText(otherwise, 600)}_`);
    }),
    ...(steps.length === 0 ? [context("It is known, and nothing was decided about it.")] : []),
  ];
}
