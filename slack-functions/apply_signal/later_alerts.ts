import type { Alert } from "../../core/alert.ts";
import { unpackAlert } from "../../core/alert_packing.ts";
import { isOpen } from "../../core/incident.ts";
import type { LaterAlerts, Rise } from "../../core/protocol.ts";
import { readAlerts, writeAlert } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { section } from "../shared/card.ts";
import { alertIdsOf, type IncidentRecord, saveRecord, whereOf } from "../shared/incidents.ts";
import { inviteUsers, sayUninvited } from "../shared/invite.ts";
import { escapeText, link, mention } from "../shared/mrkdwn.ts";
import { safeJson, userIdByEmail } from "../shared/people.ts";
import { isPosted } from "../shared/posted.ts";
import { publish } from "../shared/publish.ts";
import { mayCall, numberOf, recordOf, textOf } from "../shared/slack.ts";
import type { SignalOutcome } from "./signals.ts";

/** The service failed again inside the window: the card counts it, and the next step asks about it in the card's thread. */
export async function takeLaterAlerts(app: App, record: IncidentRecord, data: string): Promise<SignalOutcome> {
  // An alert never joins a closed incident: the companion decides again.
  if (!isOpen(record.incident)) return { outcome: "stale" };
  const news = newsIn(data);
  const laterIds = news.alerts.map(({ id }) => id);
  const before = await readAlerts(app.slack, laterIds);
  const known = await Promise.all(
    news.alerts.map((alert) => {
      const stored = before.find((one) => one.alert.id === alert.id);
      return writeAlert(app, stored, alert, record.incident.id);
    }),
  );
  const riseNumber = await ring(app, record, news);
  const { laterCount, unanswered: unansweredCount, bySetting: bySettingCount, attached: attachedCount } = news;
  const counts = { laterCount, unansweredCount, bySettingCount, attachedCount };
  const windowClosesAt = news.windowClosesAt ?? record.windowClosesAt;
  const after = await saveRecord(app, record, { laterIds, riseNumber, windowClosesAt, ...counts });
  await publish(app, after, { known });
  const asked = laterCount > record.offerUpTo && unansweredCount + bySettingCount > 0 && laterIds.length > 0;
  return { outcome: "applied", ...(asked ? { offer: { alertIds: laterIds, upTo: laterCount } } : {}) };
}

/**
 * A later alert is louder than all before it: the people on call are told in the channel, once for each rise.
 * @returns the last rise that people know of
 */
async function ring(app: App, record: IncidentRecord, { rise, alerts }: LaterAlerts): Promise<number> {
  if (!rise || rise.number <= record.riseNumber) return record.riseNumber;
  const marker = `rise:${record.incident.id}:${rise.number}`;
  if (await isPosted(app, record, marker)) return rise.number;
  const louder = alerts.find(({ id }) => id === rise.alertId);
  const users = await onCall(app, record, louder);
  const text = `${users.map(mention).join(" ")} ${sentence(rise, louder)}`.trim();
  await mayCall(app.slack, "chat.postMessage", { ...whereOf(record), text, blocks: [section(text, marker)] });
  return rise.number;
}

function sentence({ why }: Rise, alert: Alert | undefined): string {
  const what = alert ? link(alert.url, alert.title, 200) : "a later alert";
  const priority = alert?.priority ? ` (${escapeText(alert.priority, 40)})` : "";
  const how =
    why === "more_urgent" ? "It is of high urgency, unlike all before it" : `Its priority is higher than any before it`;
  return `:rotating_light: *This got louder:* ${what}${priority}. ${how}. See the card's thread.`;
}

/** Whom PagerDuty pages for the louder alert, brought in first; with the lead and those whom the incident pages. */
async function onCall(app: App, record: IncidentRecord, louder: Alert | undefined): Promise<string[]> {
  const stored = await readAlerts(app.slack, alertIdsOf(record).slice(0, 25));
  const others = stored.map(({ alert }) => alert).filter(({ relation }) => relation === "attached");
  const newlyPaged = await usersOf(app, louder ? [louder] : []);
  await sayUninvited(app, record, await inviteUsers(app, record.channelId, newlyPaged));
  const users = [...newlyPaged, ...(await usersOf(app, others)), record.lead];
  return [...new Set(users.filter((user) => user !== ""))];
}

async function usersOf(app: App, alerts: readonly Alert[]): Promise<string[]> {
  const emails = new Set(alerts.flatMap(({ paged }) => paged.map(({ email }) => email)));
  const users = await Promise.all([...emails].map((email) => userIdByEmail(app.slack, email)));
  return users.filter((user) => user !== undefined);
}

function newsIn(data: string): LaterAlerts {
  const fields = recordOf(safeJson(data));
  const given = fields["alerts"];
  const rise = recordOf(fields["rise"]);
  const why = rise["why"];
  return {
    laterCount: numberOf(fields["laterCount"]),
    unanswered: numberOf(fields["unanswered"]),
    bySetting: numberOf(fields["bySetting"]),
    attached: numberOf(fields["attached"]),
    alerts: (Array.isArray(given) ? given : [])
      .map((one: unknown) => unpackAlert(JSON.stringify(one ?? null)))
      .filter((alert) => alert !== undefined),
    ...(numberOf(fields["windowClosesAt"]) > 0 ? { windowClosesAt: numberOf(fields["windowClosesAt"]) } : {}),
    ...(why === "more_urgent" || why === "higher_priority"
      ? { rise: { number: numberOf(rise["number"]), alertId: textOf(rise["alertId"]), why } }
      : {}),
  };
}
