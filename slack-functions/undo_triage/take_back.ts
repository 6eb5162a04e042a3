import { type Incident, isOpen, isPerson, type MergedIncident, type Person } from "../../core/incident.ts";
import type { CompanionAnswers, ReopenChoice } from "../../core/protocol.ts";
import type { Instant } from "../../core/time.ts";
import { transition } from "../../core/transitions.ts";
import { readAlerts, type StoredAlert, writeAlert } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { context, section } from "../shared/card.ts";
import { blocksOf } from "../shared/history.ts";
import {
  alertIdsOf,
  awaitIncident,
  type IncidentRecord,
  placeOf,
  readIncident,
  saveIncident,
  saveRecord,
  settleRecord,
  whereOf,
} from "../shared/incidents.ts";
import { mergeMarker } from "../shared/merge.ts";
import { channelLink, escapeText, mention } from "../shared/mrkdwn.ts";
import { leaveChannel } from "../shared/living_channel.ts";
import { listIncident } from "../shared/open_incidents.ts";
import { handOver, isUnsent, keep } from "../shared/pending.ts";
import { findPosted, isPosted } from "../shared/posted.ts";
import { publish, publishTopic } from "../shared/publish.ts";
import { mayCall, textOf } from "../shared/slack.ts";
import { isChannelLost } from "../shared/successor_channel.ts";
import { takenBackText } from "./words.ts";

export interface TakeBack {
  readonly incidentId: string;
  readonly command: "undo" | "reopen";
  readonly by: Person;
  readonly at: Instant;
  readonly requestId: string;
  readonly inPagerduty: ReopenChoice;
}

/**
 * Takes a closing back: first the record, so that what PagerDuty's news say meanwhile is drawn on it; then the companion,
 * the channel (a new one where the old one is lost), the alerts and the messages.
 * @param isRepeat an earlier run may have begun it
 * @returns the record as it is now; undefined where there was nothing to take back
 */
export async function takeBack(app: App, asked: TakeBack, isRepeat = false): Promise<IncidentRecord | undefined> {
  const { command, by, at, requestId, inPagerduty } = asked;
  const before = await awaitIncident(app, asked.incidentId, ({ incident }) => !isOpen(incident));
  if (!before) return undefined;
  const outcome = transition(before.incident, { type: command, by, at });
  // Somebody else was a moment earlier: once is enough.
  if (!outcome.ok) return undefined;
  const { id } = before.incident;
  const decisionId = command === "undo" ? before.decisionId : "";
  const request = { requestId, incidentId: id, command, decisionId, by, at, inPagerduty };
  await keep(app, "undo", id, requestId, request);
  const record = await saveIncident(app, before, outcome.value.incident, {
    controlsTs: "",
    // Nobody waits for an answer any more: with the closing each of them was resolved, set aside or given its own triage.
    ...(before.incident.status === "merged" ? {} : { unansweredCount: 0 }),
    ...(command === "undo"
      ? { decisionId: "", undoneDecisionIds: [...before.undoneDecisionIds, decisionId].filter((one) => one !== "") }
      : {}),
  });
  await settleRecord(app, record);
  return goOn(app, asked, record, { incident: before.incident, decisionId, isRepeat });
}

/**
 * Goes on with what a run began to take back and did not live to end, or did not even begin.
 * @param closed the incident as it was closed
 * @returns the record as it is now; undefined where there is nothing to do
 */
export async function takeBackFurther(
  app: App,
  asked: TakeBack & { readonly decisionId: string },
  closed: Incident,
): Promise<IncidentRecord | undefined> {
  const record = await readIncident(app.slack, asked.incidentId);
  if (!record) return undefined;
  const { incident, undoneDecisionIds } = record;
  const { command, decisionId } = asked;
  if (!isOpen(incident)) {
    // Closed once more since, it is another closing that nobody asked to take back.
    const isSame = command === "undo" ? record.decisionId === decisionId : closedAt(incident) <= asked.at;
    return isSame ? takeBack(app, asked, true) : undefined;
  }
  const isBegun =
    command === "undo"
      ? incident.status === "triage" && undoneDecisionIds.includes(decisionId)
      : incident.status === "active";
  return isBegun ? goOn(app, asked, record, { incident: closed, decisionId, isRepeat: true }) : undefined;
}

function closedAt(incident: Incident): Instant {
  return incident.status === "resolved" ? incident.resolvedAt : 0;
}

/** What is taken back, and by which decision it was closed. */
interface Closed {
  readonly incident: Incident;
  readonly decisionId: string;
  readonly isRepeat: boolean;
}

