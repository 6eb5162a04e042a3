import { type DismissReason, DISMISS_REASONS, type Incident, isPerson, type Person } from "../../core/incident.ts";
import type { Place } from "../../core/protocol.ts";
import { parseSeverity, type Severity } from "../../core/severity.ts";
import { HOUR, type Instant } from "../../core/time.ts";
import type { App } from "./app.ts";
import { type LatestUpdate, parseUpdate } from "./latest_update.ts";
import { parseDecider, parsePerson, safeJson } from "./people.ts";
import { lookUntil, nextRevision, NO_REVISION, type Revision, shows } from "./settling.ts";
import { mustCall, numberOf, putAll, recordOf, type Slack, textOf } from "./slack.ts";

const DATASTORE = "incidents";
/** How long the record of a closed incident is kept in Slack; the companion's timeline keeps it longer. */
const KEPT_AFTER_CLOSE_MS = 90 * 24 * HOUR;
/** The year 2100, in seconds. */
const NEVER_S = 4_102_444_800;

/** An incident as Slack's record has it: the incident itself, and where its messages are. */
export interface IncidentRecord extends Revision {
  readonly incident: Incident;
  readonly description: string;
  readonly startedBy?: Person;
  readonly windowClosesAt: Instant;
  readonly sequence: number;
  readonly channelId: string;
  readonly channelName: string;
  readonly channelUrl: string;
  /** The message whose thread is the incident's own, where it shares a channel with others; empty where the channel is its own. */
  readonly threadTs: string;
  /** The message in which it is one line of several, where a storm brought it together with others. */
  readonly tableChannelId: string;
  readonly tableTs: string;
  /** The incidents of that message, in their order. */
  readonly tableIds: readonly string[];
  readonly cardTs: string;
  readonly questionTs: string;
  readonly questionExecutionId: string;
  readonly controlsTs: string;
  readonly feedTs: string;
  readonly announcementTs: string;
  /** What is or was part of it. */
  readonly alertIds: readonly string[];
  /** The later alerts that the companion last named: those that nobody has answered for. */
  readonly laterIds: readonly string[];
  readonly laterCount: number;
  readonly unansweredCount: number;
  /** Later alerts that the service's setting attached. */
  readonly bySettingCount: number;
  /** How many alerts are part of it, whether or not `alertIds` names them. */
  readonly attachedCount: number;
  /** The message that asks about later alerts, and up to which one. */
  readonly offerTs: string;
  readonly offerUpTo: number;
  /** The last rise that people were pinged for. */
  readonly riseNumber: number;
  readonly decisionId: string;
  /** Decisions that were taken back: none of them is applied again, however late it comes. */
  readonly undoneDecisionIds: readonly string[];
  /** The request that last resolved it, also after it was reopened. */
  readonly resolveId: string;
  /** The closed incident whose alert PagerDuty reopened; empty for every other triage. */
  readonly reopenedFrom: string;
  /** Until when nobody is reminded; 0 while the reminders run. */
  readonly snoozedUntil: Instant;
  /** Slack user id of who put them off. */
  readonly snoozedBy: string;
  /** Which reminder a run took on last, and which run. */
  readonly reminding: string;
  /** Slack user id of who leads; empty while nobody does. */
  readonly lead: string;
  /** Empty until somebody sets it. */
  readonly severity: Severity | "";
  readonly update?: LatestUpdate;
  readonly archivedAt: Instant;
  /** What Slack's limits left undone of the channel's dressing. */
  readonly undecorated: readonly string[];
}

/** What the record keeps beside the incident itself. */
export type RecordPatch = Partial<Omit<IncidentRecord, "incident" | keyof Revision>>;

/** The record of an incident that has no channel and no messages yet. */
export function newRecord(incident: Incident): IncidentRecord {
  return {
    ...NO_REVISION,
    incident,
    description: "",
    windowClosesAt: 0,
    sequence: 0,
    channelId: "",
    channelName: "",
    channelUrl: "",
    threadTs: "",
    tableChannelId: "",
    tableTs: "",
    tableIds: [],
    cardTs: "",
    questionTs: "",
    questionExecutionId: "",
    controlsTs: "",
    feedTs: "",
    announcementTs: "",
    alertIds: [],
    laterIds: [],
    laterCount: 0,
    unansweredCount: 0,
    bySettingCount: 0,
    attachedCount: 0,
    offerTs: "",
    offerUpTo: 0,
    riseNumber: 0,
    decisionId: "",
    undoneDecisionIds: [],
    resolveId: "",
    reopenedFrom: "",
    snoozedUntil: 0,
    snoozedBy: "",
    reminding: "",
    lead: "",
    severity: "",
    archivedAt: 0,
    undecorated: [],
  };
}

/** The record of an incident; undefined where there is none or where it cannot be understood. */
export async function readIncident(slack: Slack, id: string): Promise<IncidentRecord | undefined> {
  if (id === "") return undefined;
  const answer = await mustCall(slack, "apps.datastore.get", { datastore: DATASTORE, id });
  return parseRecord(recordOf(answer["item"]));
}

