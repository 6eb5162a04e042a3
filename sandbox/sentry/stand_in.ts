/** The stand-in of a self-hosted Sentry: the calls of its API that we make, and an issue's page for people. */
import { type Context, Hono } from "hono";
import { MINUTE, toIso } from "../../core/time.ts";
import { factsPage } from "../html_page.ts";
import { hexFrom } from "../identifiers.ts";
import type { SandboxDeps, StandIn } from "../parts.ts";
import { SENTRY_ORG } from "../seed.ts";
import { emptyState, issueTitle, type SentryError, type SentryIssue, type SentryState } from "./state.ts";

export interface SentryOptions {
  /** Where the stand-ins are mounted, without a slash at the end: http://127.0.0.1:3000 */
  readonly baseUrl: string;
  /** The one bearer token that its API takes. */
  readonly authToken: string;
}

export interface SentryStandIn extends StandIn {
  /** Its own address, which is the companion's SENTRY_URL. */
  readonly url: string;
  /** An error was reported: a new issue with its first event. */
  record(error: SentryError): SentryIssue;
  /** The issue's page, without referrer. */
  issueUrl(issue: SentryIssue): string;
}

/** Numeric ids in Sentry have sixteen digits; short ids count on in base 36. */
const FIRST_ISSUE_ID = 4_510_000_000_000_000;
const FIRST_SHORT_ID = 90;

export function createSentryStandIn(deps: SandboxDeps, options: SentryOptions): SentryStandIn {
  let state: SentryState = emptyState();
  const url = `${options.baseUrl}/sentry`;
  const issueUrl = (issue: SentryIssue) => `${url}/organizations/${SENTRY_ORG}/issues/${issue.id}/`;
  const find = (id: string) =>
    state.issues.find((issue) => issue.id === id || issue.shortId.toLowerCase() === id.toLowerCase());

  return {
    url,
    issueUrl,
    routes: createRoutes(options.authToken, find, issueUrl),
    record(error) {
      const number = state.nextIssue;
      state.nextIssue += 1;
      const at = deps.clock.now();
      const issue: SentryIssue = {
        id: String(FIRST_ISSUE_ID + number),
        shortId: `${error.project.slug}-${(FIRST_SHORT_ID + number).toString(36)}`.toUpperCase(),
        error,
        // The alert rule fires a while after the first event, when there were enough of them.
        firstSeen: at - 2 * MINUTE,
        lastSeen: at,
        events: [{ eventId: hexFrom(deps.id("SENTRYEVENT"), 32), at }],
      };
      state.issues.push(issue);
      deps.changed();
      return issue;
    },
    snapshot: () => structuredClone(state),
    restore(snapshot) {
      state = structuredClone(snapshot as SentryState);
    },
    reset() {
      state = emptyState();
      deps.changed();
    },
    close: () => Promise.resolve(),
  };
}

function createRoutes(
  authToken: string,
  find: (id: string) => SentryIssue | undefined,
  issueUrl: (issue: SentryIssue) => string,
): Hono {
  const routes = new Hono();
  const org = `/sentry/api/0/organizations/${SENTRY_ORG}`;
  const missing = (c: Context) => c.json({ detail: "The requested resource does not exist" }, 404);

  routes.use("/sentry/api/*", async (c, next) => {
    const header = c.req.header("authorization");
    if (!header) return c.json({ detail: "Authentication credentials were not provided." }, 401);
    if (header !== `Bearer ${authToken}`) return c.json({ detail: "Invalid token" }, 401);
    return next();
  });

  routes.get(`${org}/issues/:id/`, (c) => {
    const issue = find(c.req.param("id"));
    return issue ? c.json(issueJson(issue, issueUrl(issue))) : missing(c);
  });
  routes.get(`${org}/shortids/:shortId/`, (c) => {
    const issue = find(c.req.param("shortId"));
    // This call takes short ids only.
    if (!issue || issue.id === c.req.param("shortId")) return missing(c);
    return c.json({
      organizationSlug: SENTRY_ORG,
      projectSlug: issue.error.project.slug,
      groupId: issue.id,
      group: issueJson(issue, issueUrl(issue)),
      shortId: issue.shortId,
    });
  });
  routes.get(`${org}/issues/:id/events/:eventId/`, (c) => {
    const issue = find(c.req.param("id"));
    const event = issue && findEvent(issue, c.req.param("eventId"));
    return issue && event ? c.json(eventJson(issue, event)) : missing(c);
  });
  routes.all("/sentry/api/*", missing);

  const page = (c: Context) => {
    const issue = find(c.req.param("id") ?? "");
    return issue ? c.html(issuePage(issue)) : c.text("There is no such issue in the sandbox's Sentry.", 404);
  };
  routes.get(`/sentry/organizations/${SENTRY_ORG}/issues/:id/`, page);
  routes.get(`/sentry/organizations/${SENTRY_ORG}/issues/:id/events/:eventId/`, page);
  return routes;
}

