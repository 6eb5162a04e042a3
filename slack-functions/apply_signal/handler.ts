import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { isOpen } from "../../core/incident.ts";
import { SIGNAL_KINDS, type SignalKind } from "../../core/protocol.ts";
import { isSigned, needsSignature } from "../../core/signal_signature.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { undecorated } from "../shared/decoration.ts";
import { drain } from "../shared/drain.ts";
import { awaitIncident, type IncidentRecord, placeOf, saveRecord } from "../shared/incidents.ts";
import { inLivingChannel } from "../shared/living_channel.ts";
import { isChannelLost } from "../shared/successor_channel.ts";
import { carryOn } from "./carry_on.ts";
import { takeFeedLine } from "./feed_line.ts";
import { takeLaterAlerts } from "./later_alerts.ts";
import { takeStormNews } from "./storm.ts";
import { takeStormReminder } from "./storm_reminder.ts";
import {
  applyDecisionAgain,
  archiveIfQuiet,
  decorateAgain,
  followUp,
  type SignalOutcome,
  takeAlertNews,
  takeMovedAlert,
  takeRefusedDecision,
} from "./signals.ts";
import { takeReminder } from "./reminder.ts";
import { ApplySignalDefinition } from "./definition.ts";

export default SlackFunction(
  ApplySignalDefinition,
  completing(async (context) => {
    const { delivery_id, sequence, incident_id, kind, is_alone } = context.inputs;
    const done = {
      incident_id,
      offer_alert_ids: "[]",
      offer_up_to: "0",
      ask_incident_id: "",
      active_incident_id: "",
      delivery_id: "",
      sequence,
    };
    try {
      const app = openApp(context);
      if (kind === "sync") {
        await sync(app, delivery_id);
        return { outputs: done };
      }
      if (needsSignature(kind) && !(await isFromCompanion(app, context.inputs))) {
        return { error: NOT_SIGNED };
      }
      // Any signal shows that the companion is there.
      await drain(app);
      if (kind === "feed_line") {
        const outcome = await takeFeedLine(app, incident_id, Number(sequence), context.inputs.data);
        await app.companion.call("confirm", { deliveryId: delivery_id, incidentId: incident_id, outcome });
        return { outputs: done };
      }
      if (kind === "storm") {
        await takeStormNews(app, delivery_id, incident_id, Number(sequence), context.inputs.data);
        return { outputs: done };
      }
      if (kind === "storm_reminder") {
        await takeStormReminder(app, delivery_id, incident_id, Number(sequence), context.inputs.data);
        return { outputs: done };
      }
      const found = await awaitIncident(app, incident_id);
      const record = found && is_alone ? await awaitNewChannel(app, found) : found;
      if (!record) return { error: `There is no record of incident ${incident_id} yet; the delivery will come again.` };
      // Whether it is time to archive is looked at anew each time; everything else is applied once.
      if (kind !== "archive_due" && Number(sequence) <= record.sequence) {
        await confirm(app, record, delivery_id, { outcome: "already_applied" });
        return { outputs: done };
      }
      const isSaidThere = !SAYS_NOTHING_THERE.includes(kind);
      // In the new channel the question is to be asked: unconfirmed, the news comes again where a step for that follows.
      if (is_alone && isSaidThere && (await isChannelLost(app, record))) return { outputs: done };
      const here = isSaidThere && !is_alone ? await inLivingChannel(app, record) : record;
      const signal = await applySignal(app, here, kindOf(kind), context.inputs.data);
      const follows = here.channelId === record.channelId ? signal : { ...followUp(here), ...signal };
      const next = { ask_incident_id: follows.askIncidentId ?? "", active_incident_id: follows.activeIncidentId ?? "" };
      // The question comes first; the delivery comes again with the offer.
      if (signal.offer && next.ask_incident_id !== "") return { outputs: { ...done, ...next } };
      if (signal.offer) {
        const { alertIds, upTo } = signal.offer;
        const offer = { offer_alert_ids: JSON.stringify(alertIds), offer_up_to: String(upTo) };
        return { outputs: { ...done, ...next, ...offer, delivery_id } };
      }
      // Any other outcome is for the companion to act on; if this confirmation is lost, it must come out the same again.
      if (signal.outcome === "applied") await saveRecord(app, here, { sequence: Number(sequence) });
      await confirm(app, here, delivery_id, signal);
      return { outputs: { ...done, ...next } };
    } catch (thrown) {
      return { error: `News of an incident could not be taken in. ${problemOf(thrown)} It will come again.` };
    }
  }),
);

