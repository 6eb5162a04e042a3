import type { Alert } from "../../core/alert.ts";
import { cutCharacters, oneLine } from "../../core/text.ts";
import type { Block } from "./card.ts";

export const ATTACHED = "attached";
export const OFFERED = "offered";
/** Slack's limit on the options of one group of checkboxes. */
const GROUP_SIZE = 10;

/** Tick boxes for any number of alerts, in groups as large as Slack allows. */
export function alertChoices(
  name: typeof ATTACHED | typeof OFFERED,
  label: string,
  alerts: readonly Alert[],
  ticked: boolean,
): Block[] {
  const blocks: Block[] = [];
  const isMixed = new Set(alerts.map(({ serviceId }) => serviceId)).size > 1;
  for (let from = 0; from < alerts.length; from += GROUP_SIZE) {
    const options = alerts.slice(from, from + GROUP_SIZE).map((alert) => optionOf(alert, isMixed));
    const part = alerts.length > GROUP_SIZE ? ` (${from + 1} to ${from + options.length})` : "";
    blocks.push({
      type: "input",
      block_id: `${name}:${from}`,
      optional: true,
      label: { type: "plain_text", text: `${label}${part}` },
      element: { type: "checkboxes", action_id: name, options, ...(ticked ? { initial_options: options } : {}) },
    });
  }
  return blocks;
}

/** @param isMixed whether there are alerts of several services, so that each needs its own said */
function optionOf(alert: Alert, isMixed: boolean): Block {
  const number = alert.number > 0 ? `Alert #${alert.number}: ` : "";
  const text = cutCharacters(oneLine(`${number}${isMixed ? `${alert.serviceName}: ` : ""}${alert.title}`), 75);
  return { text: { type: "plain_text", text }, value: alert.id };
}

/** The ids that were ticked, over all groups of the form. */
export function tickedIds(values: Readonly<Record<string, unknown>>): string[] {
  const ticked: string[] = [];
  for (const [blockId, elements] of Object.entries(values)) {
    const name = blockId.split(":")[0] ?? "";
    if (name !== ATTACHED && name !== OFFERED) continue;
    const state = (elements as Record<string, { selected_options?: { value?: unknown }[] | null }>)[name];
    for (const option of state?.selected_options ?? []) {
      if (typeof option.value === "string") ticked.push(option.value);
    }
  }
  return ticked;
}

/** The ids that the form showed: what a person saw and did not tick was left out by that person. */
export function shownIds(blocks: readonly unknown[]): string[] {
  return blocks.flatMap((block) => {
    const element = (block as { element?: { type?: unknown; options?: { value?: unknown }[] } }).element;
    if (element?.type !== "checkboxes") return [];
    return (element.options ?? []).map((option) => option.value).filter((value) => typeof value === "string");
  });
}
