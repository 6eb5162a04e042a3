import {
  type Alert,
  ALERT_RELATIONS,
  type Closing,
  type Escalation,
  PAGERDUTY_STATUSES,
  type ReopenedAs,
} from "./alert.ts";
import type { Resolution } from "./alert_resolution.ts";
import { TRIGGER_STRING_MAX_BYTES } from "./assumptions.ts";
import { type Attachment, ATTACHMENT_KINDS } from "./attachment.ts";
import type { PagedPerson } from "./paging.ts";
import { byteLength, cutCharacters } from "./text.ts";

/**
 * What is given up when an alert is too big for a trigger's string, least missed first. The next step is taken only when
 * the ones before it were not enough; the last ones are for hostile input and make every alert fit.
 */
const SACRIFICES: readonly ((alert: Alert) => Alert)[] = [
  (alert) => ({ ...alert, attachments: alert.attachments.map((one) => ({ ...one, facts: one.facts.slice(0, 4) })) }),
  (alert) => ({ ...alert, attachments: alert.attachments.slice(0, 6) }),
  (alert) => cutTitles(alert, 200),
  (alert) => ({ ...alert, paged: alert.paged.slice(0, 5) }),
  (alert) => ({ ...alert, attachments: alert.attachments.map((one) => ({ ...one, facts: [] })) }),
  (alert) => ({ ...alert, attachments: alert.attachments.filter((one) => byteLength(one.url) <= 300).slice(0, 3) }),
  (alert) => ({ ...cutTitles(alert, 80), attachments: [], paged: alert.paged.slice(0, 1) }),
  // Who is paged is missed more than the rest of a title, and more than the link.
  (alert) => cutTitles(alert, 30),
  (alert) => ({ ...alert, url: "" }),
  (alert) => ({ ...alert, paged: [] }),
];

/** Longer texts carry nothing that a card shows; ids beyond this are not PagerDuty's. */
const SHORT_TEXT_MAX = 120;

/**
 * An alert as JSON text of at most `maxBytes` bytes of UTF-8, the documented limit of a trigger's string. What does not
 * fit is left out in a fixed order; the id, the status, the relation and the closing always get through.
 */
export function packAlert(alert: Alert, maxBytes: number = TRIGGER_STRING_MAX_BYTES): string {
  let packed = withoutExcess(alert);
  for (const sacrifice of SACRIFICES) {
    if (byteLength(JSON.stringify(packed)) <= maxBytes) break;
    packed = sacrifice(packed);
  }
  return JSON.stringify(packed);
}

/**
 * As many of the alerts as fit, in their order, as a JSON list. Each gets an equal share of the room, so that a big one
 * does not keep the others out; one that exceeds it even when cut ends the list.
 */
export function packAlerts(alerts: readonly Alert[], maxBytes: number): string {
  const share = Math.floor((maxBytes - 2) / Math.max(1, alerts.length)) - 1;
  const packed: string[] = [];
  let left = maxBytes - 2;
  for (const alert of alerts) {
    const text = packAlert(alert, packed.length === 0 ? Math.max(share, Math.floor(maxBytes / 2)) : share);
    left -= byteLength(text) + 1;
    if (left < 0) break;
    packed.push(text);
  }
  return `[${packed.join(",")}]`;
}

/** Bounds the short texts that are never dropped. */
function withoutExcess(alert: Alert): Alert {
  const { closing, priority, resolution, escalation, acknowledgeProblem } = alert;
  return {
    ...alert,
    id: cutCharacters(alert.id, SHORT_TEXT_MAX),
    serviceId: cutCharacters(alert.serviceId, SHORT_TEXT_MAX),
    serviceName: cutCharacters(alert.serviceName, SHORT_TEXT_MAX),
    ...(priority === undefined ? {} : { priority: cutCharacters(priority, SHORT_TEXT_MAX) }),
    ...(escalation?.problem === undefined
      ? {}
      : { escalation: { ...escalation, problem: cutCharacters(escalation.problem, SHORT_TEXT_MAX) } }),
    ...(resolution === undefined ? {} : { resolution: boundedResolution(resolution) }),
    ...(acknowledgeProblem === undefined
      ? {}
      : { acknowledgeProblem: cutCharacters(acknowledgeProblem, SHORT_TEXT_MAX) }),
    closing: "problem" in closing ? { ...closing, problem: cutCharacters(closing.problem ?? "", 300) } : closing,
  };
}

function boundedResolution(resolution: Resolution): Resolution {
  switch (resolution.by) {
    case "person":
      return { ...resolution, name: cutCharacters(resolution.name, SHORT_TEXT_MAX) };
    case "merge":
      return { ...resolution, into: cutCharacters(resolution.into, SHORT_TEXT_MAX) };
    case "itself":
    case "us":
      return resolution;
  }
}

function cutTitles(alert: Alert, max: number): Alert {
  return {
    ...alert,
    title: cutCharacters(alert.title, max),
    attachments: alert.attachments.map((one) => ({ ...one, title: cutCharacters(one.title, max) })),
  };
}

