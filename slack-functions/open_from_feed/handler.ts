import { SlackFunction } from "deno-slack-sdk/mod.ts";
import { type App, openApp, problemOf } from "../shared/app.ts";
import { completing } from "../shared/completion.ts";
import { channelLink, escapeText } from "../shared/mrkdwn.ts";
import { mayDecide, personOf } from "../shared/people.ts";
import { tellThere } from "../shared/tell_person.ts";
import { OpenFromFeedDefinition } from "./definition.ts";

export default SlackFunction(
  OpenFromFeedDefinition,
  completing(async (context) => {
    try {
      const app = openApp(context);
      const { incidentId, sentence } = await open(app, context.inputs, context.event.function_execution_id);
      await tell(app, context.inputs.user_id, sentence);
      return { outputs: { incident_id: incidentId } };
    } catch (thrown) {
      return { error: `The triage could not be opened. ${problemOf(thrown)} Press Open triage again.` };
    }
  }),
);

interface Inputs {
  readonly key: string;
  readonly alert_id: string;
  readonly user_id: string;
}

interface Opened {
  /** Empty where nothing is open. */
  readonly incidentId: string;
  readonly sentence: string;
}

async function open(app: App, inputs: Inputs, executionId: string): Promise<Opened> {
  // Inputs of a link trigger can be forged by any member, and guests may find the link.
  if (!(await mayDecide(app.slack, inputs.user_id, app.teamId))) {
    return { incidentId: "", sentence: "Only full members of this workspace can open a triage." };
  }
  const outcome = await app.companion.call("open", {
    requestId: executionId,
    key: inputs.key,
    alertId: inputs.alert_id,
    by: await personOf(app.slack, inputs.user_id),
    at: app.now,
  });
  if (!outcome.ok) {
    // A triage that opens by itself an hour later helps nobody, so this is not kept for later.
    const advice = outcome.again ? " No triage was opened; press Open triage again in a minute." : "";
    return { incidentId: "", sentence: `${escapeText(outcome.problem, 300)}${advice}` };
  }
  const { incidentId, number, channelId, outcome: what } = outcome.answer;
  const reference = `#${escapeText(number, 20)}`;
  const where = channelId === "" ? "Its channel will stand in the line in a moment." : channelLink(channelId);
  const sentences = {
    opened: `Triage ${reference} is being opened. ${where}`,
    already_open: `This alert is in ${reference} already. ${where}`,
    tried_again: `Slack is told of ${reference} once more. ${where}`,
  };
  return { incidentId, sentence: sentences[what] };
}

/** Only the person who pressed sees it; where the feed is out of reach it comes as a direct message. */
function tell(app: App, user: string, text: string): Promise<void> {
  return tellThere(app, { channel: app.settings.triageChannelId ?? "" }, user, text);
}
