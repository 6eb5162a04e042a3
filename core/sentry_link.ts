/**
 * Links into Sentry. A link counts as Sentry's only on sentry.io, on a direct subdomain of it, or on a
 * configured host, port included: the sender of an alert writes the link, so its look proves nothing.
 */
import { safeLink } from "./link.ts";

/** What a link into Sentry says about what it leads to. */
export interface SentryLink {
  readonly what: "issue" | "metric_rule";
  /** "sentry.io" for Sentry's own service, else the matching entry of the allow-list, such as "errors.example:9443/sentry". */
  readonly host: string;
  readonly org: string;
  /** Numeric id of the issue; absent where the link has the short id. */
  readonly issueId?: string;
  readonly shortId?: string;
  readonly eventId?: string;
  readonly ruleId?: string;
  /** Without tracking parameters. */
  readonly url: string;
}

const SENTRY_SERVICE = "sentry.io";
/** Subdomains of sentry.io that are no organisations: API regions and Sentry's own pages. */
const NOT_AN_ORGANISATION: ReadonlySet<string> = new Set(["us", "de", "www", "docs", "status", "blog"]);
const NOT_AN_OLD_PATH: ReadonlySet<string> = new Set(["organizations", "settings", "api", "auth"]);

const ISSUE = "(?:(?<id>\\d{1,40})|(?<short>[A-Z0-9_-]+-[A-Z0-9]+))(?:/events/(?<event>[A-Za-z0-9]{1,40}))?/?$";
const ORG = "(?<org>[a-z0-9][a-z0-9_-]*)";
const WITH_ORGANISATION = new RegExp(`^/organizations/${ORG}/issues/${ISSUE}`);
const ON_ORGANISATION_HOST = new RegExp(`^/issues/${ISSUE}`);
const OLD = new RegExp(`^/${ORG}/[a-z0-9][a-z0-9_-]*/(?:issues|group)/${ISSUE}`);
const RULE = /^(?:\/organizations\/(?<org>[a-z0-9][a-z0-9_-]*))?\/alerts\/rules\/details\/(?<rule>\d{1,40})\/?$/;

const SHORT_ID = /^(?=.*[A-Z])[A-Z0-9][A-Z0-9_-]*-[A-Z0-9]+$/;
const EVENT_ID = /^[0-9a-f]{32}$/;

/** Whether a text has the form of a short id, such as CHECKOUT-2K. */
export function isShortId(text: string): boolean {
  return text.length <= 100 && SHORT_ID.test(text);
}

/** Whether a text has the form of an event's id: 32 lower-case hexadecimal digits. */
export function isEventId(text: string): boolean {
  return EVENT_ID.test(text);
}

interface Place {
  readonly host: string;
  /** The path under the base of this Sentry. */
  readonly path: string;
  /** The organisation that the host itself names. */
  readonly org?: string;
}

/**
 * What a link into Sentry leads to; undefined for every other link.
 * @param sentryHosts further allowed hosts, port included, with or without a base path: "errors.example:9443/sentry"
 */
export function sentryLink(url: URL, sentryHosts: readonly string[]): SentryLink | undefined {
  const place = placeOf(url, sentryHosts);
  if (!place) return undefined;
  const { host, path } = place;
  const rule = RULE.exec(path)?.groups;
  if (rule) {
    const org = rule["org"] ?? place.org;
    const alert = url.searchParams.get("alert") ?? "";
    const query = /^\d{1,40}$/.test(alert) ? `?alert=${alert}` : "";
    const found = { what: "metric_rule", host, ruleId: rule["rule"] ?? "", url: bare(url) + query } as const;
    return org ? { ...found, org } : undefined;
  }
  const match = WITH_ORGANISATION.exec(path) ?? (place.org ? ON_ORGANISATION_HOST.exec(path) : null) ?? oldPath(path);
  const org = match?.groups?.["org"] ?? place.org;
  if (!match?.groups || !org) return undefined;
  const { id, short, event } = match.groups;
  return {
    what: "issue",
    host,
    org,
    ...(id ? { issueId: id } : {}),
    ...(short ? { shortId: short } : {}),
    ...(event && isEventId(event) ? { eventId: event } : {}),
    url: bare(url),
  };
}

/** Whether a link leads to the front page of a Sentry that we know: the legacy plugin sends that as its client. */
export function isSentryRoot(url: URL, sentryHosts: readonly string[]): boolean {
  const path = placeOf(url, sentryHosts)?.path;
  return path === "" || path === "/";
}

/**
 * Whether a reference's host is the Sentry at this address, so that it may be asked about the reference. All of
 * sentry.io, with its regions and organisations, is one Sentry.
 * @param sentryUrl the configured address, for example https://sentry.io or http://127.0.0.1:3000/sentry
 */
export function isSameSentry(host: string, sentryUrl: string): boolean {
  const url = safeLink(sentryUrl);
  if (!url) return false;
  if (host === SENTRY_SERVICE) return saasPlace(url) !== undefined;
  return baseOf(host) !== undefined && baseOf(sentryUrl) === baseOf(host);
}

function oldPath(path: string): RegExpExecArray | null {
  const match = OLD.exec(path);
  return match && !NOT_AN_OLD_PATH.has(match.groups?.["org"] ?? "") ? match : null;
}

function bare(url: URL): string {
  return url.origin + url.pathname;
}

function placeOf(url: URL, sentryHosts: readonly string[]): Place | undefined {
  const own = saasPlace(url);
  if (own) return own;
  const link = hostWithPort(url);
  for (const entry of sentryHosts) {
    const base = baseOf(entry);
    if (base === undefined) continue;
    const [host = "", ...folders] = base.split("/");
    const prefix = folders.map((folder) => `/${folder}`).join("");
    if (host !== link || !`${url.pathname}/`.startsWith(`${prefix}/`)) continue;
    return { host: base, path: url.pathname.slice(prefix.length) };
  }
  return undefined;
}

function saasPlace(url: URL): Place | undefined {
  if (url.port !== "") return undefined;
  const host = url.hostname.replace(/\.$/, "");
  if (host === SENTRY_SERVICE) return { host, path: url.pathname };
  const subdomain = /^([a-z0-9][a-z0-9_-]*)\.sentry\.io$/.exec(host)?.[1];
  if (!subdomain) return undefined;
  const place = { host: SENTRY_SERVICE, path: url.pathname };
  return NOT_AN_ORGANISATION.has(subdomain) ? place : { ...place, org: subdomain };
}

/** Host, port where it is not the scheme's own, and base path of an entry of the allow-list, without a slash at the end. */
function baseOf(entry: string): string | undefined {
  const url = safeLink(/^https?:\/\//i.test(entry.trim()) ? entry : `https://${entry.trim()}`);
  return url ? (hostWithPort(url) + url.pathname).replace(/\/+$/, "") : undefined;
}

/** An entry without a scheme cannot say whose own port it means, so 80 and 443 are both left out. */
function hostWithPort(url: URL): string {
  return url.port === "" || url.port === "80" || url.port === "443" ? url.hostname : `${url.hostname}:${url.port}`;
}

/** The key of an attachment for a Sentry issue: the same for every form of link to it. */
export function issueKey(link: { readonly host: string; readonly org: string }, id: string): string {
  return `${link.host}/${link.org}/${id}`;
}
