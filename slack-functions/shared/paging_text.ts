import type { Alert, Escalation } from "../../core/alert.ts";
import { currentResolution, type Resolution } from "../../core/alert_resolution.ts";
import { escapeText, time } from "./mrkdwn.ts";

/** Who is being paged right now, over all attached alerts: the sentence that every card owes its reader. */
export function pagingLine(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return "Nobody was paged";
  const triggered = alerts.filter((alert) => alert.status === "triggered");
  if (triggered.length > 0) {
    const names = namesOf(triggered);
    return names ? `Paging ${names}` : "Open, nobody assigned";
  }
  const acknowledged = alerts.filter((alert) => alert.status === "acknowledged");
  if (acknowledged.length > 0) return `Stopped: acknowledged${withNames(namesOf(acknowledged))}`;
  const last = alerts.map(currentResolution).find((resolution) => resolution?.by === "merge");
  return last ? `Over here: ${resolutionText(last)}` : "Over: resolved in PagerDuty";
}

/** How PagerDuty came to call it resolved: by itself, by a person, by a merge, or because we asked. */
export function resolutionText(resolution: Resolution): string {
  switch (resolution.by) {
    case "itself":
      return resolution.again
        ? `it healed while an acknowledgement from here was on its way, which opened it again, so it was resolved again at ${time(resolution.at)}`
        : `PagerDuty resolved it by itself at ${time(resolution.at)}`;
    case "person":
      return `${escapeText(resolution.name, 60)} resolved it in PagerDuty at ${time(resolution.at)}`;
    case "merge":
      return `merged in PagerDuty into ${resolution.number > 0 ? `#${resolution.number}` : "another incident"}, where the page goes on`;
    case "us":
      return `resolved in PagerDuty from here at ${time(resolution.at)}`;
  }
}

function withNames(names: string): string {
  return names ? `, with ${names}` : "";
}

function namesOf(alerts: readonly Alert[]): string {
  const names = new Set(alerts.flatMap((alert) => alert.paged.map((person) => escapeText(person.name, 60))));
  return [...names].slice(0, 3).join(", ");
}

/**
 * What a press does to the page, said before it is pressed. It names nobody, since a question cannot be edited without
 * killing its buttons: who is paged at the moment stands on the card.
 */
export function pressLine(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return "Nobody was paged by this: it was started by hand.";
  const does =
    "*Create* and *Part of another* stop the page only if pressed by somebody who is being paged. *Not an incident* resolves the alert, which ends the page for everyone.";
  const isOver = alerts.every(({ status }) => status === "resolved");
  return isOver ? `It was over in PagerDuty when this was asked. Should it page again: ${does}` : does;
}

const REOPENED_AS = { acknowledged: ", acknowledged", triggered: ", paging again" } as const;

/** An alert's state in PagerDuty; once somebody asked for it to be resolved, whether PagerDuty confirmed that. */
export function closingLine(alert: Alert): string {
  switch (alert.closing.state) {
    case "confirmed":
      return `:white_check_mark: Resolved; PagerDuty confirmed it at ${time(alert.closing.at)}`;
    case "wanted":
      return `:hourglass_flowing_sand: To be resolved; PagerDuty has not confirmed it yet${alert.closing.problem ? `: ${escapeText(alert.closing.problem, 120)}` : ""}`;
    case "failed":
      return `:warning: Not resolved: ${escapeText(alert.closing.problem, 200)}`;
    case "reopen_wanted":
      return `:hourglass_flowing_sand: To be reopened in PagerDuty${REOPENED_AS[alert.closing.as]}; not confirmed yet${alert.closing.problem ? `: ${escapeText(alert.closing.problem, 120)}` : ""}`;
    case "reopen_failed":
      return `:warning: Not reopened in PagerDuty: ${escapeText(alert.closing.problem, 200)} It pages nobody.`;
    case "none": {
      const resolution = currentResolution(alert);
      return resolution ? `:white_check_mark: ${resolutionText(resolution)}` : stateText(alert);
    }
  }
}

function stateText(alert: Alert): string {
  const { status, reopenedAt, escalation, acknowledgeProblem } = alert;
  const state = { triggered: "Triggered", acknowledged: "Acknowledged", resolved: "Resolved" }[status];
  const isReopened = reopenedAt !== undefined && status !== "resolved";
  return [
    state,
    ...(isReopened ? [`:repeat: reopened in PagerDuty at ${time(reopenedAt)}`] : []),
    ...(escalation && status === "triggered" ? [escalationText(escalation)] : []),
    ...(acknowledgeProblem && status === "triggered"
      ? [`:warning: Not acknowledged: ${escapeText(acknowledgeProblem, 120)}`]
      : []),
  ].join(" · ");
}

function escalationText({ at, problem }: Escalation): string {
  return problem === undefined
    ? `:arrow_double_up: next level paged at ${time(at)}, since nobody answered`
    : `:warning: the next level was not paged: ${escapeText(problem, 120)}`;
}
