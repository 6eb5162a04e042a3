import type { Alert } from "../../core/alert.ts";
import type { Incident, Person } from "../../core/incident.ts";
import type { StoredAlert } from "../../slack-functions/shared/alerts.ts";
import type { CardView } from "../../slack-functions/shared/card.ts";
import { type IncidentRecord, newRecord } from "../../slack-functions/shared/incidents.ts";
import { NO_REVISION } from "../../slack-functions/shared/settling.ts";

export const AT = Date.parse("2026-03-02T02:03:00Z");
export const DANA: Person = { slackUserId: "U0DANA", name: "Dana Ortiz", email: "dana@example.com" };

const base = {
  id: "inc_1",
  number: "1",
  title: "TypeError: cannot read 'total'",
  serviceId: "PCHECK1",
  serviceName: "Checkout",
  openedAt: AT,
};
const decided = { decidedBy: DANA, decidedAt: AT + 4 * 60_000 };

/** One incident of every status. */
export const INCIDENTS: { readonly [Status in Incident["status"]]: Extract<Incident, { status: Status }> } = {
  triage: { ...base, status: "triage" },
  active: { ...base, ...decided, status: "active" },
  merged: { ...base, ...decided, status: "merged", mergedInto: "inc_2" },
  dismissed: { ...base, ...decided, status: "dismissed", reason: "false_alarm", note: "probe was wrong" },
  resolved: {
    ...base,
    ...decided,
    status: "resolved",
    resolvedBy: DANA,
    resolvedAt: AT + 3_600_000,
    summary: "Rolled back",
  },
};

export function alert(patch: Partial<Alert> = {}): Alert {
  return {
    id: "Q1",
    number: 7,
    title: "TypeError: cannot read 'total'",
    url: "https://acme.pagerduty.com/incidents/Q1",
    serviceId: "PCHECK1",
    serviceName: "Checkout",
    urgency: "high",
    status: "triggered",
    since: AT,
    paged: [{ pagerdutyUserId: "PDANA01", name: "Dana Ortiz", email: "dana@example.com" }],
    relation: "attached",
    attachments: [
      {
        kind: "sentry_issue",
        key: "sentry:1",
        title: "TypeError: cannot read 'total'",
        url: "https://acme.sentry.io/issues/1/",
        facts: [{ label: "Level", value: "error" }],
      },
    ],
    closing: { state: "none" },
    ...patch,
  };
}

export function stored(patch: Partial<Alert> = {}): StoredAlert {
  return { alert: alert(patch), incidentId: "inc_1", ...NO_REVISION };
}

export function record(incident: Incident, patch: Partial<IncidentRecord> = {}): IncidentRecord {
  return { ...newRecord(incident), channelId: "C1", channelName: "inc-1-checkout", cardTs: "1.000001", ...patch };
}

export function view(incident: Incident, patch: Partial<CardView> = {}): CardView {
  const links = { resolve: "https://slack.com/shortcuts/Ft1/a", askAgain: "https://slack.com/shortcuts/Ft2/b" };
  return { record: record(incident), alerts: [stored()], links, unsent: false, ...patch };
}
