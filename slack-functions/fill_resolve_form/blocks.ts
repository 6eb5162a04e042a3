import type { Alert } from "../../core/alert.ts";
import type { Incident } from "../../core/incident.ts";
import { cutCharacters, oneLine } from "../../core/text.ts";
import { type Block, context, section } from "../shared/card.ts";
import { escapeText, mention } from "../shared/mrkdwn.ts";

export const RESOLVE_VIEW = "resolve_view";
export const OPEN_FORM = "open_resolve_form";
export const SUMMARY = "summary";
const ATTACHED = "attached";
const OFFERED = "offered";
/** Slack's limit on the options of one group of checkboxes. */
const GROUP_SIZE = 10;

/** Attached alerts are ticked, unanswered offers are not: only what a person saw and ticked is resolved. */
export function resolveView(incident: Incident, alerts: readonly Alert[], note: string): Block {
  const attached = alerts.filter((alert) => alert.relation === "attached");
  const offered = alerts.filter((alert) => alert.relation === "offered");
  return {
    type: "modal",
    callback_id: RESOLVE_VIEW,
    notify_on_close: true,
    title: plain("Resolve incident"),
    submit: plain("Resolve"),
    close: plain("Cancel"),
    blocks: [
      section(`*#${escapeText(incident.number, 20)}* ${escapeText(incident.title, 200)}`),
      ...(note ? [context(note)] : []),
      ...groups(ATTACHED, "Resolve in PagerDuty", attached, true),
      ...groups(OFFERED, "Never answered: resolve these too?", offered, false),
      ...(attached.length + offered.length === 0 ? [context("No PagerDuty alert is attached.")] : []),
      {
        type: "input",
        block_id: SUMMARY,
        optional: true,
        label: plain("Summary"),
        hint: plain("What it was and what helped. It goes to the channel and the announcement."),
        element: { type: "plain_text_input", action_id: SUMMARY, multiline: true, max_length: 2_000 },
      },
    ],
  };
}

function groups(name: string, label: string, alerts: readonly Alert[], ticked: boolean): Block[] {
  const blocks: Block[] = [];
  for (let from = 0; from < alerts.length; from += GROUP_SIZE) {
    const options = alerts.slice(from, from + GROUP_SIZE).map(optionOf);
    const part = alerts.length > GROUP_SIZE ? ` (${from + 1} to ${from + options.length})` : "";
    blocks.push({
      type: "input",
      block_id: `${name}:${from}`,
      optional: true,
      label: plain(`${label}${part}`),
      element: {
        type: "checkboxes",
        action_id: name,
        options,
        ...(ticked ? { initial_options: options } : {}),
      },
    });
  }
  return blocks;
}

function optionOf(alert: Alert): Block {
  const number = alert.number > 0 ? `Alert #${alert.number}: ` : "";
  return { text: plain(cutCharacters(oneLine(`${number}${alert.title}`), 75)), value: alert.id };
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

/** The ids that the form showed: what a person saw and did not tick is set aside by that person. */
export function shownIds(blocks: readonly unknown[]): string[] {
  return blocks.flatMap((block) => {
    const element = (block as { element?: { type?: unknown; options?: { value?: unknown }[] } }).element;
    if (element?.type !== "checkboxes") return [];
    return (element.options ?? []).map((option) => option.value).filter((value) => typeof value === "string");
  });
}

/** Where the form could not open in time: a button whose press brings a fresh pointer. */
export function openFormBlocks(userId: string): Block[] {
  return [
    section(`${mention(userId)}, the form could not open in time.`),
    {
      type: "actions",
      block_id: "open_form",
      elements: [{ type: "button", style: "primary", text: plain("Open the resolve form"), action_id: OPEN_FORM }],
    },
  ];
}

function plain(text: string) {
  return { type: "plain_text", text } as const;
}
