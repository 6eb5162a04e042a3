import type { AlertRelation } from "../../core/alert.ts";
import type { LaterAlertAnswer } from "../../core/protocol.ts";
import type { Instant } from "../../core/time.ts";
import { readAlerts, type StoredAlert, writeAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { context, section } from "./card.ts";
import { blocksOf, messageAt } from "./history.ts";
import { type IncidentRecord, placeOf, type RecordPatch, saveRecord } from "./incidents.ts";
import { handOver, isUnsent } from "./pending.ts";
import { personOf } from "./people.ts";
import { publish } from "./publish.ts";
import { mayCall } from "./slack.ts";

/** An answer to later alerts: the named ones, and where `upTo` is above 0 all up to that one of the incident. */
export interface Answered {
  readonly alertIds: readonly string[];
  readonly upTo: number;
  readonly answer: LaterAlertAnswer;
  readonly by: string;
  readonly at: Instant;
}

/** "3 later alerts" */
export function laterAlerts(count: number): string {
  return count === 1 ? "1 later alert" : `${count} later alerts`;
}

/** What became of an answer. */
export interface AppliedAnswer {
  readonly record: IncidentRecord;
  /** The named alerts for which this answer stands. */
  readonly mine: readonly string[];
  /** A sentence where it does not stand for all of them. */
  readonly refused?: string;
}

/** Applies an answer: the companion first, since the first answer to an alert stands there, then the record and the card. */
export async function applyAnswer(app: App, record: IncidentRecord, answered: Answered): Promise<AppliedAnswer> {
  const { alertIds, upTo, answer, at } = answered;
  const place = placeOf(record);
  const told = await handOver(app, "answer", record.incident.id, `${alertIds.join("+")}:${upTo}:${answer}`, {
    incidentId: record.incident.id,
    alertIds,
    ...(upTo > 0 ? { upTo } : {}),
    answer,
    by: await personOf(app.slack, answered.by),
    at,
    ...(place ? { place } : {}),
  });
  if (!told.ok && !told.again) return { record, mine: [], refused: told.problem };
  const before = told.ok ? told.answer.answeredBefore : [];
  const mine = alertIds.filter((id) => !before.includes(id));
  const known = answer === "keep_separate" ? [] : await relate(app, record, mine, answer);
  const counts = told.ok ? told.answer : { taken: mine.length, unanswered: record.unansweredCount - mine.length };
  const after = await saveRecord(app, record, patchFor(record, alertIds, mine, answer, counts));
  await publish(app, after, { known, unsent: isUnsent(told) });
  return { record: after, mine, ...(before.length > 0 ? { refused: ANSWERED_BEFORE } : {}) };
}

const ANSWERED_BEFORE = "Somebody else had answered a part of it; their answer stands.";

/** What is kept separate gets its own record from its own triage, so nothing is written about it here. */
async function relate(
  app: App,
  record: IncidentRecord,
  ids: readonly string[],
  answer: "attach" | "set_aside",
): Promise<StoredAlert[]> {
  const relation: AlertRelation = answer === "attach" ? "attached" : "set_aside";
  const stored = await readAlerts(app.slack, ids);
  return Promise.all(stored.map((one) => writeAlert(app, one, { ...one.alert, relation }, record.incident.id)));
}

function patchFor(
  record: IncidentRecord,
  answeredIds: readonly string[],
  mine: readonly string[],
  answer: LaterAlertAnswer,
  counts: { readonly taken: number; readonly unanswered: number },
): RecordPatch {
  const laterIds = record.laterIds.filter((id) => !answeredIds.includes(id));
  const patch = { laterIds, unansweredCount: Math.max(0, counts.unanswered) };
  if (answer !== "attach") return patch;
  const attachedCount = Math.max(record.attachedCount, record.alertIds.length) + counts.taken;
  return { ...patch, alertIds: [...new Set([...record.alertIds, ...mine])], attachedCount };
}

/**
 * The offer is another run's message: taking its buttons away is all that others may do to it. One that was answered has
 * none any more, and goes on saying by whom.
 */
export async function retireOffer(app: App, record: IncidentRecord, sentence: string): Promise<void> {
  const { channelId: channel, offerTs: ts } = record;
  if (ts === "" || (await isAnswered(app, record))) return;
  const blocks = [section("*Later alerts*"), context(sentence)];
  await mayCall(app.slack, "chat.update", { channel, ts, text: sentence, blocks });
}

async function isAnswered(
  app: App,
  { channelId: channel, offerTs, threadTs, cardTs }: IncidentRecord,
): Promise<boolean> {
  const message = await messageAt(app.slack, { channel, thread_ts: threadTs || cardTs }, offerTs);
  // Where it cannot be looked at, it may have buttons.
  return (
    message !== undefined && blocksOf(message).every((block) => block["type"] !== "actions" && !block["accessory"])
  );
}