/** The records with these ids, at most 25; those that are not there are left out. */
export async function readIncidents(slack: Slack, ids: readonly string[]): Promise<IncidentRecord[]> {
  if (ids.length === 0) return [];
  const answer = await mustCall(slack, "apps.datastore.bulkGet", { datastore: DATASTORE, ids });
  const items = Array.isArray(answer["items"]) ? answer["items"] : [];
  return items.map((item) => parseRecord(recordOf(item))).filter((record) => record !== undefined);
}

/**
 * The record of an incident that an earlier step is known to have written.
 * @param isReady what that step left; by default a channel with a card, or with a line among others
 */
export function awaitIncident(
  app: App,
  id: string,
  isReady: (record: IncidentRecord) => boolean = (record) => record.cardTs !== "" || record.tableTs !== "",
): Promise<IncidentRecord | undefined> {
  const look = () => readIncident(app.slack, id);
  return lookUntil(app, look, (record) => record !== undefined && isReady(record));
}

/** Waits until a write shows to others; gives the record as it is then, which may hold what others wrote since. */
export async function settleRecord(app: App, written: IncidentRecord): Promise<IncidentRecord> {
  const read = await awaitIncident(app, written.incident.id, (record) => shows(record, written));
  // What still does not show was written over by somebody else at the same moment.
  return read ?? written;
}

/**
 * Writes the named attributes only; other writers' attributes stay as they are.
 * @returns the record with them, since a read may not show them yet
 */
export function saveRecord(app: App, record: IncidentRecord, patch: RecordPatch): Promise<IncidentRecord> {
  return save(app, record, { id: record.incident.id }, record.incident, patch);
}

/** Writes what the incident itself consists of, and what else is given. */
export function saveIncident(
  app: App,
  record: IncidentRecord,
  incident: Incident,
  patch: RecordPatch = {},
): Promise<IncidentRecord> {
  return save(app, record, itemOf(incident), incident, patch);
}

async function save(
  app: App,
  record: IncidentRecord,
  item: Readonly<Record<string, string | number>>,
  incident: Incident,
  patch: RecordPatch,
): Promise<IncidentRecord> {
  const revision = nextRevision(app, record);
  await mustCall(app.slack, "apps.datastore.update", {
    datastore: DATASTORE,
    item: { ...item, ...patchItem(patch), ...revision },
  });
  return { ...record, ...patch, ...revision, incident };
}

/** Attributes are the fields' names in snake case; what is no text or number is kept as JSON. */
function patchItem(patch: RecordPatch): Record<string, string | number> {
  const item: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(patch)) {
    const attribute = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (typeof value === "string" || typeof value === "number") item[attribute] = value;
    else if (value !== undefined) item[attribute] = JSON.stringify(value);
  }
  return item;
}

/** Every alert that the record names. */
export function alertIdsOf(record: Pick<IncidentRecord, "alertIds" | "laterIds">): string[] {
  return [...new Set([...record.alertIds, ...record.laterIds])];
}

/** Writes whole records that nobody else writes yet, at most 25. */
export async function putNewRecords(app: App, records: readonly IncidentRecord[]): Promise<void> {
  const items = records.map(({ incident, ...rest }) => ({
    ...itemOf(incident),
    ...patchItem(rest),
    ...nextRevision(app, rest),
  }));
  await putAll(items, (left) =>
    mustCall(app.slack, "apps.datastore.bulkPut", { datastore: DATASTORE, items: left }, ["partial_failure"]),
  );
}

/** Where messages about the incident are posted: its channel, or its thread where the channel is shared. */
export function whereOf(record: IncidentRecord): { readonly channel: string; readonly thread_ts?: string } {
  return { channel: record.channelId, ...(record.threadTs === "" ? {} : { thread_ts: record.threadTs }) };
}

/** Whether the incident shares its channel with others: then nobody dresses or archives the channel for its sake. */
export function sharesChannel(record: IncidentRecord): boolean {
  return record.threadTs !== "";
}

/** Undefined while a part of it is not known: the companion takes it whole or not at all. */
export function placeOf(record: IncidentRecord): Place | undefined {
  const { channelId, channelName, channelUrl } = record;
  const isWhole = channelId !== "" && channelName !== "" && channelUrl !== "";
  return isWhole ? { channelId, channelName, channelUrl } : undefined;
}

