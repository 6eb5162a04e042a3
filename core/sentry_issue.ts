/** What Sentry's answers and the alerts that it sends say about an issue, as short facts for an attachment. */
import type { Attachment } from "./attachment.ts";
import { countOf, isRecord, listOf, recordOf, textOf } from "./json.ts";
import { listFacts, plainTitle } from "./facts.ts";
import { redactSecrets } from "./redaction.ts";
import { fromIso, toIso } from "./time.ts";

/** The order in which people read the facts; what stands last is the first to be left out where space is short. */
const FACT_ORDER = [
  "Level",
  "Severity",
  "Environment",
  "Release",
  "Measured",
  "Events",
  "Users",
  "First seen",
  "Culprit",
  "Last seen",
  "Status",
  "Issue",
] as const;
export type FactLabel = (typeof FACT_ORDER)[number];
export type Facts = Readonly<Partial<Record<FactLabel, string | undefined>>>;

/** Facts in reading order, each on one line; empty ones are left out. */
export function factsOf(facts: Facts): Attachment["facts"] {
  // Releases and culprits are often hexadecimal, and what people look for.
  return listFacts(
    FACT_ORDER.map((label) => [label, facts[label]] as const),
    redactSecrets,
  );
}

/** The value of a tag in either form that Sentry's senders use: a list of pairs, or an object. */
export function tagOf(tags: unknown, key: string): string | undefined {
  if (isRecord(tags)) return textOf(tags[key]);
  for (const tag of listOf(tags)) {
    if (Array.isArray(tag) && tag[0] === key) return textOf(tag[1]);
    if (recordOf(tag)["key"] === key) return textOf(recordOf(tag)["value"]);
  }
  return undefined;
}

/**
 * Adds what Sentry says about an issue to its attachment. Gives the attachment back as it is where the answer is not
 * about this issue, so that it may be tried on every attachment of an alert.
 * @param issue the untrusted answer of GET /organizations/{org}/issues/{id}/
 */
export function withSentryIssue(attachment: Attachment, issue: unknown): Attachment {
  const answer = recordOf(issue);
  if (attachment.kind !== "sentry_issue" && attachment.kind !== "sentry_metric_alert") return attachment;
  const shortId = textOf(answer["shortId"]);
  const ids = [textOf(answer["id"]) ?? countOf(answer["id"])?.toString(), shortId];
  const key = attachment.key.slice(attachment.key.lastIndexOf("/") + 1);
  if (!ids.includes(key) || attachment.key.includes("/rule/")) return attachment;
  const known = Object.fromEntries(attachment.facts.map(({ label, value }) => [label, value]));
  const title = attachment.kind === "sentry_issue" ? textOf(answer["title"]) : undefined;
  return {
    ...attachment,
    title: title ? plainTitle(title) : attachment.title,
    facts: factsOf({
      Level: textOf(answer["level"]),
      Environment: tagOf(answer["tags"], "environment"),
      Release: releaseOf(answer["lastRelease"]) ?? releaseOf(answer["firstRelease"]),
      Culprit: textOf(answer["culprit"]),
      Issue: shortId,
      // What the alert itself carries describes this very event, so it wins over the issue's summary …
      ...known,
      // … but not where it can only be older than the answer.
      ...presentOf({
        Events: countText(answer["count"]),
        Users: countText(answer["userCount"]),
        "First seen": dateText(answer["firstSeen"]),
        "Last seen": dateText(answer["lastSeen"]),
        Status: statusText(answer),
      }),
    }),
  };
}

function presentOf(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function releaseOf(release: unknown): string | undefined {
  const { shortVersion, version } = recordOf(release);
  return textOf(shortVersion) ?? textOf(version);
}

function countText(value: unknown): string | undefined {
  return countOf(value)
    ?.toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "2026-03-02 09:14 UTC": facts are plain text, so they cannot use the reader's own time zone. */
function dateText(value: unknown): string | undefined {
  const at = fromIso(textOf(value));
  return at === undefined ? undefined : `${toIso(at).slice(0, 16).replace("T", " ")} UTC`;
}

function statusText(answer: Readonly<Record<string, unknown>>): string | undefined {
  const status = textOf(answer["status"]);
  const substatus = textOf(answer["substatus"]);
  return status && substatus ? `${status} (${substatus.replaceAll("_", " ")})` : status;
}
