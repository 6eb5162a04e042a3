/** The demo company: the same people in Slack and in PagerDuty, found by their e-mail addresses. */

export interface DemoPerson {
  readonly slackId: string;
  readonly pagerdutyId: string;
  /** Slack's handle. */
  readonly handle: string;
  readonly name: string;
  readonly title: string;
  readonly email: string;
  readonly color: string;
}

export const PEOPLE: readonly DemoPerson[] = [
  {
    slackId: "U0DANA",
    pagerdutyId: "PDANA01",
    handle: "dana",
    name: "Dana Ortiz",
    title: "Payments engineer",
    email: "dana@example.com",
    color: "#4a7c59",
  },
  {
    slackId: "U0RAVI",
    pagerdutyId: "PRAVI01",
    handle: "ravi",
    name: "Ravi Menon",
    title: "Search engineer",
    email: "ravi@example.com",
    color: "#2f6f9f",
  },
  {
    slackId: "U0LENA",
    pagerdutyId: "PLENA01",
    handle: "lena",
    name: "Lena Fischer",
    title: "Platform engineer",
    email: "lena@example.com",
    color: "#a0522d",
  },
  {
    slackId: "U0MIKA",
    pagerdutyId: "PMIKA01",
    handle: "mika",
    name: "Mika Sato",
    title: "Support lead",
    email: "mika@example.com",
    color: "#7a4a8c",
  },
];

/** For the setting `deciders`. Who is on call for Checkout is in no group. */
export const USER_GROUPS: readonly {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  /** Slack ids. */
  readonly members: readonly string[];
}[] = [{ id: "S0LEADS", handle: "incident-leads", name: "Incident leads", members: ["U0RAVI", "U0LENA"] }];

export interface DemoService {
  readonly id: string;
  readonly name: string;
  readonly escalationPolicy: { readonly id: string; readonly name: string };
  /** PagerDuty ids of the people on call, first level first. */
  readonly onCall: readonly string[];
  /** The routing key of its Events API integration: 32 characters. */
  readonly routingKey: string;
  readonly sentryProject: { readonly id: string; readonly slug: string; readonly platform: string };
}

export const SERVICES: readonly DemoService[] = [
  {
    id: "PCHECK1",
    name: "Checkout",
    escalationPolicy: { id: "PEPCHK1", name: "Payments on call" },
    onCall: ["PDANA01", "PLENA01"],
    routingKey: "5a4db0x1checkout0000000000000001",
    sentryProject: { id: "4509000000000001", slug: "checkout", platform: "node" },
  },
  {
    id: "PSEARC1",
    name: "Search",
    escalationPolicy: { id: "PEPSRC1", name: "Search on call" },
    onCall: ["PRAVI01", "PLENA01"],
    routingKey: "5a4db0x1search000000000000000002",
    sentryProject: { id: "4509000000000002", slug: "search", platform: "python" },
  },
  {
    id: "PACCNT1",
    name: "Accounts & Login",
    escalationPolicy: { id: "PEPACC1", name: "Platform on call" },
    onCall: ["PLENA01", "PDANA01"],
    routingKey: "5a4db0x1accounts0000000000000003",
    sentryProject: { id: "4509000000000003", slug: "accounts", platform: "java" },
  },
];

export const TEAM = { id: "T0ACME", name: "Acme", domain: "acme" } as const;
export const APP = { id: "A0TRIAGE", botUserId: "U0TRIAGEBOT", botId: "B0TRIAGE", name: "Pager Triage" } as const;

export const CHANNELS = {
  general: { id: "C0GENERAL", name: "general", purpose: "Company-wide announcements" },
  feed: { id: "C0FEED", name: "triage-feed", purpose: "Every triage, one line each" },
  announce: { id: "C0INCIDENTS", name: "incidents", purpose: "Incidents that people should know about" },
} as const;

export const SANDBOX_BOT_TOKEN = "xoxb-sandbox";
export const SANDBOX_PAGERDUTY_TOKEN = "sandbox-pagerduty-token";
export const SANDBOX_WEBHOOK_SECRET = "sandbox-webhook-secret";
export const SANDBOX_COMPANION_SECRET = "sandbox-companion-secret";
/** PagerDuty's fallback user: the address that stands in where a presser has none. */
export const SANDBOX_PAGERDUTY_FROM = "pager-triage@example.com";
export const SANDBOX_SENTRY_TOKEN = "sandbox-sentry-token";
export const SENTRY_ORG = "acme";
