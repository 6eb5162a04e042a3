/** Reads the alerts of PagerDuty's API, each of which may lack any part of what its sender could have said. */
import { type JsonRecord, isRecord, listOf, recordOf, textOf } from "./json.ts";
import { linksWithin, safeLink } from "./link.ts";
import { isEventId, isShortId } from "./sentry_link.ts";

/** What is used of an alert, each part perhaps empty. */
export interface AlertBody {
  readonly alert: JsonRecord;
  readonly cef: JsonRecord;
  readonly contexts: readonly unknown[];
  /** An object as a rule; a text from the e-mail integration. */
  readonly details: unknown;
}

/** A link and what the alert says of it. */
export interface NamedLink {
  readonly url: URL;
  /** The sender's words for it. */
  readonly text?: string;
  /** What stands before it in a text, or the name of its field. */
  readonly name?: string;
  readonly body?: AlertBody;
  /** It stands where a sender puts what the alert is about, not somewhere in a text. */
  readonly isOwn: boolean;
}

export function bodyOf(alert: unknown): AlertBody {
  const record = recordOf(alert);
  const body = recordOf(record["body"]);
  const cef = recordOf(body["cef_details"]);
  return {
    alert: record,
    cef,
    contexts: [...listOf(body["contexts"]), ...listOf(cef["contexts"])],
    details: body["details"] ?? cef["details"],
  };
}

/** A sender has a handful. */
const MAX_OWN_LINKS = 20;

/** Every link of an alert that may be shown, the most telling place first. */
export function linksOfBody(body: AlertBody): readonly NamedLink[] {
  const named: NamedLink[] = [];
  const add = (url: URL | undefined, text?: string): void => {
    if (url) named.push({ url, body, isOwn: true, ...(text ? { text } : {}) });
  };
  add(safeLink(body.cef["client_url"]));
  for (const context of body.contexts.filter(isRecord)) {
    if (named.length >= MAX_OWN_LINKS) break;
    if (context["type"] === "link") add(safeLink(context["href"]), textOf(context["text"]));
  }
  add(safeLink(recordOf(body.details)["url"]));
  return [...named, ...linksWithin(body.details).map((found) => ({ ...found, body, isOwn: false }))];
}

/** Whether this sender sent the alert: by what it calls itself, or by the keys of the details that only it sends. */
export function isSentBy(body: AlertBody, client: string, keys: readonly string[] = []): boolean {
  const details = recordOf(body.details);
  if (textOf(body.cef["client"])?.toLowerCase() === client.toLowerCase()) return true;
  return keys.length > 0 && keys.every((key) => key in details);
}

export function summaryOf(body: AlertBody | undefined): string | undefined {
  return textOf(body?.alert["summary"]) ?? textOf(body?.cef["description"]);
}

/** Whether Sentry sent the alert. Event Orchestration may drop the client, so the details count as well. */
export function isFromSentry(body: AlertBody): boolean {
  return isSentBy(body, "Sentry", ["groupID", "eventID"]);
}

export interface SentryIds {
  readonly issueId?: string;
  readonly shortId?: string;
  readonly eventId?: string;
}

/** The ids that Sentry's senders put beside the link: the group, the short id or (legacy) the group as key, the event. */
export function idsOf(body: AlertBody): SentryIds {
  const details = recordOf(body.details);
  const key = isFromSentry(body) ? (textOf(body.alert["alert_key"]) ?? textOf(body.cef["dedup_key"]) ?? "") : "";
  const given = details["groupID"];
  const group = typeof given === "number" ? String(given) : (textOf(given) ?? key);
  const event = textOf(details["eventID"]) ?? textOf(details["event_id"]) ?? "";
  return {
    ...(/^\d{1,40}$/.test(group) ? { issueId: group } : {}),
    ...(isShortId(key) ? { shortId: key } : {}),
    ...(isEventId(event) ? { eventId: event } : {}),
  };
}
