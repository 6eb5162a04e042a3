import type { Alert } from "../../core/alert.ts";
import { QUESTION_BLOCK } from "../shared/apply_decision.ts";
import { DISMISS_REASONS, type Incident } from "../../core/incident.ts";
import { cutCharacters, oneLine } from "../../core/text.ts";
import { describeDuration, type Instant } from "../../core/time.ts";
import { alertChoices, ATTACHED } from "../shared/alert_choices.ts";
import { type Block, context, section } from "../shared/card.ts";
import { type IncidentRecord, sharesChannel } from "../shared/incidents.ts";
import { laterAlerts } from "../shared/later_alerts.ts";
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
export const DISMISS_ALSO = "dismiss_also";

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
      block_id: QUESTION_BLOCK,
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
 * @param record undefined while it is being looked up
 */
export function mergeView(record: IncidentRecord | undefined, channelId: string, questionTs: string): Block {
  const incident = record?.incident;
  const archives = record && sharesChannel(record) ? "" : " This channel is archived a little later.";
  const count = record?.unansweredCount ?? 0;
  const along =
    count > 0
      ? ` ${laterAlerts(count)} that nobody answered ${count === 1 ? "moves" : "move"} along and will be asked about there.`
      : "";
  return {
    type: "modal",
    callback_id: MERGE_VIEW,
    private_metadata: JSON.stringify({ channelId, questionTs }),
    title: plain("Part of another incident"),
    submit: plain("Merge"),
    close: plain("Cancel"),
    blocks: [
      section(
        `${incident ? `*#${escapeText(incident.number, 20)}* ${escapeText(incident.title, 200)}\n` : ""}Its alert moves to the incident you choose and is resolved in PagerDuty when that one is closed.${along}${archives}`,
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

export interface Dismissal {
  readonly incident: Incident;
  /** The alerts whose page this ends, in words. */
  readonly whatEnds: string;
  /** Alerts that are dismissed without being listed, by their ids. */
  readonly dismissedIds: readonly string[];
  /** Where it has several alerts: each is ticked, and what is not ticked in the end gets a triage of its own. */
  readonly listed: readonly Alert[];
  /** Later alerts that nobody answered for: only what is ticked is dismissed too. */
  readonly later: readonly Alert[];
  /** How many more of them there are than the form can list. */
  readonly moreLater: number;
}

/** @param isShared whether other incidents live in the channel, which then stays */
export function dismissView(dismissal: Dismissal, channelId: string, questionTs: string, isShared = false): Block {
  const { incident, whatEnds, dismissedIds, listed, later } = dismissal;
  const hasList = listed.length + later.length > 0;
  const reasons = Object.entries(DISMISS_REASONS).map(([value, text]) => ({ text: plain(text), value }));
  return {
    type: "modal",
    callback_id: DISMISS_VIEW,
    private_metadata: JSON.stringify({ channelId, questionTs, ...(hasList ? { dismissedIds } : {}) }),
    title: plain("Not an incident"),
    submit: plain("Dismiss"),
    close: plain("Cancel"),
    blocks: [
      section(
        `*#${escapeText(incident.number, 20)}* ${escapeText(incident.title, 200)}\n${whatEnds} It is left out of the metrics${isShared ? "." : ", and this channel is archived a little later."}`,
      ),
      {
        type: "input",
        block_id: DISMISS_REASON,
        label: plain("Why not?"),
        element: { type: "radio_buttons", action_id: DISMISS_REASON, options: reasons, initial_option: reasons[0] },
      },
      ...alertChoices(ATTACHED, "Its alerts: dismiss these?", listed, true),
      ...(listed.length > 0 ? [context("What is not ticked gets a triage of its own.")] : []),
      ...laterBlocks(dismissal),
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

/** What the service's setting attached is ticked, what nobody answered is not; what is not ticked goes its own way. */
function laterBlocks({ later, moreLater }: Dismissal): Block[] {
  if (later.length === 0) return [];
  const options = later.map((alert) => ({ alert, option: laterOption(alert) }));
  const ticked = options.filter(({ alert }) => alert.relation === "attached").map(({ option }) => option);
  const more = moreLater > 0 ? ` So do the ${moreLater} that are not listed.` : "";
  return [
    {
      type: "input",
      block_id: DISMISS_ALSO,
      optional: true,
      label: plain("Later alerts: dismiss these too?"),
      hint: plain(`What is not ticked gets a triage of its own.${more}`),
      element: {
        type: "checkboxes",
        action_id: DISMISS_ALSO,
        options: options.map(({ option }) => option),
        ...(ticked.length > 0 ? { initial_options: ticked } : {}),
      },
    },
  ];
}

function laterOption({ id, number, title }: Alert): Option {
  const head = number > 0 ? `#${number} ` : "";
  return { text: plain(cutCharacters(oneLine(`${head}${title}`), MAX_OPTION_TEXT)), value: id };
}

function plain(text: string): PlainText {
  return { type: "plain_text", text };
}
