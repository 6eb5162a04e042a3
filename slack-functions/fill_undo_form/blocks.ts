import type { Alert } from "../../core/alert.ts";
import type { Incident } from "../../core/incident.ts";
import type { CompanionAnswers, ReopenChoice } from "../../core/protocol.ts";
import { cutCharacters } from "../../core/text.ts";
import { alertChoices, ATTACHED } from "../shared/alert_choices.ts";
import { type Block, context, section } from "../shared/card.ts";
import type { IncidentRecord } from "../shared/incidents.ts";
import { messageView } from "../shared/views.ts";
import { channelLink, deciderText, escapeText } from "../shared/mrkdwn.ts";

export const UNDO_VIEW = "undo_view";
export const IN_PAGERDUTY = "in_pagerduty";

/** All that the form for a closed incident is drawn from. */
export interface UndoForm {
  readonly record: IncidentRecord;
  /** What the companion says that it would do; undefined where it cannot be reached. */
  readonly preview?: CompanionAnswers["undoPreview"];
  /** The incident that has, by now, what was merged into it. */
  readonly target?: IncidentRecord;
  /** The newer open incident that holds the service's window. */
  readonly newer?: IncidentRecord;
  readonly isChannelLost: boolean;
}

/** Says first what happens and what cannot be taken back; adapts to what is undone. */
export function undoView(form: UndoForm): Block {
  const { incident } = form.record;
  const words =
    WORDS[incident.status === "resolved" ? "resolved" : incident.status === "merged" ? "merged" : "dismissed"];
  return {
    type: "modal",
    callback_id: UNDO_VIEW,
    notify_on_close: true,
    private_metadata: JSON.stringify({ status: incident.status }),
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain("Cancel"),
    blocks: [
      section(`*#${escapeText(incident.number, 20)}* ${escapeText(incident.title, 200)}\n${words.does}`),
      ...(incident.status === "merged" ? mergedBlocks(form) : resolvedBlocks(form)),
      context(`*Cannot be taken back:* ${words.stays}`),
      ...(form.isChannelLost ? [context(NEW_CHANNEL)] : []),
      ...(form.newer ? [context(newerText(form.newer))] : []),
      ...(form.preview ? [] : [context(NO_COMPANION)]),
    ],
  };
}

const WORDS = {
  dismissed: {
    title: "Undo the dismissal",
    submit: "Undo",
    does: "It goes back into triage, and the question is asked again. It counts in the metrics again.",
    stays: "notes in PagerDuty, and the page that ended.",
  },
  merged: {
    title: "Undo the merge",
    submit: "Take it out",
    does: "It goes back into triage, and the question is asked again.",
    stays: "notes and acknowledgements in PagerDuty. Whoever was invited to the other channel stays there.",
  },
  resolved: {
    title: "Reopen the incident",
    submit: "Reopen",
    does: "It is active again, with the times at which it began and was decided. What was set aside stays set aside.",
    stays: "notes in PagerDuty, and that people were told it is over.",
  },
} as const;

const NEW_CHANNEL =
  ":speech_balloon: Its channel cannot be used any more, and an app cannot bring it back: it goes on in a new channel that is linked with the old one.";
const NO_COMPANION =
  ":warning: The companion cannot be reached. Slack goes on at once; PagerDuty is told, as chosen here, when it is back.";

function newerText({ incident, channelId }: IncidentRecord): string {
  return `:information_source: *#${escapeText(incident.number, 20)}* in ${channelLink(channelId)} is open for this service and keeps its later alerts. If it is the same failure, choose *Part of another incident…* when you are asked.`;
}

/** The choice of what happens in PagerDuty, whom it pages said with it; nothing where nothing was resolved. */
function resolvedBlocks({ preview, record }: UndoForm): Block[] {
  const waiting = preview?.waiting ?? [];
  const blocks = waiting.length > 0 ? [section(`Not resolved yet, and kept from it:\n${listOf(waiting)}`)] : [];
  const resolved = preview?.resolved ?? [];
  if (preview && resolved.length + waiting.length === 0) {
    return [...blocks, context("Nothing of it was resolved in PagerDuty from here: nothing changes there.")];
  }
  if (resolved.length > 0) blocks.push(section(`Resolved in PagerDuty because of this:\n${listOf(resolved)}`));
  const them = resolved.length + waiting.length === 1 ? "it" : "them";
  const options = choices(preview, record.incident, them);
  const isOwn = preview?.isKnown === true;
  blocks.push({
    type: "input",
    block_id: IN_PAGERDUTY,
    label: plain(`What should happen to ${them} in PagerDuty?`),
    element: {
      type: "radio_buttons",
      action_id: IN_PAGERDUTY,
      options,
      initial_option: options.find(({ value }) => value === (isOwn ? "acknowledge" : "leave")),
    },
  });
  if (preview && !isOwn) {
    blocks.push(context("PagerDuty knows no user of your e-mail address, so it cannot be acknowledged in your name."));
  }
  return blocks;
}

