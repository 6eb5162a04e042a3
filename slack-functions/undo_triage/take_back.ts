import { isOpen, isPerson, type MergedIncident, type Person } from "../../core/incident.ts";
import type { CompanionAnswers, ReopenChoice } from "../../core/protocol.ts";
import type { Instant } from "../../core/time.ts";
import { transition } from "../../core/transitions.ts";
import { readAlerts, type StoredAlert, writeAlert } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { section } from "../shared/card.ts";
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
import { findPosted } from "../shared/posted.ts";
import { publish, publishTopic } from "../shared/publish.ts";
import { mayCall, recordOf, textOf } from "../shared/slack.ts";
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
 * @returns the record as it is now; undefined where there was nothing to take back
 */
export async function takeBack(app: App, asked: TakeBack): Promise<IncidentRecord | undefined> {
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
  let record = await saveIncident(app, before, outcome.value.incident, {
    controlsTs: "",
    ...(command === "undo"
      ? { decisionId: "", undoneDecisionIds: [...before.undoneDecisionIds, decisionId].filter((one) => one !== "") }
      : {}),
  });
  await settleRecord(app, record);
  const told = await handOver(app, "undo", id, requestId, request);
  if (!told.ok && !told.again) console.warn(`undo.refused ${told.problem}`);
  const answer = told.ok ? told.answer : undefined;
  if (answer) record = await saveRecord(app, record, { windowClosesAt: answer.windowClosesAt });
  if (await isChannelLost(app, record)) record = await moveOn(app, before, record, by);
  const known = before.incident.status === "merged" ? await takeOut(app, before, record, answer, by) : [];
  await listIncident(app.slack, record.incident, record.channelId);
  const newer = answer ? await readIncident(app.slack, answer.windowHeldBy) : undefined;
  await Promise.all([
    say(app, record, takenBackText({ before: before.incident, asked, ...(newer ? { newer } : {}) })),
    publish(app, record, { known, unsent: isUnsent(told) }),
    publishTopic(app, record),
  ]);
  return record;
}

/** The bot cannot bring an archived channel back, so the incident goes on in a new one. */
async function moveOn(app: App, before: IncidentRecord, record: IncidentRecord, by: Person): Promise<IncidentRecord> {
  const decidedBy =
    before.incident.status !== "triage" && isPerson(before.incident.decidedBy)
      ? [before.incident.decidedBy.slackUserId]
      : [];
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
  before: IncidentRecord,
  record: IncidentRecord,
  answer: CompanionAnswers["undo"] | undefined,
  by: Person,
): Promise<StoredAlert[]> {
  const { id, mergedInto } = before.incident as MergedIncident;
  const back: StoredAlert[] = [];
  const homes = new Set([mergedInto]);
  for (const stored of await readAlerts(app.slack, alertIdsOf(record))) {
    const { relation } = stored.alert;
    // Without the companion it is taken from the record; the companion corrects it when it is back.
    const comesBack = answer
      ? answer.alertIds.includes(stored.alert.id)
      : stored.incidentId === mergedInto && (relation === "attached" || relation === "offered");
    if (!comesBack) continue;
    if (stored.incidentId !== id) homes.add(stored.incidentId);
    back.push(await writeAlert(app, stored, stored.alert, id));
  }
  for (const home of homes) {
    const target = await readIncident(app.slack, home);
    if (!target) continue;
    await tellTarget(app, target, { before, record, by });
    if (home === mergedInto) await retireButton(app, before, target);
    await publish(app, target, { known: back });
  }
  return back;
}

async function tellTarget(
  app: App,
  target: IncidentRecord,
  { before, record, by }: { readonly before: IncidentRecord; readonly record: IncidentRecord; readonly by: Person },
): Promise<void> {
  if (!isOpen(target.incident)) return;
  const { number } = before.incident;
  const text = `:leftwards_arrow_with_hook: ${mention(by.slackUserId)} took *#${escapeText(number, 20)}* out of this incident again; it goes on in ${channelLink(record.channelId)}. Whoever came with it stays here.`;
  await say(app, target, text);
}

/** "Take it out again" would have nothing to take out any more. */
async function retireButton(app: App, before: IncidentRecord, target: IncidentRecord): Promise<void> {
  const message = await findPosted(app, target, mergeMarker(before, before.decisionId));
  if (!message || !Array.isArray(message["blocks"])) return;
  const blocks = message["blocks"].map(recordOf).filter((block) => block["type"] !== "actions");
  const { channel } = whereOf(target);
  await mayCall(app.slack, "chat.update", {
    channel,
    ts: textOf(message["ts"]),
    text: textOf(message["text"]),
    blocks,
  });
}

async function say(app: App, record: IncidentRecord, text: string): Promise<void> {
  await mayCall(app.slack, "chat.postMessage", { ...whereOf(record), text, blocks: [section(text)] });
}
