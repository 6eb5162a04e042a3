/** Typing into an external_select: the options come from the app. */
import { z } from "zod";
import type { SuggestAnswer, SuggestRequest } from "../page_api.ts";
import {
  BadRequest,
  clickedMessage,
  commonBody,
  findElement,
  livingOwner,
  placeOf,
  reportOutcome,
  type InteractivityDeps,
} from "./interactivity.ts";
import { topView } from "./modals.ts";
import { addLog, addNotice } from "./platform.ts";
import { viewBody } from "./views.ts";

const text = z.looseObject({ type: z.string(), text: z.string().min(1).max(75) });
const Option = z.object({ text, value: z.string().min(1).max(75), description: text.optional() });
const Options = z.array(Option).max(100);
const Answer = z.union([
  z.object({ options: Options }),
  z.object({ option_groups: z.array(z.object({ label: text, options: Options })).max(100) }),
]);

export async function suggest(deps: InteractivityDeps, request: SuggestRequest): Promise<SuggestAnswer> {
  const { platform } = deps;
  const view = request.viewId === undefined ? undefined : topView(platform, request.user, request.viewId);
  const message = view ? undefined : clickedMessage(platform, request);
  const { block, element } = findElement(view?.blocks ?? message?.blocks ?? [], request.blockId, request.actionId);
  if (!element.type.endsWith("external_select")) throw new BadRequest("This element asks nobody for options.");
  if (view && !view.liveActions.includes(request.actionId)) return { options: [] };
  const owner = livingOwner(platform, view?.execution ?? message?.buttonsOf, request.user);
  if (owner === undefined) return { options: [] };
  const body = {
    type: "block_suggestion",
    ...commonBody(platform, owner, request.user, view?.id),
    ...(message ? placeOf(platform, message) : {}),
    ...(view ? { container: { type: "view", view_id: view.id }, view: viewBody(view) } : {}),
    block_id: block.block_id,
    action_id: request.actionId,
    value: request.value,
  };
  const outcome = await deps.execute(owner, body);
  if (!reportOutcome(platform, request.user, outcome) || outcome.kind !== "answered") return { options: [] };
  const parsed = Answer.safeParse(outcome.answer);
  if (!parsed.success) {
    addLog(platform, owner, "the suggestions were refused: they are not options of at most 75 characters, 100 of them");
    addNotice(platform, request.user, "This app ran into a problem and could not respond.");
    return { options: [] };
  }
  if ("options" in parsed.data) return { options: parsed.data.options };
  const groups = parsed.data.option_groups.map(({ label, options }) => ({ label: label.text, options }));
  return { optionGroups: groups };
}