/** All that follows once the record is open again. */
async function goOn(app: App, asked: TakeBack, open: IncidentRecord, closed: Closed): Promise<IncidentRecord> {
  const { command, by, at, requestId, inPagerduty, incidentId } = asked;
  const { incident, decisionId } = closed;
  const request = { requestId, incidentId, command, decisionId, by, at, inPagerduty };
  const told = await handOver(app, "undo", incidentId, requestId, request);
  if (!told.ok && !told.again) console.warn(`undo.refused ${told.problem}`);
  const answer = told.ok ? told.answer : undefined;
  let record = answer ? await saveRecord(app, open, { windowClosesAt: answer.windowClosesAt }) : open;
  if (await isChannelLost(app, record)) record = await moveOn(app, incident, record, by);
  const known = incident.status === "merged" ? await takeOut(app, { ...closed, incident }, record, answer, asked) : [];
  await listIncident(app.slack, record.incident, record.channelId);
  const newer = answer ? await readIncident(app.slack, answer.windowHeldBy) : undefined;
  const text = takenBackText({ before: incident, asked, ...(newer ? { newer } : {}) });
  await Promise.all([
    say(app, record, text, `taken_back:${requestId}`, closed.isRepeat),
    publish(app, record, { known, unsent: isUnsent(told) }),
    publishTopic(app, record),
  ]);
  return record;
}

/** The bot cannot bring an archived channel back, so the incident goes on in a new one. */
async function moveOn(app: App, closed: Incident, record: IncidentRecord, by: Person): Promise<IncidentRecord> {
  const decidedBy = closed.status !== "triage" && isPerson(closed.decidedBy) ? [closed.decidedBy.slackUserId] : [];
  const moved = await leaveChannel(app, record, {
    why: "That channel is archived, and only a person can bring it back; what was said there stays readable.",
    people: [by.slackUserId, ...decidedBy],
  });
  const place = placeOf(moved);
  // If this is lost, the next message of this incident brings it.
  const body = { deliveryId: "", incidentId: moved.incident.id, outcome: "already_applied" } as const;
  await app.companion.call("confirm", { ...body, ...(place ? { place } : {}) });
  return moved;
}

/** What came with the merge is the source's again: its card and the other one's follow, and the other channel is told. */
async function takeOut(
  app: App,
  closed: Closed & { readonly incident: MergedIncident },
  record: IncidentRecord,
  answer: CompanionAnswers["undo"] | undefined,
  asked: TakeBack,
): Promise<StoredAlert[]> {
  const { id, mergedInto } = closed.incident;
  const back: StoredAlert[] = [];
  const homes = new Set([mergedInto]);
  for (const stored of await readAlerts(app.slack, alertIdsOf(record))) {
    const { relation } = stored.alert;
    // Without the companion it is taken from the record; the companion corrects it when it is back.
    const comesBack = answer
      ? answer.alertIds.includes(stored.alert.id)
      : stored.incidentId === mergedInto && (relation === "attached" || relation === "offered");
    // Where it came back before, it may have gone on from there.
    if (!comesBack || (closed.isRepeat && stored.incidentId !== mergedInto)) continue;
    if (stored.incidentId !== id) homes.add(stored.incidentId);
    back.push(await writeAlert(app, stored, stored.alert, id));
  }
  for (const home of homes) {
    const target = await readIncident(app.slack, home);
    if (!target) continue;
    await tellTarget(app, target, record, asked, closed.isRepeat);
    if (home === mergedInto) await retireButton(app, record, closed.decisionId, target);
    await publish(app, target, { known: back });
  }
  return back;
}

async function tellTarget(
  app: App,
  target: IncidentRecord,
  record: IncidentRecord,
  { by, requestId }: TakeBack,
  isRepeat: boolean,
): Promise<void> {
  if (!isOpen(target.incident)) return;
  const { number } = record.incident;
  const text = `:leftwards_arrow_with_hook: ${mention(by.slackUserId)} took *#${escapeText(number, 20)}* out of this incident again; it goes on in ${channelLink(record.channelId)}. Whoever came with it stays here.`;
  await say(app, target, text, `taken_out:${requestId}`, isRepeat);
}

/** "Take it out again" would have nothing to take out any more. */
async function retireButton(
  app: App,
  source: IncidentRecord,
  decisionId: string,
  target: IncidentRecord,
): Promise<void> {
  const message = await findPosted(app, target, mergeMarker(source, decisionId));
  if (!message) return;
  const kept = blocksOf(message).filter((block) => block["type"] !== "actions");
  // The last one says what becomes of its alerts here.
  const blocks = [
    ...(kept.at(-1)?.["type"] === "context" ? kept.slice(0, -1) : kept),
    context("Taken out again since."),
  ];
  const { channel } = whereOf(target);
  await mayCall(app.slack, "chat.update", {
    channel,
    ts: textOf(message["ts"]),
    text: textOf(message["text"]),
    blocks,
  });
}

/** @param isRepeat an earlier run may have said it */
async function say(app: App, record: IncidentRecord, text: string, marker: string, isRepeat: boolean): Promise<void> {
  if (isRepeat && (await isPosted(app, record, marker))) return;
  await mayCall(app.slack, "chat.postMessage", { ...whereOf(record), text, blocks: [section(text, marker)] });
}
