/**
 * Recognises in an alert what it is about: the PagerDuty alert itself, the Sentry issue or metric alert behind it, what
 * other senders link to, and further links worth a click. Everything in an alert was written by somebody outside, so every value is looked at before
 * it is used, and a link is judged by its parsed address, never by its text or by what the sender calls itself.
 */
import {
  type AlertBody,
  type NamedLink,
  type SentryIds,
  bodyOf,
  idsOf,
  isFromSentry,
  linksOfBody,
  summaryOf,
} from "./alert_body.ts";
import type { Attachment } from "./attachment.ts";
import { listFacts, plainTitle, titleWithHost } from "./facts.ts";
import { recordOf, textOf } from "./json.ts";
import { safeLink } from "./link.ts";
import { redactTokens } from "./redaction.ts";
import type { Sender, Target } from "./sender.ts";
import { SENDERS } from "./senders.ts";
import { type Facts, factsOf, tagOf } from "./sentry_issue.ts";
import { type SentryLink, isSentryRoot, issueKey, sentryLink } from "./sentry_link.ts";

export { withSentryIssue } from "./sentry_issue.ts";
export { isSameSentry } from "./sentry_link.ts";

export interface RecogniserInput {
  /** The webhook's `event.client.url`. */
  readonly clientUrl?: string;
  readonly pagerduty?: {
    readonly id: string;
    /** 0 where it is not known. */
    readonly number: number;
    readonly title: string;
    readonly url: string;
  };
  /** The items of GET /incidents/{id}/alerts: untrusted JSON. */
  readonly alerts: readonly unknown[];
  /** Allowed Sentry hosts beside sentry.io, port included, with or without a base path: "errors.example:9443/sentry". */
  readonly sentryHosts: readonly string[];
}

/** Which Sentry issue an alert is about, for asking Sentry. */
export interface SentryReference {
  /** "sentry.io" for all of Sentry's own service, else the entry of `sentryHosts`; compare it by `isSameSentry`. */
  readonly host: string;
  /** Absent where the alert does not name it; then it is the configured organisation. */
  readonly org?: string;
  readonly issueId?: string;
  readonly shortId?: string;
  readonly eventId?: string;
}

const MAX_OTHER_LINKS = 5;
const MAX_SENTRY_ATTACHMENTS = 10;
const MAX_SENDER_ATTACHMENTS = 5;
/** Two hundred alerts of half a megabyte each must not cost seconds, in which no webhook is answered. */
const MAX_LINKS = 1_000;

/**
 * The attachments of an alert: PagerDuty's own, then Sentry's in the order in which the alert names them, then other
 * senders', then at most five other links. The same thing named twice is one attachment.
 */
export function recogniseAttachments(input: RecogniserInput): readonly Attachment[] {
  const sentry = new Map<string, Described>();
  const senders = new Map<string, Described>();
  const others = new Map<string, Described>();
  for (const named of namedLinks(input)) {
    const link = sentryLink(named.url, input.sentryHosts);
    const found = link ? undefined : senderAttachment(named);
    if (link) keepBest(sentry, sentryAttachment(link, named));
    else if (found) keepBest(senders, found);
    else if (!isSentryRoot(named.url, input.sentryHosts)) keepBest(others, otherLink(named));
  }
  const own = pagerdutyAttachment(input.pagerduty);
  const known = [
    ...listed(sentry).slice(0, MAX_SENTRY_ATTACHMENTS),
    ...listed(senders).slice(0, MAX_SENDER_ATTACHMENTS),
  ];
  const rest = listed(others).filter(({ url }) => url !== own?.url && !isFrontPage(url, known));
  return [...(own ? [own] : []), ...known, ...rest.slice(0, MAX_OTHER_LINKS)];
}

function listed(found: ReadonlyMap<string, Described>): readonly Attachment[] {
  return [...found.values()].map(({ attachment }) => attachment);
}

/** Grafana's client is its front page, which is of no use beside the rule. */
function isFrontPage(url: string, known: readonly Attachment[]): boolean {
  const { search, hash, pathname } = new URL(url);
  return search + hash === "" && pathname.endsWith("/") && known.some((one) => one.url.startsWith(url));
}

/** An attachment, and whether the alert says more of it than its bare address. */
interface Described {
  readonly attachment: Attachment;
  readonly described: boolean;
}

/** The webhook's link comes first and bare; the alert's own mention of the same thing has the words and the facts. */
function keepBest(found: Map<string, Described>, next: Described): void {
  const known = found.get(next.attachment.key);
  if (!known || (next.described && !known.described)) found.set(next.attachment.key, next);
}

/**
 * The Sentry issue that an alert is about: by a recognised link, else by the group id or the short id that Sentry's
 * integration sends. Undefined where nothing points to an issue; a metric alert's rule is none.
 */
export function sentryReference(input: RecogniserInput): SentryReference | undefined {
  for (const { url, body } of namedLinks(input)) {
    const link = sentryLink(url, input.sentryHosts);
    if (link?.what !== "issue") continue;
    const ids = body ? idsOf(body) : {};
    const { host, org, issueId, shortId, eventId } = { ...(isSameIssue(ids, link) ? ids : {}), ...link };
    return {
      host,
      org,
      ...(issueId ? { issueId } : {}),
      ...(shortId ? { shortId } : {}),
      ...(eventId ? { eventId } : {}),
    };
  }
  for (const body of input.alerts.map(bodyOf).filter(isFromSentry)) {
    const ids = idsOf(body);
    if (ids.issueId || ids.shortId) return { host: input.sentryHosts[0] ?? "sentry.io", ...ids };
  }
  return undefined;
}

