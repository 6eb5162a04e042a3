/** The event that Sentry's own PagerDuty integration sends for an issue alert (getsentry/sentry, integrations/pagerduty). */
import { cutCharacters } from "../../core/text.ts";
import { toIso } from "../../core/time.ts";
import { uuidFrom } from "../identifiers.ts";
import type { SandboxDeps } from "../parts.ts";
import type { DemoService } from "../seed.ts";
import type { SentryStandIn } from "../sentry/stand_in.ts";
import { issueTitle, type SentryError, type SentryIssue } from "../sentry/state.ts";
import type { EventsApiEvent } from "./events_api.ts";
import { errorFor } from "./sentry_errors.ts";
import type { Severity } from "./state.ts";

const SEVERITY: Readonly<Record<SentryError["level"], Severity>> = {
  fatal: "critical",
  error: "error",
  warning: "warning",
  info: "info",
};

export interface SentrySenderDeps extends SandboxDeps {
  readonly sentry: Pick<SentryStandIn, "record" | "issueUrl">;
}

/**
 * A service fails: the error reaches Sentry as a new issue, and the alert rule builds this event for PagerDuty.
 * @param failure how often the service failed before, which chooses the error
 * @param title takes the place of the error's own message
 */
export function sentryAlert(
  deps: SentrySenderDeps,
  service: DemoService,
  failure: number,
  title: string | undefined,
): EventsApiEvent {
  const template = errorFor(service.sentryProject.slug, failure);
  const value = title ?? template.value;
  const issue = deps.sentry.record({ ...template, value, project: service.sentryProject, environment: "production" });
  const query = new URLSearchParams({
    referrer: "pagerduty_integration",
    notification_uuid: uuidFrom(deps.id("NOTIFICATION")),
  });
  const link = `${deps.sentry.issueUrl(issue)}?${query.toString()}`;
  const summary = cutCharacters(issueTitle(issue.error), 1024);
  return {
    routing_key: service.routingKey,
    event_action: "trigger",
    dedup_key: issue.shortId,
    payload: {
      summary,
      severity: SEVERITY[issue.error.level],
      source: issue.error.culprit,
      component: issue.error.project.slug,
      custom_details: customDetails(issue, summary),
    },
    client: "sentry",
    client_url: link,
    links: [{ href: link, text: "View Sentry Issue Details" }],
  };
}

function customDetails(issue: SentryIssue, message: string) {
  const { error } = issue;
  const event = issue.events.at(-1);
  return {
    groupID: issue.id,
    eventID: event?.eventId,
    project: error.project.id,
    message,
    title: message,
    location: error.filename,
    culprit: error.culprit,
    // Personal data is part of what Sentry sends, so whoever handles the event must show that it leaves it out.
    user: {
      id: "7001",
      email: "shopper@example.com",
      username: null,
      ip_address: "203.0.113.24",
      name: null,
      geo: null,
    },
    tags: [
      { key: "environment", value: error.environment },
      { key: "level", value: error.level },
      { key: "release", value: error.release, query: `release:"${error.release}"` },
      { key: "user", value: "id:7001", query: 'user.id:"7001"' },
    ],
    platform: error.project.platform,
    datetime: toIso(issue.lastSeen).replace("Z", "000Z"),
  };
}