/** Reads what {@link packAlert} wrote. Undefined for anything that is no alert; parts that are not usable are left out. */
export function unpackAlert(text: string): Alert | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  const { id, title, serviceId, serviceName, urgency, since } = value;
  const status = PAGERDUTY_STATUSES.find((one) => one === value["status"]);
  const relation = ALERT_RELATIONS.find((one) => one === value["relation"]);
  if (!isText(id) || id === "" || !isText(title) || !isText(serviceId) || !isText(serviceName)) return undefined;
  if (!status || !relation || (urgency !== "high" && urgency !== "low") || !isInstant(since)) return undefined;
  const priority = value["priority"];
  const resolution = readResolution(value["resolution"]);
  const reopenedAt = value["reopenedAt"];
  const escalation = readEscalation(value["escalation"]);
  const acknowledgeProblem = value["acknowledgeProblem"];
  const told = value["told"];
  return {
    id,
    number: isInstant(value["number"]) ? value["number"] : 0,
    title,
    url: webAddress(value["url"]) ?? "",
    serviceId,
    serviceName,
    urgency,
    ...(isText(priority) && priority !== "" ? { priority } : {}),
    status,
    since,
    paged: listOf(value["paged"], readPerson),
    relation,
    ...(isInstant(told) ? { told } : {}),
    attachments: listOf(value["attachments"], readAttachment),
    closing: readClosing(value["closing"]),
    ...(resolution === undefined ? {} : { resolution }),
    ...(isInstant(reopenedAt) ? { reopenedAt } : {}),
    ...(escalation === undefined ? {} : { escalation }),
    ...(isText(acknowledgeProblem) ? { acknowledgeProblem } : {}),
  };
}

function readEscalation(value: unknown): Escalation | undefined {
  if (!isRecord(value) || !isInstant(value["at"])) return undefined;
  const { at, problem } = value;
  return { at, ...(isText(problem) ? { problem } : {}) };
}

function readResolution(value: unknown): Resolution | undefined {
  if (!isRecord(value) || !isInstant(value["at"])) return undefined;
  const { by, at, name, into, number } = value;
  switch (by) {
    case "itself":
      return { by, at, ...(value["again"] === true ? { again: true } : {}) };
    case "us":
      return { by, at };
    case "person":
      return { by, at, name: isText(name) ? name : "Somebody" };
    case "merge":
      return isText(into) ? { by, at, into, number: isInstant(number) ? number : 0 } : undefined;
    default:
      return undefined;
  }
}

function readPerson(value: Readonly<Record<string, unknown>>): PagedPerson | undefined {
  const { pagerdutyUserId, name, email } = value;
  if (!isText(pagerdutyUserId) || !isText(name)) return undefined;
  return { pagerdutyUserId, name, ...(isText(email) ? { email } : {}) };
}

function readAttachment(value: Readonly<Record<string, unknown>>): Attachment | undefined {
  const kind = ATTACHMENT_KINDS.find((one) => one === value["kind"]);
  const url = webAddress(value["url"]);
  const { key, title } = value;
  if (!kind || !url || !isText(key) || !isText(title)) return undefined;
  const facts = listOf(value["facts"], ({ label, value: fact }) =>
    isText(label) && isText(fact) ? { label, value: fact } : undefined,
  );
  return { kind, key, title, url, facts };
}

/** An unreadable closing counts as none: nothing is claimed about PagerDuty that was not said. */
function readClosing(value: unknown): Closing {
  if (!isRecord(value)) return { state: "none" };
  const problem = isText(value["problem"]) ? value["problem"] : undefined;
  switch (value["state"]) {
    case "wanted":
      return { state: "wanted", ...(problem === undefined ? {} : { problem }) };
    case "confirmed":
      return isInstant(value["at"]) ? { state: "confirmed", at: value["at"] } : { state: "none" };
    case "failed":
      return { state: "failed", problem: problem ?? "PagerDuty refused." };
    case "reopen_wanted":
      return { state: "reopen_wanted", as: readAs(value["as"]), ...(problem === undefined ? {} : { problem }) };
    case "reopen_failed":
      return { state: "reopen_failed", as: readAs(value["as"]), problem: problem ?? "PagerDuty refused." };
    default:
      return { state: "none" };
  }
}

function readAs(value: unknown): ReopenedAs {
  return value === "triggered" ? "triggered" : "acknowledged";
}

function webAddress(value: unknown): string | undefined {
  if (!isText(value)) return undefined;
  try {
    const { protocol } = new URL(value);
    return protocol === "https:" || protocol === "http:" ? value : undefined;
  } catch {
    return undefined;
  }
}

function listOf<Item>(
  value: unknown,
  read: (item: Readonly<Record<string, unknown>>) => Item | undefined,
): readonly Item[] {
  if (!Array.isArray(value)) return [];
  return value
    .map((item: unknown) => (isRecord(item) ? read(item) : undefined))
    .filter((item): item is Item => item !== undefined);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isInstant(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
