import type { Attachment } from "../../core/attachment.ts";
import type { Block } from "./card.ts";
import { escapeText, link } from "./mrkdwn.ts";

const MAX_FACTS = 5;
const MAX_LINKS = 5;
/** Slack's limit on the text of a section. */
const MAX_SECTION = 3_000;

const KIND_NAMES: Readonly<Record<Attachment["kind"], string>> = {
  pagerduty_alert: "PagerDuty",
  sentry_issue: "Sentry",
  sentry_metric_alert: "Sentry metric alert",
  datadog_monitor: "Datadog monitor",
  grafana_rule: "Grafana rule",
  alertmanager: "Alertmanager",
  cloudwatch_alarm: "CloudWatch alarm",
  newrelic_incident: "New Relic incident",
  link: "Links",
};

/**
 * What an alert is about, each thing with its facts, and further links on one line. The PagerDuty alert itself is drawn
 * by whoever draws the alert.
 * @param max how many things are shown, links not counted
 * @param known a title that stands above already and is not said again
 */
export function attachmentBlocks(attachments: readonly Attachment[], max: number, known = ""): Block[] {
  const things = attachments.filter(({ kind }) => kind !== "pagerduty_alert" && kind !== "link").slice(0, max);
  const links = attachments.filter(({ kind }) => kind === "link").slice(0, MAX_LINKS);
  return [...things.flatMap((thing) => thingBlocks(thing, known)), ...linksBlock(links)];
}

function thingBlocks({ kind, title, url, facts }: Attachment, known: string): Block[] {
  const open = kind === "sentry_issue" ? "Open the error" : "Open it";
  const line = facts
    .slice(0, MAX_FACTS)
    .map((fact) => `${escapeText(fact.label, 40)}: *${escapeText(fact.value, 80)}*`)
    .join("  ·  ");
  return [
    { type: "section", text: mrkdwn(`*${KIND_NAMES[kind]}*  ${link(url, title === known ? open : title, 200)}`) },
    ...(line ? [{ type: "context", elements: [mrkdwn(line)] }] : []),
  ];
}

/** Addresses may be long; a link that finds no room any more is left out. */
function linksBlock(links: readonly Attachment[]): Block[] {
  let text = "";
  for (const { url, title } of links) {
    const longer = text ? `${text}  ·  ${link(url, title, 100)}` : `*${KIND_NAMES.link}*  ${link(url, title, 100)}`;
    if (longer.length <= MAX_SECTION) text = longer;
  }
  return text ? [{ type: "section", text: mrkdwn(text) }] : [];
}

function mrkdwn(text: string) {
  return { type: "mrkdwn", text } as const;
}
