/** The cards of a day, as people see them at its end. */
import type { Message } from "../sandbox/slack/state.ts";
import type { Evidence } from "./oracle.ts";

export interface Card {
  readonly incidentId: string;
  readonly message: Message;
  /** As the card says it. */
  readonly status: string;
}

const CHIPS: readonly (readonly [RegExp, string])[] = [
  [/\*In triage\*/, "triage"],
  [/\*Active incident\*/, "active"],
  [/\*Merged\*/, "merged"],
  [/\*Not an incident\*/, "dismissed"],
  [/\*Resolved\*/, "resolved"],
];

/** The cards that people go by: those of channels that are not archived, or the last one. */
export function cardsOf(evidence: Evidence): Card[] {
  const { channels } = evidence.slack.platform.state;
  const all = allCards(evidence).toSorted((one, other) => Number(other.message.ts) - Number(one.message.ts));
  return all.filter(
    (card, index) =>
      channels[card.message.channel]?.isArchived === false ||
      all.findIndex(({ incidentId }) => incidentId === card.incidentId) === index,
  );
}

function allCards(evidence: Evidence): Card[] {
  return Object.values(evidence.slack.platform.state.channels).flatMap(({ id }) =>
    messagesIn(evidence, id).flatMap((message) => {
      const incidentId = message.blocks.map((block) => /^card:(.+)$/.exec(block.block_id)?.[1]).find(Boolean);
      if (!incidentId) return [];
      const text = JSON.stringify(message.blocks[1] ?? "");
      return [{ incidentId, message, status: CHIPS.find(([chip]) => chip.test(text))?.[1] ?? "unknown" }];
    }),
  );
}

/** "*PagerDuty*  <link|Alert #7> · Triggered" */
export function alertLines({ blocks }: Message): { readonly alertId: string; readonly says: string }[] {
  return blocks.flatMap((block) => {
    const text = (block["text"] as { text?: string } | undefined)?.text ?? "";
    const line = /^\*PagerDuty\* {2}<[^|>]*\/web\/incidents\/([A-Z0-9]+)[^>]*> · (.*)$/s.exec(text);
    return line?.[1] && line[2] ? [{ alertId: line[1], says: line[2] }] : [];
  });
}

export function messagesIn({ slack }: Evidence, channel: string): readonly Message[] {
  return slack.platform.state.messages[channel] ?? [];
}
