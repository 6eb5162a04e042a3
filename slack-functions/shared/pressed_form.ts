import type { ActionContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import { type App, openAppForClick, problemOf } from "./app.ts";
import { type Block, section } from "./card.ts";
import { readIncident, whereOf } from "./incidents.ts";
import { mention } from "./mrkdwn.ts";
import { mayCall, mustCall, recordOf, textOf } from "./slack.ts";
import { placeOfPress, tellThere } from "./tell_person.ts";

/** A form about an incident that a button on its card opens, by way of a workflow of its own. */
export interface PressedForm {
  /** Stands there while it is looked up what the form has to show. */
  readonly waiting: Block;
  /** The form, or what says why there is none: inputs of a link trigger can be forged by any member. */
  readonly viewFor: (app: App, incidentId: string, userId: string) => Promise<Block>;
}

/** The action of the button that stands in for a form which could not open; one form a function, so one name for all. */
export const OPEN_FORM = "open_form";

type Inputs = { incident_id: string; user_id: string };

/**
 * Opens the form while the pointer lives. Starting a workflow may outlast the pointer's 3 s, on a cold start it mostly does:
 * then the person is sent a button, whose press brings a fresh one.
 */
export async function openPressedForm(
  app: App,
  form: PressedForm,
  { incident_id, user_id, interactivity }: Inputs & { readonly interactivity: unknown },
): Promise<void> {
  const pointer = textOf(recordOf(interactivity)["interactivity_pointer"]);
  if (!(await showForm(app, form, pointer, incident_id, user_id))) await offerForm(app, incident_id, user_id);
}

/** The handler of that button. */
export function openFromMessage(form: PressedForm): (context: ActionContext<Inputs>) => Promise<void> {
  return async (context) => {
    const app = openAppForClick(context);
    const userId = context.body.user.id;
    const channel = textOf(recordOf(context.body.channel)["id"]);
    const ts = textOf(recordOf(context.body.message)["ts"]);
    const tell = (text: string) => tellThere(app, placeOfPress(context.body), userId, text);
    try {
      const pointer = context.body.interactivity.interactivity_pointer;
      if (!(await showForm(app, form, pointer, context.inputs.incident_id, userId))) {
        return await tell("The form could not open in time. Press again.");
      }
      const text = "The form was opened.";
      await mayCall(app.slack, "chat.update", { channel, ts, text, blocks: [section(text)] });
    } catch (thrown) {
      await tell(`That did not work. ${problemOf(thrown)} Press again in a moment.`);
    }
  };
}

/**
 * Opens an empty form first, then fills it.
 * @returns false where Slack did not open it
 */
async function showForm(
  app: App,
  form: PressedForm,
  pointer: string,
  incidentId: string,
  userId: string,
): Promise<boolean> {
  const opened = await app.slack.call("views.open", { interactivity_pointer: pointer, view: form.waiting });
  if (!opened.ok) return false;
  const view = await form.viewFor(app, incidentId, userId);
  await mustCall(app.slack, "views.update", { view_id: textOf(recordOf(opened["view"])["id"]), view });
  return true;
}

/** To the person alone: the incident's channel may be archived, and nobody else asked. */
async function offerForm(app: App, incidentId: string, userId: string): Promise<void> {
  const message = {
    text: "The form could not open in time.",
    blocks: [
      section(`${mention(userId)}, the form could not open in time.`),
      {
        type: "actions",
        block_id: OPEN_FORM,
        elements: [
          {
            type: "button",
            style: "primary",
            text: { type: "plain_text", text: "Open the form" },
            action_id: OPEN_FORM,
          },
        ],
      },
    ],
  };
  const sent = await mayCall(app.slack, "chat.postMessage", { channel: userId, ...message });
  if (sent.ok) return;
  const record = await readIncident(app.slack, incidentId);
  await mustCall(app.slack, "chat.postMessage", { ...(record ? whereOf(record) : { channel: "" }), ...message });
}