interface Choice {
  readonly text: { readonly type: "plain_text"; readonly text: string };
  readonly description: { readonly type: "plain_text"; readonly text: string };
  readonly value: ReopenChoice;
}

function choices(preview: UndoForm["preview"], incident: Incident, them: "it" | "them"): Choice[] {
  const option = (value: ReopenChoice, text: string, description: string): Choice => ({
    text: plain(text),
    description: plain(cutCharacters(description, 75)),
    value,
  });
  const pages = preview?.pages.length ? preview.pages.join(", ") : incident.serviceName;
  return [
    option("leave", `Leave ${them} resolved`, "Pages nobody."),
    ...(preview && !preview.isKnown
      ? []
      : [
          option("acknowledge", "Reopen and acknowledge in my name", `Pages nobody; PagerDuty assigns ${them} to you.`),
        ]),
    option("page", "Reopen and page again", `Pages whoever is on call: ${pages}`),
  ];
}

function mergedBlocks({ preview, target }: UndoForm): Block[] {
  if (!target)
    return [context("The incident that took it in is not on record any more; its alerts stay where they are.")];
  const { incident, channelId } = target;
  const where = `*#${escapeText(incident.number, 20)}* in ${channelLink(channelId)}`;
  if (incident.status === "triage" || incident.status === "active") {
    const back = preview?.back ?? [];
    const list = back.length > 0 ? `\n${listOf(back)}` : "";
    return [
      section(`What came with it leaves ${where} again; what was added or answered there since stays.${list}`),
      context("Nothing changes in PagerDuty."),
    ];
  }
  const by = incident.status === "resolved" ? incident.resolvedBy : incident.decidedBy;
  return [
    section(
      `:warning: ${where} was closed meanwhile by ${deciderText(by)}, and its alerts with it: they cannot be taken out as they were. This one can come back with them *as they are now*, and nothing changes in PagerDuty. To open them again there as well, reopen ${where} instead.`,
    ),
  ];
}

const LISTED = 8;

function listOf(alerts: readonly Alert[]): string {
  const lines = alerts
    .slice(0, LISTED)
    .map((alert) => `• ${alert.number > 0 ? `#${alert.number} ` : ""}${escapeText(alert.title, 120)}`);
  if (alerts.length > LISTED) lines.push(`and ${alerts.length - LISTED} more`);
  return lines.join("\n");
}

/** For an open incident: which of its alerts do not belong to it. */
export function detachView(incident: Incident, alerts: readonly Alert[]): Block {
  return {
    type: "modal",
    callback_id: UNDO_VIEW,
    notify_on_close: true,
    private_metadata: JSON.stringify({ status: incident.status }),
    title: plain("Take an alert off"),
    submit: plain("Take off"),
    close: plain("Cancel"),
    blocks: [
      section(
        `*#${escapeText(incident.number, 20)}* ${escapeText(incident.title, 200)}\nWhat you tick leaves this incident and gets a triage of its own, and nothing attaches it here again. Nothing changes in PagerDuty: whoever is paged stays paged.`,
      ),
      ...whatLeaves(alerts),
    ],
  };
}

/** Something is to be ticked; of several groups no one alone can ask for that, and the answer to the form does. */
function whatLeaves(alerts: readonly Alert[]): Block[] {
  const groups = alertChoices(ATTACHED, "Which alerts do not belong here?", alerts, false);
  return groups.length > 1 ? groups : groups.map((group) => ({ ...group, optional: false }));
}

/** The same modal with one sentence and nothing to send. */
export function sentenceView(sentence: string): Block {
  return messageView("Second thoughts", sentence, { callback_id: UNDO_VIEW, notify_on_close: true });
}

function plain(text: string) {
  return { type: "plain_text", text } as const;
}