/** The flat item of an incident. */
function itemOf(incident: Incident): Record<string, string | number> {
  const item: Record<string, string | number> = {
    id: incident.id,
    number: incident.number,
    title: incident.title,
    service_id: incident.serviceId,
    service_name: incident.serviceName,
    opened_at: incident.openedAt,
    status: incident.status,
    // One that was closed before had a term, and an attribute of Slack's own types cannot be emptied.
    expires_at: NEVER_S,
  };
  if (incident.status === "triage") return item;
  item["decided_by"] = JSON.stringify(incident.decidedBy);
  item["decided_at"] = incident.decidedAt;
  let closedAt = incident.decidedAt;
  if (incident.status === "active") return item;
  if (incident.status === "merged") item["merged_into"] = incident.mergedInto;
  if (incident.status === "dismissed") Object.assign(item, { reason: incident.reason, note: incident.note });
  if (incident.status === "resolved") {
    item["resolved_by"] = JSON.stringify(incident.resolvedBy);
    item["resolved_at"] = incident.resolvedAt;
    item["summary"] = incident.summary;
    closedAt = incident.resolvedAt;
  }
  item["expires_at"] = Math.floor((closedAt + KEPT_AFTER_CLOSE_MS) / 1_000);
  return item;
}

/** What is read is parsed: values may be missing, and the datastore's own types are loose. */
export function parseRecord(item: Readonly<Record<string, unknown>>): IncidentRecord | undefined {
  const incident = parseIncident(item);
  if (!incident) return undefined;
  const startedBy = parsePerson(item["started_by"]);
  const update = parseUpdate(item["update"]);
  return {
    revision: numberOf(item["revision"]),
    writer: textOf(item["writer"]),
    incident,
    description: textOf(item["description"]),
    ...(startedBy ? { startedBy } : {}),
    windowClosesAt: numberOf(item["window_closes_at"]),
    sequence: numberOf(item["sequence"]),
    channelId: textOf(item["channel_id"]),
    channelName: textOf(item["channel_name"]),
    channelUrl: textOf(item["channel_url"]),
    threadTs: textOf(item["thread_ts"]),
    tableChannelId: textOf(item["table_channel_id"]),
    tableTs: textOf(item["table_ts"]),
    tableIds: idsIn(item["table_ids"]),
    cardTs: textOf(item["card_ts"]),
    questionTs: textOf(item["question_ts"]),
    questionExecutionId: textOf(item["question_execution_id"]),
    controlsTs: textOf(item["controls_ts"]),
    feedTs: textOf(item["feed_ts"]),
    announcementTs: textOf(item["announcement_ts"]),
    alertIds: idsIn(item["alert_ids"]),
    laterIds: idsIn(item["later_ids"]),
    laterCount: numberOf(item["later_count"]),
    unansweredCount: numberOf(item["unanswered_count"]),
    bySettingCount: numberOf(item["by_setting_count"]),
    attachedCount: numberOf(item["attached_count"]),
    offerTs: textOf(item["offer_ts"]),
    offerUpTo: numberOf(item["offer_up_to"]),
    riseNumber: numberOf(item["rise_number"]),
    decisionId: textOf(item["decision_id"]),
    undoneDecisionIds: idsIn(item["undone_decision_ids"]),
    resolveId: textOf(item["resolve_id"]),
    reopenedFrom: textOf(item["reopened_from"]),
    snoozedUntil: numberOf(item["snoozed_until"]),
    snoozedBy: textOf(item["snoozed_by"]),
    reminding: textOf(item["reminding"]),
    lead: textOf(item["lead"]),
    severity: parseSeverity(item["severity"]),
    ...(update ? { update } : {}),
    archivedAt: numberOf(item["archived_at"]),
    undecorated: idsIn(item["undecorated"]),
  };
}

function parseIncident(item: Readonly<Record<string, unknown>>): Incident | undefined {
  const id = textOf(item["id"]);
  if (id === "") return undefined;
  const base = {
    id,
    number: textOf(item["number"]),
    title: textOf(item["title"]),
    serviceId: textOf(item["service_id"]),
    serviceName: textOf(item["service_name"]),
    openedAt: numberOf(item["opened_at"]),
  };
  if (item["status"] === "triage") return { ...base, status: "triage" };
  const decider = parseDecider(item["decided_by"]);
  if (!decider) return undefined;
  const decidedAt = numberOf(item["decided_at"]);
  if (item["status"] === "dismissed") {
    const { reason, note } = { reason: parseReason(item["reason"]), note: textOf(item["note"]) };
    return { ...base, decidedBy: decider, decidedAt, status: "dismissed", reason, note };
  }
  if (!isPerson(decider)) return undefined;
  const decided = { decidedBy: decider, decidedAt };
  switch (item["status"]) {
    case "active":
      return { ...base, ...decided, status: "active" };
    case "merged":
      return { ...base, ...decided, status: "merged", mergedInto: textOf(item["merged_into"]) };
    case "resolved":
      return {
        ...base,
        ...decided,
        status: "resolved",
        resolvedBy: parsePerson(item["resolved_by"]) ?? decider,
        resolvedAt: numberOf(item["resolved_at"]),
        summary: textOf(item["summary"]),
      };
    default:
      return undefined;
  }
}

export function parseReason(value: unknown): DismissReason {
  return typeof value === "string" && Object.hasOwn(DISMISS_REASONS, value) ? (value as DismissReason) : "other";
}

/** The ids in a JSON list; none in anything else. */
export function idsIn(value: unknown): string[] {
  const ids = typeof value === "string" ? safeJson(value) : undefined;
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}
