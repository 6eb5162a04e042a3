import type { FeedAlert, FeedAlerts, FeedLine, FeedLineData } from "../../core/feed_line.ts";
import { type Block, context, section } from "./card.ts";
import { channelLink, escapeText, link, mention, time } from "./mrkdwn.ts";
import type { Settings } from "./settings.ts";

/** A line's blocks carry its key in an id, by which a repeated delivery finds the message that it posted. */
export function feedLineBlockId(key: string): string {
  return `feed:${key}`.slice(0, 255);
}

/** Pings nobody, whatever the alerts are called. */
export function feedLineBlocks(key: string, { line, about }: FeedLineData, links: Settings["links"]): Block[] {
  const [only] = about.alerts;
  const isOneFailure = line.kind === "alert" || line.kind === "suppressed";
  const shown = isOneFailure && only ? [only] : about.alerts;
  const hidden = about.count - shown.length;
  return [
    section(headline(line, about), feedLineBlockId(key)),
    ...shown.map((alert, index) => alertBlock(key, line, alert, index, links)),
    ...(!isOneFailure && hidden > 0 ? [context(`and ${hidden} more, which PagerDuty lists`)] : []),
  ];
}

/** The sentence that notifications show; makes sense alone. */
export function feedLineText({ line, about }: FeedLineData): string {
  return headline(line, about);
}

function headline(line: FeedLine, about: FeedAlerts): string {
  const services = servicesOf(about);
  const [first] = about.alerts;
  switch (line.kind) {
    case "alert":
      return `:small_blue_diamond: *${escapeText(first?.serviceName ?? "", 80)}* · ${times(about)} · set to the feed only, so no channel was opened`;
    case "suppressed":
      return `:white_circle: *${escapeText(first?.serviceName ?? "", 80)}* · the same again, ${times(about)}, after ${escapeText(line.dismissedBy, 60)} said it is no incident (#${escapeText(line.number, 20)}) · quiet until ${time(line.until)}`;
    case "backlog":
      return `:inbox_tray: *${countOf(about, "alert")} reached us late* · ${services} · older than their windows, so no channels were opened · ${openOf(about)}`;
    case "first_start":
      return `:wave: *${line.isComplete ? "" : "More than "}${countOf(about, "alert")} ${about.count === 1 ? "was" : "were"} open when Pager Triage started* · ${services} · ${openOf(about)}`;
    case "withdrawn":
      return `:dash: *${countOf(about, "alert")} came and went while Slack could not be reached* · ${services} · nothing to do`;
    case "webhooks_off":
      return line.until === undefined
        ? `:no_bell: *PagerDuty's webhook is switched off*, seen at ${time(line.since)} · new pages are found late, by asking PagerDuty · switch it on there: Integrations, Generic Webhooks (V3)`
        : `:white_check_mark: *PagerDuty's webhook is on again* · it was off from ${time(line.since)} to ${time(line.until)} · what came meanwhile was looked up`;
    case "undelivered":
      return `:rotating_light: *Slack did not take the triage of ${countOf(about, "alert")}* · ${services} · tried again every 15 minutes for a day · PagerDuty goes on paging`;
    case "unheard":
      return unheardOf(about);
  }
}

/** Says of the cards that they may be out of date, until the news of all of them got there after all. */
function unheardOf(about: FeedAlerts): string {
  const { count, alerts } = about;
  const cards = count === 1 ? "its card" : "their cards";
  const isTaken = alerts.length === count && alerts.every(({ opened }) => opened?.news === "taken");
  const what = `*Slack did not take the latest news of ${countOf(about, "incident")}* · ${servicesOf(about)}`;
  if (isTaken) return `:white_check_mark: ${what} · by now ${cards} ${count === 1 ? "is" : "are"} up to date`;
  return `:warning: ${what} · what ${cards} ${count === 1 ? "says" : "say"} may be out of date`;
}

function countOf({ count }: FeedAlerts, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function times({ count, since }: FeedAlerts): string {
  return count <= 1 ? `at ${time(since)}` : `${count} times since ${time(since)}`;
}

function openOf({ count, open }: FeedAlerts): string {
  if (open === 0) return "all resolved since";
  return open === count ? "all still open" : `${open} still open`;
}

function servicesOf({ services, count }: FeedAlerts): string {
  const [only] = services;
  if (count === 1 && only) return escapeText(only.name, 60);
  const named = services.map((one) => `${escapeText(one.name, 60)} ${one.count}`);
  const rest = count - services.reduce((sum, one) => sum + one.count, 0);
  return [...named, ...(rest > 0 ? [`others ${rest}`] : [])].join(", ");
}

const STATUS_WORDS: Readonly<Record<FeedAlert["status"], string>> = {
  triggered: "still open",
  acknowledged: "acknowledged",
  resolved: "resolved",
};

function alertBlock(key: string, line: FeedLine, alert: FeedAlert, index: number, links: Settings["links"]): Block {
  const service = line.kind === "alert" || line.kind === "suppressed" ? "" : `*${escapeText(alert.serviceName, 60)}*: `;
  const urgency = alert.urgency === "low" ? " · low urgency" : "";
  const status = alert.byHand ? "started by hand" : STATUS_WORDS[alert.status];
  const text = `${service}${link(alert.url, alert.title, 160)} · ${status}${urgency}${openedWords(line, alert)}`;
  const words = buttonWords(line, alert);
  return {
    ...section(text),
    ...(links.open && words ? { accessory: openButton(links.open, words, key, alert.id, index) } : {}),
  };
}

/** Undefined where there is nothing to press. */
function buttonWords({ kind }: FeedLine, { opened }: FeedAlert): string | undefined {
  if (kind === "withdrawn") return undefined;
  if (kind === "undelivered") return opened?.channelId === "" ? "Retry" : undefined;
  if (kind === "unheard") return opened?.news === "lost" ? "Retry" : undefined;
  return opened ? undefined : "Open triage";
}

const NEWS_WORDS = { lost: "", on_its_way: " · sent again", taken: " · up to date again" } as const;

function openedWords({ kind }: FeedLine, { opened }: FeedAlert): string {
  if (!opened) return "";
  if (kind === "undelivered") {
    const number = `#${escapeText(opened.number, 20)}`;
    return opened.channelId === ""
      ? ` · ${number} has no channel yet`
      : ` · ${number} got to ${channelLink(opened.channelId)}`;
  }
  if (kind === "unheard") {
    const where = opened.channelId === "" ? "" : ` in ${channelLink(opened.channelId)}`;
    return ` · #${escapeText(opened.number, 20)}${where}${NEWS_WORDS[opened.news ?? "lost"]}`;
  }
  const who = opened.by === "" ? "opened by itself" : `opened by ${mention(opened.by)}`;
  const where = opened.channelId === "" ? "" : ` in ${channelLink(opened.channelId)}`;
  return ` · triage #${escapeText(opened.number, 20)} ${who}${where}`;
}

/** A workflow button, since a line outlives every run. */
function openButton(url: string, words: string, key: string, alertId: string, index: number): Block {
  return {
    type: "workflow_button",
    text: { type: "plain_text", text: words },
    action_id: `open_triage_${index}`,
    workflow: {
      trigger: {
        url,
        customizable_input_parameters: [
          { name: "key", value: key },
          { name: "alert_id", value: alertId },
        ],
      },
    },
  };
}
