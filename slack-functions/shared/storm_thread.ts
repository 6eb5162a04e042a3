import { unpackAlert } from "../../core/alert_packing.ts";
import { readAlerts, writeAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { cardBlockId } from "./card.ts";
import { permalinkOf, postCard } from "./channel.ts";
import { hasBlock, lastMessages } from "./history.ts";
import { type IncidentRecord, saveRecord } from "./incidents.ts";
import { publish } from "./publish.ts";
import { mayCall, textOf } from "./slack.ts";

/** How many messages are looked through for a card that another run posted at the same time. */
const LOOK_BACK = 200;

/** An incident that is a line among others gets a card of its own, whose thread is the incident's from then on. */
export async function giveThread(app: App, record: IncidentRecord): Promise<IncidentRecord> {
  if (record.cardTs !== "" || record.tableTs === "") return record;
  await refreshAlerts(app, record);
  const cardTs = await postOneCard(app, record);
  const channelUrl = await permalinkOf(app, record.channelId, cardTs);
  const after = await saveRecord(app, record, { cardTs, threadTs: cardTs, channelUrl });
  await publish(app, after);
  return after;
}

/** Two people may ask at once, and then the first card stays. */
async function postOneCard(app: App, record: IncidentRecord): Promise<string> {
  const channel = record.channelId;
  const mine = await postCard(app, record, []);
  const messages = await lastMessages(app.slack, { channel }, LOOK_BACK);
  const cards = messages.filter((message) => hasBlock(message, cardBlockId(record.incident.id)));
  const first = cards.map((message) => textOf(message["ts"])).sort((a, b) => Number(a) - Number(b))[0] ?? mine;
  if (first !== mine) await mayCall(app.slack, "chat.delete", { channel, ts: mine });
  return first;
}

/** The alerts in full: what came with the line was cut to fit. Where the companion cannot be reached, that has to do. */
async function refreshAlerts(app: App, record: IncidentRecord): Promise<void> {
  const { id } = record.incident;
  const outcome = await app.companion.call("alerts", { incidentId: id });
  if (!outcome.ok) return;
  const before = await readAlerts(app.slack, record.alertIds);
  for (const told of outcome.answer.alerts) {
    const alert = unpackAlert(JSON.stringify(told));
    const known = before.find((one) => one.alert.id === told.id);
    if (alert) await writeAlert(app, known, alert, id);
  }
}