function findEvent(issue: SentryIssue, id: string) {
  if (id === "latest" || id === "recommended") return issue.events.at(-1);
  if (id === "oldest") return issue.events[0];
  return issue.events.find((event) => event.eventId === id);
}

function issueJson(issue: SentryIssue, permalink: string) {
  const { error } = issue;
  return {
    id: issue.id,
    shareId: null,
    shortId: issue.shortId,
    title: issueTitle(error),
    culprit: error.culprit,
    permalink,
    logger: null,
    level: error.level,
    status: "unresolved",
    statusDetails: {},
    substatus: "new",
    isPublic: false,
    platform: error.project.platform,
    priority: error.level === "warning" ? "medium" : "high",
    project: { ...error.project, name: error.project.slug },
    type: "error",
    issueType: "error",
    issueCategory: "error",
    metadata: { type: error.type, value: error.value, filename: error.filename, function: error.function },
    numComments: 0,
    assignedTo: null,
    isBookmarked: false,
    isSubscribed: false,
    hasSeen: false,
    isUnhandled: true,
    annotations: [],
    // Sentry gives the number of events as text and the number of people as a number.
    count: String(error.count),
    userCount: error.userCount,
    firstSeen: toIso(issue.firstSeen).replace(/\.\d+Z$/, "Z"),
    lastSeen: toIso(issue.lastSeen),
    firstRelease: releaseJson(issue),
    lastRelease: releaseJson(issue),
  };
}

function releaseJson({ error, firstSeen }: SentryIssue) {
  const shortVersion = error.release.split("@").at(-1);
  return {
    version: error.release,
    shortVersion,
    dateCreated: toIso(firstSeen),
    dateReleased: null,
    ref: null,
    url: null,
  };
}

function eventJson(issue: SentryIssue, event: { eventId: string; at: number }) {
  const { error } = issue;
  const frame = { function: error.function, filename: error.filename, lineNo: 42, inApp: true, context: [] };
  return {
    id: event.eventId,
    eventID: event.eventId,
    groupID: issue.id,
    projectID: error.project.id,
    title: issueTitle(error),
    message: "",
    culprit: error.culprit,
    location: error.filename,
    platform: error.project.platform,
    type: "error",
    dateCreated: toIso(event.at),
    dateReceived: toIso(event.at),
    metadata: { type: error.type, value: error.value },
    tags: [
      { key: "environment", value: error.environment },
      { key: "level", value: error.level },
      { key: "release", value: error.release },
    ],
    entries: [
      {
        type: "exception",
        data: { values: [{ type: error.type, value: error.value, stacktrace: { frames: [frame] } }] },
      },
    ],
    release: { version: error.release },
    nextEventID: null,
    previousEventID: null,
  };
}

function issuePage(issue: SentryIssue): string {
  const { error } = issue;
  return factsPage({
    product: `Sentry (sandbox) · ${SENTRY_ORG} · ${error.project.slug}`,
    title: issueTitle(error),
    facts: [
      ["Issue", issue.shortId],
      ["Where", error.culprit],
      ["File", `${error.filename} in ${error.function}`],
      ["Level", error.level],
      ["Environment", error.environment],
      ["Release", error.release],
      ["Events", String(error.count)],
      ["People", String(error.userCount)],
      ["First seen", toIso(issue.firstSeen)],
      ["Last seen", toIso(issue.lastSeen)],
    ],
  });
}
