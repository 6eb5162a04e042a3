import type { Alert } from "../../core/alert.ts";
import type { LaterAlertAnswer } from "../../core/protocol.ts";
import type { StoredAlert } from "../shared/alerts.ts";
import { attachmentBlocks } from "../shared/attachments.ts";
import { type Block, context, section } from "../shared/card.ts";
import { escapeText, link, mention, time } from "../shared/mrkdwn.ts";
import { closingLine, pagingLine } from "../shared/paging_text.ts";

/** For everything that waits for an answer. */
export const ATTACH = "attach";
export const KEEP_SEPARATE = "keep_separate";
export const SET_ASIDE = "set_aside";
/** For one of several. */
export const ANSWER_ONE = "answer_one";
export const KEEP_ONE_SEPARATE = "keep_one_separate";

/** One alert as the message shows it. */
export interface Offered {
  readonly alert: Alert;
  /** Set once it was answered; by whom where that is known. */
  readonly answered?: { readonly answer?: LaterAlertAnswer; readonly by?: string };
}

/** What the message is drawn from. */
export interface Offer {
  readonly alerts: readonly Offered[];
  /** How many wait for an answer, those above among them. */
  readonly unanswered: number;
  /** How many the service's setting attached. */
  readonly bySetting: number;
  /** Whether this message still has its buttons. */
  readonly isLive: boolean;
}

export function offerBlocks(offer: Offer): Block[] {
  const { alerts, unanswered, bySetting, isLive } = offer;
  const open = alerts.filter(({ answered }) => !answered);
  const more = unanswered + bySetting - open.length;
  const isAlone = alerts.length === 1 && more <= 0;
  return [
    section(headline(offer)),
    ...alerts.flatMap((one, index) => alertBlocks(one, index, isAlone, isLive)),
    ...(more > 0 ? [context(`and ${more} more`)] : []),
    ...(isLive && unanswered > 0 ? [actions(unanswered), context(WHAT_A_PRESS_DOES)] : []),
  ];
}

const WHAT_A_PRESS_DOES =
  "*Attach* makes it part of this incident, and stops its page if pressed by somebody who is being paged for it. *Keep separate* opens a triage of its own. *Set aside* does neither: PagerDuty goes on with it, and it is noted that you said so.";

function headline({ alerts, unanswered, bySetting }: Offer): string {
  const services = new Set(alerts.map(({ alert }) => alert.serviceName));
  const count = Math.max(alerts.length, unanswered + bySetting);
  const who = services.size === 1 ? escapeText([...services][0] ?? "", 80) : "Services of this incident";
  const times = count > 1 ? `, ${count} alerts` : "";
  const question = unanswered > 0 ? "\nDoes it belong to this incident?" : "";
  const attached = bySetting > 0 ? `\n${bySetting} attached without asking, as the service is set.` : "";
  return `*${who} failed again${times}*${attached}${count > 1 ? question.replace("Does it", "Do they") : question}`;
}

/** @param isAlone there is only this one: the buttons below are for it, and its attachments are shown */
function alertBlocks({ alert, answered }: Offered, index: number, isAlone: boolean, isLive: boolean): Block[] {
  const what = `${link(alert.url, alert.title, 200)} at ${time(alert.since)}`;
  // Once it is answered nobody draws this again, and how it stands is told where it went.
  if (answered) return [section(`${what}\n${answerLine(answered)}`)];
  const line = `${what}\n${closingLine(alert)} · ${pagingLine([alert])}`;
  const isBySetting = alert.relation === "attached";
  const accessory = isBySetting ? keepSeparateButton() : isAlone ? undefined : answerMenu();
  return [
    { ...section(line, `one:${index}`), ...(accessory && isLive ? { accessory } : {}) },
    ...(isAlone ? attachmentBlocks(alert.attachments, 2, alert.title) : []),
  ];
}

/** What became of an alert that was answered before, as far as what is on record of it tells. */
export function answeredAs({ alert, incidentId }: StoredAlert, ofIncident: string): NonNullable<Offered["answered"]> {
  if (incidentId !== ofIncident || alert.relation === "separate") return { answer: "keep_separate" };
  if (alert.relation === "attached") return { answer: "attach" };
  return alert.relation === "set_aside" ? { answer: "set_aside" } : {};
}

function answerLine({ answer, by }: NonNullable<Offered["answered"]>): string {
  const who = by ? mention(by) : "Somebody";
  switch (answer) {
    case "attach":
      return `:paperclip: ${who} attached it.`;
    case "keep_separate":
      return `:arrow_right_hook: ${who} keeps it separate; it gets a triage channel of its own.`;
    case "set_aside":
      return `:no_bell: ${who} set it aside. PagerDuty goes on with it.`;
    case undefined:
      return ":heavy_check_mark: Answered.";
  }
}

function actions(unanswered: number): Block {
  const labels =
    unanswered === 1
      ? (["Attach", "Keep separate", "Set aside"] as const)
      : ([`Attach all ${unanswered}`, "Keep all separate", "Set all aside"] as const);
  return {
    type: "actions",
    block_id: "offer",
    elements: [button(labels[0], ATTACH, "primary"), button(labels[1], KEEP_SEPARATE), button(labels[2], SET_ASIDE)],
  };
}

function answerMenu(): Block {
  const option = (text: string, value: LaterAlertAnswer) => ({ text: plain(text), value });
  return {
    type: "overflow",
    action_id: ANSWER_ONE,
    options: [option("Attach", "attach"), option("Keep separate", "keep_separate"), option("Set aside", "set_aside")],
  };
}

function keepSeparateButton(): Block {
  return { type: "button", action_id: KEEP_ONE_SEPARATE, text: plain("Keep separate") };
}

export function offerText(offer: Offer): string {
  const [first] = offer.alerts;
  const name = first ? `${escapeText(first.alert.serviceName, 80)} failed again` : "Later alerts";
  if (offer.unanswered === 0) return `${name}.`;
  return offer.unanswered === 1 ? `${name}. Attach it?` : `${name}: ${offer.unanswered} alerts wait for an answer.`;
}

function button(text: string, actionId: string, style?: "primary"): Block {
  return { type: "button", text: plain(text), action_id: actionId, ...(style ? { style } : {}) };
}

function plain(text: string) {
  return { type: "plain_text", text } as const;
}