/** Every link of the alert that may be shown, the most telling place first. */
function namedLinks(input: RecogniserInput): readonly NamedLink[] {
  const named: NamedLink[] = [];
  for (const alert of input.alerts) {
    if (named.length >= MAX_LINKS) break;
    named.push(...linksOfBody(bodyOf(alert)));
  }
  const client = safeLink(input.clientUrl);
  if (!client) return named;
  const addressOf = (url: URL) => url.origin + url.pathname + url.hash;
  const known = named.find(({ url }) => addressOf(url) === addressOf(client));
  if (known) return [known, ...named];
  // A bare front page says nothing yet; if the alert itself has no better link, it comes with the alert.
  return addressOf(client) === `${client.origin}/` ? named : [{ url: client, isOwn: true }, ...named];
}

/** An alert may mention another issue than its own, in a message for instance; its details then say nothing about that. */
function isSameIssue(ids: SentryIds, link: SentryLink): boolean {
  if (link.issueId && ids.issueId) return link.issueId === ids.issueId;
  if (link.shortId && ids.shortId) return link.shortId === ids.shortId;
  return true;
}

function sentryAttachment(link: SentryLink, named: NamedLink): Described {
  if (link.what === "metric_rule" || isMetricAlert(named)) return metricAttachment(link, named);
  const body = named.body && isFromSentry(named.body) && isSameIssue(idsOf(named.body), link) ? named.body : undefined;
  const ids: SentryIds = { ...(body ? idsOf(body) : {}), ...link };
  const details = recordOf(body?.details);
  const title = textOf(details["title"]) ?? textOf(details["message"]) ?? summaryOf(body);
  const attachment = {
    kind: "sentry_issue",
    key: issueKey(link, ids.issueId ?? ids.shortId ?? ""),
    title: plainTitle(title ?? `Sentry issue ${ids.shortId ?? ids.issueId ?? ""}`),
    url: link.url,
    facts: factsOf({ ...(body ? issueFacts(body) : {}), Issue: ids.shortId }),
  } as const;
  return { attachment, described: body !== undefined };
}

function issueFacts(body: AlertBody): Facts {
  const details = recordOf(body.details);
  const source = textOf(body.cef["source_origin"]);
  return {
    Level: tagOf(details["tags"], "level") ?? textOf(details["level"]),
    Environment: tagOf(details["tags"], "environment") ?? textOf(details["environment"]),
    Release: textOf(details["release"]) ?? tagOf(details["tags"], "release"),
    Culprit: textOf(details["culprit"]) ?? (source === "<unknown>" ? undefined : source),
  };
}

/** Metric alerts come without a client; their key and the link's referrer tell them from issue alerts. */
function isMetricAlert({ url, body }: NamedLink): boolean {
  if (url.searchParams.get("referrer") === "metric_alert_pagerduty") return true;
  return /^incident_\d+_\w+$/.test(textOf(body?.alert["alert_key"]) ?? "");
}

function metricAttachment(link: SentryLink, { text, body }: NamedLink): Described {
  const attachment = {
    kind: "sentry_metric_alert",
    key: issueKey(link, link.what === "metric_rule" ? `rule/${link.ruleId}` : (link.issueId ?? link.shortId ?? "")),
    title: plainTitle(text ?? summaryOf(body) ?? "Sentry metric alert"),
    url: link.url,
    facts: factsOf({
      Severity: textOf(body?.alert["severity"]),
      Measured: textOf(recordOf(body?.details)["details"]),
    }),
  } as const;
  return { attachment, described: body !== undefined };
}

/** What another sender's link leads to, with what the alert says of it. */
function senderAttachment(named: NamedLink): Described | undefined {
  for (const sender of SENDERS) {
    const target = sender.find(named.url);
    if (target) return attachmentOf(sender, target, named);
  }
  return undefined;
}

function attachmentOf(sender: Sender, target: Target, { body, ...link }: NamedLink): Described {
  const description = body && sender.describe({ ...link, body }, target);
  const title = description?.title ?? target.name;
  const attachment = {
    kind: sender.kind,
    key: target.key,
    title: sender.isSelfHosted ? titleWithHost(title, link.url.host) : plainTitle(title, redactTokens),
    url: target.url,
    facts: listFacts(description?.facts ?? []),
  };
  return { attachment, described: description !== undefined };
}

function pagerdutyAttachment(alert: RecogniserInput["pagerduty"]): Attachment | undefined {
  const url = safeLink(alert?.url);
  if (!alert || !url) return undefined;
  return {
    kind: "pagerduty_alert",
    key: alert.id,
    title: plainTitle(alert.title),
    url: url.href,
    facts: alert.number > 0 ? [{ label: "Number", value: `#${alert.number}` }] : [],
  };
}

/** The real host always stands in the title: a sender's text may claim any other. */
function otherLink({ url, text, name }: NamedLink): Described {
  const title = titleWithHost(text ?? name ?? "", url.host);
  return {
    attachment: { kind: "link", key: url.href, title, url: url.href, facts: [] },
    described: title !== url.host,
  };
}
