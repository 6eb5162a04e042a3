import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { whyNotDecide } from "../shared/deciders.ts";
import { type IncidentRecord, readIncident, saveRecord } from "../shared/incidents.ts";
import { time } from "../shared/mrkdwn.ts";
import { handOver } from "../shared/pending.ts";
import { personOf } from "../shared/people.ts";
import { publish } from "../shared/publish.ts";
import { refusalSentence } from "../shared/refusals.ts";
import { mayCall, numberOf, recordOf } from "../shared/slack.ts";
import { tellPerson } from "../shared/tell_person.ts";
import { SnoozeTriageDefinition } from "./definition.ts";
import { snoozeEnd } from "./snooze_end.ts";

export default SlackFunction(
  SnoozeTriageDefinition,
  completing(async (context) => {
    const { incident_id, user_id, until } = context.inputs;
    try {
      const app = openApp(context);
      await snooze(app, incident_id, user_id, until);
      return { outputs: {} };
    } catch (thrown) {
      return { error: `The reminders could not be put off. ${problemOf(thrown)} Press Snooze again.` };
    }
  }),
);

/** Inputs of a link trigger can be forged by any member: what they name is looked up. */
async function snooze(app: App, incidentId: string, userId: string, choice: string): Promise<void> {
  const record = await readIncident(app.slack, incidentId);
  if (!record) return;
  const refused = await refusal(app, record, userId);
  if (refused) return tellPerson(app, record, userId, refused);
  const until = snoozeEnd(choice, app.now, await zoneOffsetMs(app, userId));
  const by = await personOf(app.slack, userId);
  const body = { incidentId, until, by, at: app.now };
  const told = await handOver(app, "snooze", incidentId, incidentId, body);
  if (!told.ok && !told.again) return tellPerson(app, record, userId, told.problem);
  await publish(app, await saveRecord(app, record, { snoozedUntil: until, snoozedBy: userId }));
  await tellPerson(app, record, userId, `Nobody is reminded of this until ${time(until)}.`);
}

function refusal(app: App, record: IncidentRecord, userId: string): Promise<string | undefined> {
  if (record.incident.status !== "triage") return Promise.resolve(refusalSentence("already_decided", record));
  return whyNotDecide(app, record.incident.id, userId);
}

async function zoneOffsetMs(app: App, userId: string): Promise<number> {
  const answer = await mayCall(app.slack, "users.info", { user: userId });
  return numberOf(recordOf(answer["user"])["tz_offset"]) * 1_000;
}
