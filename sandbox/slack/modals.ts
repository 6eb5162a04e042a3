/** What happens in an open modal: presses, submitting, closing. */
import { z } from "zod";
import type { CloseRequest, PressRequest, SubmitAnswer, SubmitRequest } from "../page_api.ts";
import {
  actionBody,
  BadRequest,
  commonBody,
  findElement,
  livingOwner,
  reportOutcome,
  type InteractivityDeps,
} from "./interactivity.ts";
import { addLog, addNotice, findExecution, isOpen, touch, type Platform } from "./platform.ts";
import type { View } from "./state.ts";
import { inputErrors, fullState } from "./view_state.ts";
import { clearViews, MAX_STACK, popView, pushView, readView, replaceView, viewBody } from "./views.ts";

const DEAD_ELEMENT_NOTICE =
  "This part of the form was added later by views.update, and Slack tells the app nothing about it.";
const DEAD_FORM_NOTICE = "This form no longer works. What it belonged to has ended.";

const SubmissionAnswer = z.union([
  z.looseObject({ response_action: z.literal("errors"), errors: z.record(z.string(), z.string()) }),
  z.looseObject({ response_action: z.literal("update"), view: z.unknown() }),
  z.looseObject({ response_action: z.literal("push"), view: z.unknown() }),
  z.looseObject({ response_action: z.literal("clear") }),
  z.looseObject({ response_action: z.undefined().optional() }),
]);

/** The modal on top of this person's stack; an older one cannot be reached by its buttons. */
export function topView(platform: Platform, user: string, viewId: string): View {
  const view = platform.state.views[viewId];
  if (!view || view.user !== user) throw new BadRequest("There is no such modal open.");
  if (platform.state.viewStacks[user]?.at(-1) !== viewId) throw new BadRequest("Another modal is on top of this one.");
  return view;
}

export async function pressInView(deps: InteractivityDeps, request: PressRequest): Promise<void> {
  const { platform } = deps;
  const view = topView(platform, request.user, request.viewId ?? "");
  const found = findElement(view.blocks, request.blockId, request.actionId);
  // An element of an input tells the app nothing unless the block asks for it.
  if (found.block.type === "input" && found.block["dispatch_action"] !== true) return;
  if (!view.liveActions.includes(request.actionId)) return addNotice(platform, request.user, DEAD_ELEMENT_NOTICE);
  const owner = livingOwner(platform, view.execution, request.user);
  if (owner === undefined) return;
  const body = {
    type: "block_actions",
    ...commonBody(platform, owner, request.user, view.id),
    container: { type: "view", view_id: view.id },
    view: viewBody(view, request.state),
    actions: [actionBody(platform, found, request.payload)],
  };
  reportOutcome(platform, request.user, await deps.execute(owner, body));
  touch(platform);
}

/** Does what the handler of a submission answered. */
function follow(platform: Platform, view: View, answer: unknown): SubmitAnswer {
  const trouble = (text: string): SubmitAnswer => {
    addLog(platform, view.execution, `the answer to the submission was refused: ${text}`);
    addNotice(platform, view.user, "This app ran into a problem and could not respond.");
    return { errors: {} };
  };
  const parsed = SubmissionAnswer.safeParse(answer);
  if (!parsed.success) return trouble("it has no known response_action, or lacks what belongs to it");
  const reply = parsed.data;
  if (reply.response_action === "errors") {
    const inputs = new Set(view.blocks.filter((block) => block.type === "input").map((block) => block.block_id));
    const stray = Object.keys(reply.errors).find((blockId) => !inputs.has(blockId));
    return stray === undefined ? { errors: reply.errors } : trouble(`there is no input block "${stray}"`);
  }
  if (reply.response_action === "clear") clearViews(platform, view.user);
  else if (reply.response_action === undefined) popView(platform, view);
  else {
    const read = readView(platform, reply.view);
    if (!read.ok) return trouble([read.error, ...read.messages].join("; "));
    if (reply.response_action === "update") replaceView(platform, view, read.content);
    else if ((platform.state.viewStacks[view.user]?.length ?? 0) >= MAX_STACK) return trouble("push_limit_reached");
    else pushView(platform, { user: view.user, execution: view.execution, kind: "modal", content: read.content });
  }
  return { errors: {} };
}

export async function submitView(deps: InteractivityDeps, view: View, request: SubmitRequest): Promise<SubmitAnswer> {
  const { platform } = deps;
  if (!view.submit) throw new BadRequest("This modal has no submit button.");
  const missing = inputErrors(view.blocks, fullState(view.blocks, request.state));
  if (Object.keys(missing).length > 0) return { errors: missing };
  if (!isOpen(findExecution(platform, view.execution))) {
    addNotice(platform, view.user, DEAD_FORM_NOTICE);
    return { errors: {} };
  }
  const body = {
    type: "view_submission",
    ...commonBody(platform, view.execution, view.user, view.id),
    view: viewBody(view, request.state),
  };
  const outcome = await deps.execute(view.execution, body);
  if (!reportOutcome(platform, view.user, outcome) || outcome.kind !== "answered") return { errors: {} };
  // While the handler worked the person may have closed the modal, or the app may have changed it.
  const shown = platform.state.views[view.id];
  return shown ? follow(platform, shown, outcome.answer) : { errors: {} };
}

/** The close button: the view goes, and with `clear_on_close` all under it. */
export async function closeView(deps: InteractivityDeps, view: View, request: CloseRequest): Promise<void> {
  const { platform } = deps;
  const tells = view.notifyOnClose && isOpen(findExecution(platform, view.execution));
  const body = tells && {
    type: "view_closed",
    ...commonBody(platform, view.execution, request.user),
    view: viewBody(view),
    is_cleared: view.clearOnClose,
  };
  if (view.clearOnClose) clearViews(platform, view.user);
  else popView(platform, view);
  if (body) reportOutcome(platform, request.user, await deps.execute(view.execution, body));
}
