import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { ViewClosedContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import { type App, openApp, openAppForClick, problemOf } from "../shared/app.ts";
import { type Block, section } from "../shared/card.ts";
import { completeStep, completing } from "../shared/completion.ts";
import { escapeText } from "../shared/mrkdwn.ts";
import { mayDecide } from "../shared/people.ts";
import { mustCall, recordOf, textOf } from "../shared/slack.ts";
import { sentenceView, WHY_VIEW, whyBlocks, whyView } from "./blocks.ts";
import { ExplainAlertDefinition } from "./definition.ts";

/** Slack's limit on a message; a modal holds twice as many. */
const MESSAGE_BLOCKS = 50;

interface Inputs {
  readonly incident_id?: string;
  readonly pagerduty_link?: string;
  readonly user_id: string;
}

export default SlackFunction(
  ExplainAlertDefinition,
  completing(async (context) => {
    try {
      const app = openApp(context);
      const pointer = textOf(recordOf(context.inputs.interactivity)["interactivity_pointer"]);
      // The pointer dies after 3 s, so the form opens before anything is looked up.
      const view = sentenceView("Looking it up…");
      const opened = await app.slack.call("views.open", { interactivity_pointer: pointer, view });
      const blocks = await answerFor(app, context.inputs);
      if (!opened.ok) {
        const text = "Why it was handled so";
        await mustCall(app.slack, "chat.postMessage", {
          channel: context.inputs.user_id,
          text,
          blocks: blocks.slice(0, MESSAGE_BLOCKS),
        });
        return { outputs: { shown: "message" } };
      }
      const view_id = textOf(recordOf(opened["view"])["id"]);
      await mustCall(app.slack, "views.update", { view_id, view: whyView(blocks) });
      // The run ends when the modal is closed.
      return { completed: false };
    } catch (thrown) {
      return { error: `The explanation could not be shown. ${problemOf(thrown)} Press Why? again.` };
    }
  }),
).addViewClosedHandler(WHY_VIEW, close);

/** Inputs of a link trigger can be forged by any member; what is told is what every member may read in the channels. */
async function answerFor(app: App, inputs: Inputs): Promise<Block[]> {
  if (!(await mayDecide(app.slack, inputs.user_id, app.teamId))) {
    return [section("Only full members of this workspace can ask for this.")];
  }
  const request = { incidentId: inputs.incident_id ?? "", pagerduty: inputs.pagerduty_link ?? "" };
  const outcome = await app.companion.call("explain", request);
  if (outcome.ok) return whyBlocks(outcome.answer);
  const next = outcome.again ? " Ask again in a moment." : "";
  return [section(`${escapeText(outcome.problem)}${next}`)];
}

/** Ends the run; otherwise it would wait for ever. */
async function close(context: ViewClosedContext<Inputs>): Promise<void> {
  const app = openAppForClick(context);
  const execution = context.body.function_data.execution_id;
  await completeStep(app.slack, execution, { shown: "closed" });
}
