import type { Alert } from "../../core/alert.ts";
import type { Incident, Person } from "../../core/incident.ts";
import { alertChoices, ATTACHED, OFFERED } from "../shared/alert_choices.ts";
import { type Block, context, section } from "../shared/card.ts";
import { escapeText, link } from "../shared/mrkdwn.ts";
import { closingLine } from "../shared/paging_text.ts";

export const RESOLVE_VIEW = "resolve_view";
export const RETRY_VIEW = "retry_view";
export const SUMMARY = "summary";
/** Sections hold 3,000 characters. */
const MAX_LISTED = 5;

/** Attached alerts are ticked, unanswered offers are not: only what a person saw and ticked is resolved. */
export function resolveView(incident: Incident, alerts: readonly Alert[], note: string, by: Person): Block {
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
      ...endedPages(attached, by),
      ...alertChoices(ATTACHED, "Resolve in PagerDuty", attached, true),
      ...alertChoices(OFFERED, "Never answered: resolve these too?", offered, false),
      context(
        attached.length + offered.length === 0
          ? "No PagerDuty alert is attached."
          : "What is not ticked stays as it is in PagerDuty, and the card says so.",
      ),
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

/** Whose page the ticked alerts' end is, or who may be at work on them, where it is somebody else than the presser. */
function endedPages(attached: readonly Alert[], { email = "" }: Person): Block[] {
  const namesIn = (status: Alert["status"]) => {
    const paged = attached.filter((alert) => alert.status === status).flatMap((alert) => alert.paged);
    const others = paged.filter((one) => one.email?.toLowerCase() !== email.toLowerCase());
    const names = [...new Set(others.map(({ name }) => escapeText(name, 60)))];
    return names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  };
  const [paging, atWork] = [namesIn("triggered"), namesIn("acknowledged")];
  return [
    ...(paging ? [section(`:warning: This ends the page of ${paging}.`)] : []),
    ...(atWork ? [section(`:warning: Acknowledged by ${atWork}, who may be at work on it.`)] : []),
  ];
}

/** What PagerDuty refused to resolve for a closed incident, and why; a press asks it once more. */
export function retryView(incident: Incident, failed: readonly Alert[]): Block {
  const lines = failed
    .slice(0, MAX_LISTED)
    .map((alert) => `• ${link(alert.url, alert.title, 120)}\n${closingLine(alert)}`);
  const more = failed.length > MAX_LISTED ? [context(`and ${failed.length - MAX_LISTED} more`)] : [];
  return {
    type: "modal",
    callback_id: RETRY_VIEW,
    notify_on_close: true,
    title: plain("Try again"),
    submit: plain("Try again"),
    close: plain("Cancel"),
    blocks: [
      section(`*#${escapeText(incident.number, 20)}* ${escapeText(incident.title, 200)}`),
      section(lines.join("\n")),
      ...more,
      context("PagerDuty is asked once more to resolve what it refused. Its page goes on until then."),
    ],
  };
}

function plain(text: string) {
  return { type: "plain_text", text } as const;
}