/** Whoever finds out the trigger's address can send anything; what a person decided counts from the companion only. */
async function isFromCompanion(app: App, signal: Parameters<typeof isSigned>[1]): Promise<boolean> {
  const secret = app.settings.companion?.secret;
  return secret !== undefined && (await isSigned(secret, signal));
}

const NOT_SIGNED =
  "A decision came that the companion did not sign, so nothing was done. Is COMPANION_SECRET one of its COMPANION_SECRETS?";

/** What these do in the incident's channel, they look after themselves. */
const SAYS_NOTHING_THERE: readonly string[] = [
  "archive_due",
  "apply_decision",
  "carry_on",
  "decorate",
] satisfies SignalKind[];

/**
 * Whoever takes back what was archived has opened it on record already, and is moving it to a new channel right now: the
 * news that comes of it belongs there, and not three minutes later.
 */
async function awaitNewChannel(app: App, record: IncidentRecord): Promise<IncidentRecord> {
  if (record.archivedAt === 0 || !isOpen(record.incident)) return record;
  const isMoved = ({ channelId }: IncidentRecord) => channelId !== record.channelId;
  return (await awaitIncident(app, record.incident.id, isMoved)) ?? record;
}

/** Applies one piece of news to an incident that is on record. */
export function applySignal(
  app: App,
  record: IncidentRecord,
  kind: SignalKind | undefined,
  data: string,
): Promise<SignalOutcome> {
  switch (kind) {
    case "later_alert":
      return takeLaterAlerts(app, record, data);
    case "alert_changed":
      return takeAlertNews(app, record, data);
    case "alert_moved":
      return takeMovedAlert(app, record, data);
    case "reminder_due":
      return takeReminder(app, record, data);
    case "apply_decision":
      return applyDecisionAgain(app, data);
    case "decision_refused":
      return takeRefusedDecision(app, record, data);
    case "carry_on":
      return carryOn(app, record, data);
    case "archive_due":
      return archiveIfQuiet(app, record, data);
    case "decorate":
      return decorateAgain(app, record);
    case "feed_line":
    case "storm":
    case "storm_reminder":
    case "sync":
    case undefined:
      // A companion newer than this app: what it means is unknown here, and sending it again would not help.
      console.warn("signal.unknown_kind");
      return Promise.resolve({ outcome: "applied" });
  }
}

function kindOf(kind: string): SignalKind | undefined {
  return SIGNAL_KINDS.find((known) => known === kind);
}

/** The companion asks for what lies in `pending`. */
async function sync(app: App, deliveryId: string): Promise<void> {
  await drain(app);
  await app.companion.call("confirm", { deliveryId, incidentId: "", outcome: "applied" });
}

async function confirm(app: App, record: IncidentRecord, deliveryId: string, signal: SignalOutcome): Promise<void> {
  const place = placeOf(record);
  await app.companion.call("confirm", {
    deliveryId,
    incidentId: record.incident.id,
    outcome: signal.outcome,
    ...(place ? { place } : {}),
    ...(signal.notBefore === undefined ? {} : { notBefore: signal.notBefore }),
    ...((signal.undecorated ?? undecorated(record).length > 0) ? { undecorated: true } : {}),
  });
}
