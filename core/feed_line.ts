/**
 * A line of the triage feed that belongs to no incident: alerts that opened no channel, each line posted once and edited
 * afterwards. What a line says of its alerts is counted when it leaves, so it is never older than the last change.
 */
import { type PagerdutyStatus, PAGERDUTY_STATUSES } from "./alert.ts";
import { countOf, isRecord, type JsonRecord, listOf, recordOf } from "./json.ts";
import type { Instant } from "./time.ts";

/** Why the line is there. */
export type FeedLine =
  /** The settings want one line for these alerts, and no channel. */
  | { readonly kind: "alert" }
  /** The same as something that a person said is no incident. */
  | { readonly kind: "suppressed"; readonly number: string; readonly dismissedBy: string; readonly until: Instant }
  /** They reached the companion when they were older than their windows. */
  | { readonly kind: "backlog" }
  /** They were open in PagerDuty when the companion started for the first time. */
  | { readonly kind: "first_start"; readonly at: Instant; readonly isComplete: boolean }
  /** They were over before Slack could be reached. */
  | { readonly kind: "withdrawn" }
  /** Slack did not take their triages, or nobody confirmed them. */
  | { readonly kind: "undelivered" }
  /** Slack did not take the latest news of their incidents, so cards may be out of date. */
  | { readonly kind: "unheard" }
  /** PagerDuty's webhook subscription is off, or was until it was found to be on again. Names no alerts. */
  | { readonly kind: "webhooks_off"; readonly since: Instant; readonly until?: Instant };

/** An alert as a line names it; or an incident that has none, by its own id. */
export interface FeedAlert {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly serviceName: string;
  readonly urgency: "high" | "low";
  readonly status: PagerdutyStatus;
  readonly since: Instant;
  /** An incident without any alert: somebody started it, and PagerDuty knows nothing of it. */
  readonly byHand?: true;
  /** The triage that was opened for it since. */
  readonly opened?: {
    readonly number: string;
    /** Slack user id; empty where it opened by itself. */
    readonly by: string;
    /** Empty while the channel is not known. */
    readonly channelId: string;
    /** In a line of the kind "unheard": how the news stands that Slack did not take. */
    readonly news?: "lost" | "on_its_way" | "taken";
  };
}

export interface FeedAlerts {
  readonly count: number;
  /** Those that are not resolved in PagerDuty. */
  readonly open: number;
  /** When the oldest of them began. */
  readonly since: Instant;
  /** The services with the most alerts, most first. */
  readonly services: readonly { readonly name: string; readonly count: number }[];
  /** The newest few, open ones first. */
  readonly alerts: readonly FeedAlert[];
}

/** How many alerts a line names, each with a button of its own. */
export const FEED_ALERTS_MAX = 5;
/** How many services a line counts by name. */
export const FEED_SERVICES_MAX = 6;

const SUBJECT_PREFIX = "feed:";

/** A feed line's deliveries are numbered and confirmed like those of an incident, under this in place of its id. */
export function feedSubject(key: string): string {
  return SUBJECT_PREFIX + key;
}

/** The key of the feed line that a delivery is about; undefined where it is about an incident. */
export function feedKeyOf(subject: string): string | undefined {
  return subject.startsWith(SUBJECT_PREFIX) ? subject.slice(SUBJECT_PREFIX.length) : undefined;
}

export interface FeedLineData {
  readonly line: FeedLine;
  readonly about: FeedAlerts;
}

/** Reads the data of a `feed_line` signal; undefined for a kind that this version does not know. Never throws. */
export function readFeedLine(value: unknown): FeedLineData | undefined {
  const line = readLine(recordOf(recordOf(value)["line"]));
  if (!line) return undefined;
  const about = recordOf(recordOf(value)["about"]);
  return {
    line,
    about: {
      count: numberIn(about, "count"),
      open: numberIn(about, "open"),
      since: numberIn(about, "since"),
      services: listOf(about["services"])
        .filter(isRecord)
        .map((one) => ({ name: textIn(one, "name"), count: numberIn(one, "count") })),
      alerts: listOf(about["alerts"])
        .filter(isRecord)
        .flatMap((one) => readAlert(one) ?? []),
    },
  };
}

function readLine(fields: JsonRecord): FeedLine | undefined {
  const kind = fields["kind"];
  switch (kind) {
    case "alert":
    case "backlog":
    case "withdrawn":
    case "undelivered":
    case "unheard":
      return { kind };
    case "webhooks_off": {
      const until = countOf(fields["until"]);
      return { kind, since: numberIn(fields, "since"), ...(until === undefined ? {} : { until }) };
    }
    case "suppressed":
      return {
        kind,
        number: textIn(fields, "number"),
        dismissedBy: textIn(fields, "dismissedBy"),
        until: numberIn(fields, "until"),
      };
    case "first_start":
      return { kind, at: numberIn(fields, "at"), isComplete: fields["isComplete"] !== false };
    default:
      return undefined;
  }
}

function readAlert(fields: JsonRecord): FeedAlert | undefined {
  const id = textIn(fields, "id");
  const status = PAGERDUTY_STATUSES.find((one) => one === fields["status"]);
  if (id === "" || !status) return undefined;
  const opened = fields["opened"];
  return {
    id,
    title: textIn(fields, "title"),
    url: textIn(fields, "url"),
    serviceName: textIn(fields, "serviceName"),
    urgency: fields["urgency"] === "low" ? "low" : "high",
    status,
    since: numberIn(fields, "since"),
    ...(fields["byHand"] === true ? { byHand: true } : {}),
    ...(isRecord(opened)
      ? {
          opened: {
            number: textIn(opened, "number"),
            by: textIn(opened, "by"),
            channelId: textIn(opened, "channelId"),
            ...readNews(opened["news"]),
          },
        }
      : {}),
  };
}

function readNews(value: unknown): Pick<NonNullable<FeedAlert["opened"]>, "news"> {
  return value === "lost" || value === "on_its_way" || value === "taken" ? { news: value } : {};
}

function textIn(fields: JsonRecord, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

function numberIn(fields: JsonRecord, name: string): number {
  return countOf(fields[name]) ?? 0;
}
