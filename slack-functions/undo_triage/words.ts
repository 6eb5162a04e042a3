import { type Decider, type Incident, isPerson, type Person } from "../../core/incident.ts";
import type { IncidentRecord } from "../shared/incidents.ts";
import { channelLink, deciderText, escapeText, mention } from "../shared/mrkdwn.ts";
import type { TakeBack } from "./take_back.ts";

interface TakenBack {
  readonly before: Incident;
  readonly asked: TakeBack;
  /** The open incident that keeps the service's window. */
  readonly newer?: IncidentRecord;
}

/** What the channel is told: who took what back, what that does in PagerDuty, and where later alerts go. */
export function takenBackText({ before, asked, newer }: TakenBack): string {
  const sentences = [
    `:leftwards_arrow_with_hook: ${mention(asked.by.slackUserId)} ${whatOf(before, asked.by)}`,
    ...(before.status === "merged" ? [] : [IN_PAGERDUTY[asked.inPagerduty](asked.by.slackUserId)]),
  ];
  if (newer) {
    const { incident, channelId } = newer;
    sentences.push(
      `*#${escapeText(incident.number, 20)}* in ${channelLink(channelId)} is open for this service and keeps its later alerts; if it is the same failure, choose *Part of another*.`,
    );
  }
  return sentences.join(" ");
}

function whatOf(before: Incident, by: Person): string {
  switch (before.status) {
    case "dismissed":
      return `took back ${isSame(before.decidedBy, by) ? "the dismissal" : `the dismissal by ${deciderText(before.decidedBy)}`}. It is in triage again.`;
    case "merged":
      return "took it out of the incident that it had been made part of. It is in triage again.";
    case "resolved":
      return `reopened the incident${isSame(before.resolvedBy, by) ? "" : `, which ${mention(before.resolvedBy.slackUserId)} had resolved`}.`;
    case "triage":
    case "active":
      return "changed nothing.";
  }
}

function isSame(decider: Decider, by: Person): boolean {
  return isPerson(decider) && decider.slackUserId === by.slackUserId;
}

const IN_PAGERDUTY = {
  leave: () => "What was resolved in PagerDuty stays resolved, and nobody is paged.",
  acknowledge: (userId: string) => `In PagerDuty its alerts come back acknowledged by ${mention(userId)}.`,
  page: () => "In PagerDuty its alerts come back and page again.",
} as const;
