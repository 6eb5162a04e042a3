import { DISMISS_REASONS, type Incident } from "../../core/incident.ts";
import { cutCharacters, oneLine } from "../../core/text.ts";
import { describeDuration, type Instant } from "../../core/time.ts";
import { type Block, context, section } from "../shared/card.ts";
import { escapeText, mention } from "../shared/mrkdwn.ts";
import type { OpenIncident } from "../shared/open_incidents.ts";

export const CREATE = "create";
export const MERGE = "merge";
export const DISMISS = "dismiss";
export const MERGE_VIEW = "merge_view";
export const MERGE_TARGET = "merge_target";
export const DISMISS_VIEW = "dismiss_view";
export const DISMISS_REASON = "dismiss_reason";
export const DISMISS_NOTE = "dismiss_note";

const QUESTION = "Is this an incident?";
/** Slack shows at most this many options of a select. */
const MAX_OPTIONS = 100;
const MAX_OPTION_TEXT = 75;

/** @param onCall Slack ids of the people whom PagerDuty pages; they are mentioned so that Slack pings them too */
export function questionBlocks(onCall: readonly string[], whatAPressDoes: string): Block[] {
  const people = onCall.map(mention).join(" ");
  return [
    section(`${people ? `${people} ` : ""}*${QUESTION}*`),
    {
      type: "actions",
      block_id: "question",
      elements: [
        button("Yes, create incident", CREATE, "primary"),
        button("Part of another incident…", MERGE),
        button("Not an incident", DISMISS, "danger"),
      ],
    },
    context(whatAPressDoes),
  ];
}

export function questionText(incident: Incident): string {
  return `${QUESTION} ${escapeText(incident.serviceName, 80)}: ${escapeText(incident.title, 300)}`;
}

function button(text: string, actionId: string, style?: "primary" | "danger"): Block {
  return { type: "button", text: { type: "plain_text", text }, action_id: actionId, ...(style ? { style } : {}) };
}

const WORDS = { create: "creating the incident", merge: "merging it", dismiss: "dismissing it" } as const;

/** What stands in the question's place from the press until the decision is applied: no buttons. */
export function recordingBlocks(decision: keyof typeof WORDS, userId: string): Block[] {
  return [section(`:hourglass_flowing_sand: ${mention(userId)} decided; ${WORDS[decision]}…`)];
}

/**
 * The picker of incidents to merge into. Its select must be there from the first opening on, or it stays dead.
 * @param incident undefined while it is being looked up
 */
export function mergeView(incident: Incident | undefined, channelId: string, questionTs: string): Block {
  return {
    type: "modal",
    callback_id: MERGE_VIEW,
    private_metadata: JSON.stringify({ channelId, questionTs }),
    title: plain("Part of another"),
    submit: plain("Merge"),
    close: plain("Cancel"),
    blocks: [
      section(
        `${incident ? `*#${escapeText(incident.number, 20)}* ${escapeText(incident.title, 200)}\n` : ""}Its alert moves to the incident you choose and is resolved in PagerDuty when that one is closed. This channel is archived a little later.`,
      ),
      {
        type: "input",
        block_id: MERGE_TARGET,
        label: plain("Which incident is it part of?"),
        element: {
          type: "external_select",
          action_id: MERGE_TARGET,
          placeholder: plain("Search open incidents"),
          min_query_length: 0,
        },
      },
    ],
  };
}

/** Open incidents for the picker: those of the same service first, each with title, age and state. */
export function targetOptions(
  open: readonly OpenIncident[],
  self: Incident,
  typed: string,
  now: Instant,
): { option_groups: { label: PlainText; options: Option[] }[] } | { options: Option[] } {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = open
    .filter((incident) => incident.id !== self.id)
    .filter((incident) => {
      const text = `#${incident.number} ${incident.serviceName} ${incident.title}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .slice(0, MAX_OPTIONS);
  const same = matching.filter((incident) => incident.serviceId === self.serviceId);
  const others = matching.filter((incident) => incident.serviceId !== self.serviceId);
  const groups = [
    { label: plain(cutCharacters(oneLine(`Same service: ${self.serviceName}`), MAX_OPTION_TEXT)), incidents: same },
    { label: plain("Other services"), incidents: others },
  ].filter((group) => group.incidents.length > 0);
  if (groups.length === 0) return { options: [] };
  return {
    option_groups: groups.map(({ label, incidents }) => ({
      label,
      options: incidents.map((incident) => optionOf(incident, now)),
    })),
  };
}

interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
}
interface Option {
  readonly text: PlainText;
  readonly value: string;
}

function optionOf(incident: OpenIncident, now: Instant): Option {
  const tail = ` · ${incident.status === "triage" ? "in triage" : "active"} · ${describeDuration(now - incident.openedAt)}`;
  const head = oneLine(`#${incident.number} ${incident.serviceName}: ${incident.title}`);
  return { text: plain(cutCharacters(head, MAX_OPTION_TEXT - tail.length) + tail), value: incident.id };
}

/** @param whatEnds the alerts whose page this ends, in words */
export function dismissView(incident: Incident, whatEnds: string, channelId: string, questionTs: string): Block {
  const reasons = Object.entries(DISMISS_REASONS).map(([value, text]) => ({ text: plain(text), value }));
  return {
    type: "modal",
    callback_id: DISMISS_VIEW,
    private_metadata: JSON.stringify({ channelId, questionTs }),
    title: plain("Not an incident"),
    submit: plain("Dismiss"),
    close: plain("Cancel"),
    blocks: [
      section(
        `*#${escapeText(incident.number, 20)}* ${escapeText(incident.title, 200)}\n${whatEnds} It is left out of the metrics, and this channel is archived a little later.`,
      ),
      {
        type: "input",
        block_id: DISMISS_REASON,
        label: plain("Why not?"),
        element: { type: "radio_buttons", action_id: DISMISS_REASON, options: reasons, initial_option: reasons[0] },
      },
      {
        type: "input",
        block_id: DISMISS_NOTE,
        optional: true,
        label: plain("Anything to add?"),
        element: { type: "plain_text_input", action_id: DISMISS_NOTE, max_length: 500 },
      },
    ],
  };
}

function plain(text: string): PlainText {
  return { type: "plain_text", text };
}
