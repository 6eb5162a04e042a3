import type { Alert } from "../../core/alert.ts";
import { isOpen } from "../../core/incident.ts";
import { readAlerts } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import type { Block } from "../shared/card.ts";
import { whyNotDecide } from "../shared/deciders.ts";
import { alertIdsOf, awaitIncident, type IncidentRecord, readIncident } from "../shared/incidents.ts";
import { personOf } from "../shared/people.ts";
import { publish } from "../shared/publish.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { isChannelLost } from "../shared/successor_channel.ts";
import { detachView, sentenceView, undoView } from "./blocks.ts";

/** The form that fits the incident's status, or what says why there is none. Inputs of a link trigger can be forged. */
export async function formFor(app: App, incidentId: string, userId: string): Promise<Block> {
  const record = await settledRecord(app, incidentId);
  if (!record) return sentenceView("That incident could not be found. It may be older than what Slack keeps.");
  const refused = await whyNotDecide(app, incidentId, userId);
  if (refused) return sentenceView(refused);
  if (isOpen(record.incident)) {
    const attached = await attachedAlerts(app, record);
    // A card that offers an undo all the same was left so by a run that died over an earlier one.
    if (attached.length < 2) await publish(app, record);
    return detachForm(record, attached);
  }
  const [outcome, lost, target] = await Promise.all([
    app.companion.call("undoPreview", { incidentId, by: await personOf(app.slack, userId) }),
    isChannelLost(app, record),
    holderOf(app, record),
  ]);
  const newer = outcome.ok ? await readIncident(app.slack, outcome.answer.windowHeldBy) : undefined;
  return undoView({
    record,
    isChannelLost: lost,
    ...(outcome.ok ? { preview: outcome.answer } : {}),
    ...(target ? { target } : {}),
    // What took it in is told of already.
    ...(newer && newer.incident.id !== target?.incident.id ? { newer } : {}),
  });
}

/** Longer chains of merges were never seen; a circle would be a fault, and ends here. */
const LONGEST_CHAIN = 10;

async function holderOf(app: App, record: IncidentRecord): Promise<IncidentRecord | undefined> {
  let holder: IncidentRecord | undefined = record;
  for (let step = 0; step < LONGEST_CHAIN && holder?.incident.status === "merged"; step += 1) {
    holder = await readIncident(app.slack, holder.incident.mergedInto);
  }
  return holder === record ? undefined : holder;
}

/** A read may be older than the closing that the person saw; an open incident with several alerts has a form of its own. */
async function settledRecord(app: App, incidentId: string): Promise<IncidentRecord | undefined> {
  const record = await readIncident(app.slack, incidentId);
  if (!record || !isOpen(record.incident) || record.alertIds.length > 1) return record;
  return awaitIncident(app, incidentId, ({ incident }) => !isOpen(incident));
}

function detachForm(record: IncidentRecord, attached: readonly Alert[]): Block {
  if (attached.length < 2) return sentenceView(refusalSentence("not_closed", record));
  return detachView(record.incident, attached);
}

/** The companion knows best which alerts belong to the incident; without it the card's own list must do. */
async function attachedAlerts(app: App, record: IncidentRecord): Promise<readonly Alert[]> {
  const { id } = record.incident;
  const outcome = await app.companion.call("alerts", { incidentId: id });
  const alerts = outcome.ok
    ? outcome.answer.alerts
    : (await readAlerts(app.slack, alertIdsOf(record)))
        .filter((one) => one.incidentId === id)
        .map(({ alert }) => alert);
  return alerts.filter(({ relation }) => relation === "attached");
}
