import type { Alert } from "../../core/alert.ts";
import { SEVERITIES, type Severity, severityText } from "../../core/severity.ts";
import { type Block, context, section } from "../shared/card.ts";
import { CONTROLS_BLOCK } from "../shared/controls.ts";
import type { IncidentRecord } from "../shared/incidents.ts";
import { escapeText, mention } from "../shared/mrkdwn.ts";

export const TAKE_LEAD = "take_lead";
export const ACKNOWLEDGE = "acknowledge";
export const SEVERITY = "severity";
export const UPDATE = "update";
export const UPDATE_VIEW = "update_view";
export const UPDATE_TEXT = "update_text";

export const CONTROLS_TEXT = "Controls of this incident";
const MAX_UPDATE = 2_000;

/** @param note what the last press did, where that is not plain to see */
export function controlsBlocks(record: IncidentRecord, attached: readonly Alert[], note = ""): Block[] {
  const pages = isPaging(record, attached);
  return [
    section(record.lead ? `Lead: ${mention(record.lead)}` : "Nobody leads yet."),
    {
      type: "actions",
      block_id: CONTROLS_BLOCK,
      elements: [
        button(record.lead ? "Take over the lead" : "I take the lead", TAKE_LEAD),
        ...(pages ? [button("Acknowledge the page", ACKNOWLEDGE)] : []),
        severitySelect(record.severity),
        button("Update…", UPDATE),
      ],
    },
    ...(note || pages ? [context(note || WHAT_ACKNOWLEDGING_DOES)] : []),
  ];
}

const WHAT_ACKNOWLEDGING_DOES = "*Acknowledge the page* stops it for everybody and makes the alert yours in PagerDuty.";

/** Whoever created it and is being paged has stopped the page by that press. */
function isPaging({ incident }: IncidentRecord, attached: readonly Alert[]): boolean {
  const creator = incident.status === "active" ? incident.decidedBy.email?.toLowerCase() : undefined;
  return attached
    .filter((alert) => alert.status === "triggered")
    .some((alert) => !alert.paged.some((person) => creator !== undefined && person.email?.toLowerCase() === creator));
}

function severitySelect(severity: Severity | ""): Block {
  const options = (Object.keys(SEVERITIES) as Severity[]).map(severityOption);
  return {
    type: "static_select",
    action_id: SEVERITY,
    placeholder: plain("Severity"),
    options,
    ...(severity ? { initial_option: severityOption(severity) } : {}),
  };
}

function severityOption(severity: Severity) {
  return { text: plain(severityText(severity)), value: severity };
}

/** Opened before anything is looked up, so it shows nothing of the record. */
export function updateView(): Block {
  return {
    ...modal(),
    submit: plain("Post update"),
    close: plain("Cancel"),
    blocks: [
      {
        type: "input",
        block_id: UPDATE_TEXT,
        label: plain("How does it stand?"),
        hint: plain("It is posted here, and takes the place of the last update on the card and in the announcement."),
        element: {
          type: "plain_text_input",
          action_id: UPDATE_TEXT,
          multiline: true,
          max_length: MAX_UPDATE,
          focus_on_load: true,
        },
      },
    ],
  };
}

/** The same modal with one sentence and nothing to send. */
export function messageView(sentence: string): Block {
  return { ...modal(), close: plain("Close"), blocks: [section(escapeText(sentence, 1_000))] };
}

function modal(): Block {
  return { type: "modal", callback_id: UPDATE_VIEW, title: plain("Update") };
}

/** What is wrong with an update that was sent; the form keeps the same limits, but what comes in is not trusted. */
export function problemOfUpdate(text: string): string | undefined {
  if (text === "") return "Write a sentence first: what is known, and what happens next.";
  if (text.length > MAX_UPDATE) return `This is too long: ${MAX_UPDATE} characters are what an update may have.`;
  return undefined;
}

function button(text: string, actionId: string): Block {
  return { type: "button", text: plain(text), action_id: actionId };
}

function plain(text: string) {
  return { type: "plain_text", text } as const;
}
