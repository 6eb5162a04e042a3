import { SlackFunction } from "deno-slack-sdk/mod.ts";
import type { ViewClosedContext, ViewSubmissionContext } from "deno-slack-sdk/functions/interactivity/types.ts";
import type { CompanionRequests } from "../../core/protocol.ts";
import { slug } from "../../core/text.ts";
import { toIso } from "../../core/time.ts";
import { type App, openApp, openAppForClick, problemOf } from "../shared/app.ts";
import type { Block } from "../shared/card.ts";
import { completeStep, completing } from "../shared/completion.ts";
import { type OpenIncident, readOpenIncidents } from "../shared/open_incidents.ts";
import { keep } from "../shared/pending.ts";
import { mayDecide, personOf } from "../shared/people.ts";
import { mayCall, recordOf, SlackProblem, textOf } from "../shared/slack.ts";
import { CLAIM_VIEW, claimView, sentenceView } from "./blocks.ts";
import { ClaimTriageDefinition } from "./definition.ts";

interface Inputs {
  readonly title: string;
  readonly service_name: string;
  readonly description?: string;
  readonly user_id: string;
}
type ClaimInputs = { title: string; service_name: string; description?: string; user_id: string };

export default SlackFunction(
  ClaimTriageDefinition,
  completing(async (context) => {
    const { interactivity, service_name } = context.inputs;
    try {
      const app = openApp(context);
      const pointer = textOf(recordOf(interactivity)["interactivity_pointer"]);
      const opened = await app.slack.call("views.open", {
        interactivity_pointer: pointer,
        view: claimView(service_name, undefined, app.now),
      });
      // Where Slack was too slow for a second form, the triage opens without it: nobody is kept waiting for a question.
      if (!opened.ok) return { outputs: await claimAtOnce(app, context.inputs, context.event.function_execution_id) };
      const open = await openFor(app, service_name);
      const view = claimView(service_name, open, app.now);
      await mayCall(app.slack, "views.update", { view_id: textOf(recordOf(opened["view"])["id"]), view });
      return { completed: false };
    } catch (thrown) {
      return { error: `Triage could not be started. ${problemOf(thrown)} Try the shortcut again.` };
    }
  }),
)
  .addViewSubmissionHandler(CLAIM_VIEW, submit)
  .addViewClosedHandler(CLAIM_VIEW, close);

async function submit(context: ViewSubmissionContext<ClaimInputs>) {
  const app = openAppForClick(context);
  const executionId = context.body.function_data.execution_id;
  try {
    if (!(await mayDecide(app.slack, context.body.user.id, app.teamId))) {
      return update(sentenceView(NOT_ALLOWED));
    }
    // Sent twice, the claim is the same one: the execution names it, and its step completes once.
    const completion = await completeStep(app.slack, executionId, await claim(app, context.inputs, executionId));
    if (completion === "failed") return update(sentenceView(NOT_TAKEN, true));
  } catch (thrown) {
    const error = `Triage could not be started. ${problemOf(thrown)}`;
    await app.slack.call("functions.completeError", { function_execution_id: executionId, error });
  }
  return undefined;
}

const NOT_ALLOWED = "Only full members of this workspace can start triage. Ask one of them to do it for you.";
const NOT_TAKEN = "Slack did not take the form, so no channel was opened yet. Send it again in a moment.";

function update(view: Block) {
  return { response_action: "update" as const, view };
}

/** Thought better of it: the run ends, and its other steps do nothing. */
async function close(context: ViewClosedContext<ClaimInputs>): Promise<void> {
  const app = openAppForClick(context);
  const execution = context.body.function_data.execution_id;
  await completeStep(app.slack, execution, NOTHING);
}

const NOTHING = {
  incident_id: "",
  number: "",
  service_id: "",
  service_name: "",
  opened_at: "",
  window_closes_at: "",
};

/** Without the form that would have asked once more: who may not start triage is told so. */
async function claimAtOnce(app: App, inputs: Inputs, executionId: string) {
  if (await mayDecide(app.slack, inputs.user_id, app.teamId)) return claim(app, inputs, executionId);
  await mayCall(app.slack, "chat.postMessage", { channel: inputs.user_id, text: NOT_ALLOWED });
  return NOTHING;
}

/**
 * Takes a number and, if it is free, the service's window. Where the companion cannot be reached, the incident is named
 * after the execution, and the companion takes that name over when it is back.
 */
async function claim(app: App, inputs: Inputs, executionId: string) {
  const request: CompanionRequests["claim"] = {
    requestId: executionId,
    serviceName: inputs.service_name,
    title: inputs.title,
    description: inputs.description ?? "",
    by: await personOf(app.slack, inputs.user_id),
    at: app.now,
  };
  const outcome = await app.companion.call("claim", request);
  const opened_at = toIso(app.now);
  if (outcome.ok) {
    const { incidentId, number, serviceId, serviceName, windowClosesAt, windowHeldBy } = outcome.answer;
    return {
      incident_id: incidentId,
      number,
      service_id: serviceId,
      service_name: serviceName,
      opened_at,
      window_closes_at: windowHeldBy === "" ? toIso(windowClosesAt) : "",
    };
  }
  if (!outcome.again) throw new SlackProblem(outcome.problem);
  const named = { incidentId: `inc_m${executionId.toLowerCase()}`, number: `m${executionId.slice(-6).toLowerCase()}` };
  // Not asked a second time: whoever waits for the form has 10 s in all.
  await keep(app, "claim", named.incidentId, executionId, { ...request, named });
  return {
    incident_id: named.incidentId,
    number: named.number,
    service_id: `name:${slug(inputs.service_name, 60)}`,
    service_name: inputs.service_name,
    opened_at,
    window_closes_at: "",
  };
}

async function openFor(app: App, serviceName: string): Promise<OpenIncident[]> {
  const wanted = serviceName.trim().toLowerCase();
  const open = await readOpenIncidents(app.slack);
  return open.filter((incident) => incident.serviceName.trim().toLowerCase() === wanted);
}
