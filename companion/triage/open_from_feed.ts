import type { Person } from "../../core/incident.ts";
import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { accept, refuse, type Result } from "../../core/result.ts";
import type { AlertFacts, IncidentRow } from "../store/store.ts";
import { DISMISSED_KEY, openedFromFeed, UNDELIVERED_KEY, UNHEARD_KEY } from "./feed.ts";
import { homeOf } from "./home.ts";
import { addLaterAlert } from "./later.ts";
import { retryNews } from "./lost_news.ts";
import { followToOpen, openForAlert } from "./open.ts";
import type { Refusal } from "./refusal.ts";
import type { Unit } from "./unit.ts";
import { retryAsAsked } from "./undelivered.ts";
import { takeFreeWindow } from "./window.ts";

type Answer = CompanionAnswers["open"];

const NOT_LISTED: Refusal = {
  status: 404,
  code: "not_in_feed",
  message: "This alert is not in this line of the feed any more. Look for a newer line.",
};
const DECIDED: Refusal = {
  status: 409,
  code: "already_decided",
  message: "A triage was opened for this alert before, and it is closed. Use Start triage to begin anew.",
};

const TAKEN_SINCE: Refusal = {
  status: 409,
  code: "nothing_lost",
  message: "Slack has this news by now, or it is on its way. Look at the incident's card.",
};

/** A line's alerts beyond this many stay in the line when a triage is opened for one of them. */
const OFFERED_MAX = 100;

/**
 * Opens a triage for an alert of a line, because somebody pressed *Open triage*. It takes the service's window unless an
 * open incident holds it. Idempotent by `requestId`, and by the alert: it is opened once, whoever presses.
 */
export async function takeOpening(
  unit: Unit,
  request: CompanionRequests["open"],
): Promise<Result<CompanionAnswers["open"], Refusal>> {
  const { requestId, key, alertId, by } = request;
  const answered = await unit.tx.answered("open", requestId);
  if (answered !== undefined) return accept(answered as Answer);
  if (key.startsWith(UNHEARD_KEY)) return sendNewsAgain(unit, key, alertId, by);
  const [alert, place] = [await unit.tx.alert(alertId), await unit.tx.feedPlace(alertId)];
  // The button's values are visible to clients and can be made up.
  if (!alert || place?.key !== key) return refuse(NOT_LISTED);
  const home = homeOf(await unit.tx.relations(alertId));
  if (home) {
    const open = await followToOpen(unit, home.incidentId);
    const isRetry = open !== undefined && key.startsWith(UNDELIVERED_KEY);
    if (isRetry && (await retryAsAsked(unit, open.incident.id, by))) return accept(answerFor("tried_again", open));
    return open ? accept(answerFor("already_open", open)) : refuse(DECIDED);
  }
  // Whoever opens it thinks otherwise than the one who dismissed it, so its repetitions belong to this triage.
  if (key.startsWith(DISMISSED_KEY)) await unit.tx.forgetDismissal(key.slice(DISMISSED_KEY.length));
  await unit.tx.closeFeedWindow(key, unit.now);
  const id = unit.id("inc");
  const { closesAt } = await takeFreeWindow(unit, alert.facts, id, unit.now);
  await openForAlert(unit, {
    id,
    alert: alert.facts,
    at: unit.now,
    windowClosesAt: closesAt,
    why: "opened_from_feed",
    hint: { expectsAlerts: false },
    by,
  });
  await openedFromFeed(unit, place, id, by.slackUserId);
  await offerCompanions(unit, key, alert.facts, id, by.slackUserId);
  const row = await unit.tx.incident(id);
  if (!row) throw new Error("The incident that was opened is not there.");
  const answer = answerFor("opened", row);
  await unit.tx.rememberAnswer("open", requestId, answer, unit.now);
  return accept(answer);
}

/** @param id of the alert by which the line names the incident, or of the incident where it names itself */
async function sendNewsAgain(unit: Unit, key: string, id: string, by: Person): Promise<Result<Answer, Refusal>> {
  const place = await unit.tx.feedPlace(id);
  const incidentId = place?.key === key ? place.openedAs : id;
  const row = (await unit.tx.feedKeysOf(incidentId)).includes(key) ? await unit.tx.incident(incidentId) : undefined;
  if (!row) return refuse(NOT_LISTED);
  return (await retryNews(unit, incidentId, by)) ? accept(answerFor("tried_again", row)) : refuse(TAKEN_SINCE);
}

/** A line of one service's alerts is about one failure: the others that are still open are offered to the triage. */
async function offerCompanions(unit: Unit, key: string, first: AlertFacts, id: string, by: string): Promise<void> {
  const line = await unit.tx.feedLine(key);
  if (line?.kind !== "alert" && line?.kind !== "suppressed") return;
  for (const place of await unit.tx.feedPlaces(key, OFFERED_MAX)) {
    const row = place.isOver || place.openedAs !== "" ? undefined : await unit.tx.alert(place.alertId);
    if (!row || row.facts.serviceId !== first.serviceId) continue;
    if (homeOf(await unit.tx.relations(place.alertId))) continue;
    const hint = { expectsAlerts: false };
    await addLaterAlert(unit, id, { alert: row.facts, action: "offer", why: "opened_from_feed", hint });
    await openedFromFeed(unit, place, id, by);
  }
}

function answerFor(outcome: Answer["outcome"], { incident, place }: IncidentRow): Answer {
  return { ok: true, outcome, incidentId: incident.id, number: incident.number, channelId: place?.channelId ?? "" };
}
