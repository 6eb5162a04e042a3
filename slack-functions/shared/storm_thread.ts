import { unpackAlert } from "../../core/alert_packing.ts";
import { readAlerts, writeAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { permalinkOf, postOneCard } from "./card_message.ts";
import { type IncidentRecord, saveRecord } from "./incidents.ts";
import { publish } from "./publish.ts";

/** An incident that is a line among others gets a card of its own, whose thread is the incident's from then on. */
export async function giveThread(app: App, record: IncidentRecord): Promise<IncidentRecord> {
  if (record.cardTs !== "" || record.tableTs === "") return record;
  await refreshAlerts(app, record);
  const cardTs = await postOneCard(app, record, []);
  const channelUrl = await permalinkOf(app, record.channelId, cardTs);
  const after = await saveRecord(app, record, { cardTs, threadTs: cardTs, channelUrl });
  await publish(app, after);
  return after;
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
