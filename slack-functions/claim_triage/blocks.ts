import { describeDuration, type Instant } from "../../core/time.ts";
import { type Block, context, section } from "../shared/card.ts";
import { channelLink, escapeText } from "../shared/mrkdwn.ts";
import type { OpenIncident } from "../shared/open_incidents.ts";

export const CLAIM_VIEW = "claim_view";
const MAX_SHOWN = 8;

/** @param open the open incidents of the service; undefined while they are being looked up */
export function claimView(serviceName: string, open: readonly OpenIncident[] | undefined, now: Instant): Block {
  return {
    type: "modal",
    callback_id: CLAIM_VIEW,
    notify_on_close: true,
    title: plain("Start triage"),
    submit: plain("Open triage channel"),
    close: plain("Cancel"),
    blocks: [
      section(
        "*Nobody is paged by this.* It opens a channel with the question whether it is an incident. To wake somebody up, raise an incident in PagerDuty.",
      ),
      ...openBlocks(serviceName, open, now),
    ],
  };
}

/** The form's place, with one sentence; there is something to send where `isAgain` says so. */
export function sentenceView(sentence: string, isAgain = false): Block {
  return {
    type: "modal",
    callback_id: CLAIM_VIEW,
    notify_on_close: true,
    title: plain("Start triage"),
    ...(isAgain ? { submit: plain("Open triage channel") } : {}),
    close: plain("Close"),
    blocks: [section(sentence)],
  };
}

function openBlocks(serviceName: string, open: readonly OpenIncident[] | undefined, now: Instant): Block[] {
  const service = escapeText(serviceName, 80);
  if (!open) return [context(`Looking for open incidents of ${service}…`)];
  if (open.length === 0) return [context(`Nothing else is open for ${service}.`)];
  const lines = open.slice(0, MAX_SHOWN).map((incident) => {
    const state = incident.status === "triage" ? "in triage" : "active";
    return `• *#${escapeText(incident.number, 20)}* ${escapeText(incident.title, 120)} · ${state} for ${describeDuration(now - incident.openedAt)} · ${channelLink(incident.channelId)}`;
  });
  return [
    section(`*Already open for ${service}:*\n${lines.join("\n")}`),
    context("If it is one of these, cancel and go to its channel."),
  ];
}

function plain(text: string) {
  return { type: "plain_text", text } as const;
}
