/** Clicks in messages: whose they are, what Slack would send, and what the person is told when nobody takes them. */
import type { Block, PressRequest, SuggestRequest } from "../page_api.ts";
import { APP, TEAM } from "../seed.ts";
import { interactiveElements } from "./blocks.ts";
import { interactivityOf, mintToken } from "./credentials.ts";
import type { CallOutcome } from "./deno_host.ts";
import { messageBody } from "./methods/chat.ts";
import { addNotice, findExecution, findMessage, isOpen, nextTs, touch, type Platform } from "./platform.ts";
import type { Message, Values } from "./state.ts";
import { DEAD_BUTTON_NOTICE } from "./strictness.ts";
import { fullState } from "./view_state.ts";

export interface InteractivityDeps {
  readonly platform: Platform;
  /** Hands a body to the function's process, within the limit of interactive handlers. */
  readonly execute: (execution: string, body: Values) => Promise<CallOutcome>;
}

export type Element = ReturnType<typeof interactiveElements>[number];

/** A request of the page that names something that is not there; the message is a sentence for its reader. */
export class BadRequest extends Error {}

export function findElement(blocks: readonly Block[], blockId: string, actionId: string): Element {
  const found = interactiveElements(blocks).find(
    ({ block, element }) => block.block_id === blockId && element.action_id === actionId,
  );
  if (!found) throw new BadRequest(`There is no element "${actionId}" in a block "${blockId}" there.`);
  return found;
}

/**
 * The element that was pressed in a message. A message that was edited meanwhile may have lost it while the person's
 * client still showed it: the person is told, as of any dead button.
 */
export function pressedElement(platform: Platform, message: Message, request: PressRequest): Element | undefined {
  const isThere = interactiveElements(message.blocks).some(
    ({ block, element }) => block.block_id === request.blockId && element.action_id === request.actionId,
  );
  if (isThere || message.editedTs === undefined) return findElement(message.blocks, request.blockId, request.actionId);
  addNotice(platform, request.user, DEAD_BUTTON_NOTICE);
  return undefined;
}

function userBody(platform: Platform, id: string): Values {
  const user = platform.state.users[id];
  if (!user) throw new BadRequest(`There is no user ${id}.`);
  return { id, username: user.handle, name: user.handle, team_id: TEAM.id };
}

/** What every interactive payload carries: who, for which execution, with a fresh token and pointer. */
export function commonBody(platform: Platform, executionId: string, user: string, view?: string): Values {
  const execution = findExecution(platform, executionId);
  const callbackId = execution?.step.functionId.replace(/^#\/functions\//, "") ?? "";
  const interactivity = interactivityOf(platform, user, view);
  return {
    team: { id: TEAM.id, domain: TEAM.domain },
    enterprise: null,
    is_enterprise_install: false,
    user: userBody(platform, user),
    api_app_id: APP.id,
    trigger_id: interactivity.interactivity_pointer,
    bot_access_token: mintToken(platform, executionId),
    function_data: {
      execution_id: executionId,
      function: { callback_id: callbackId },
      inputs: execution?.step.inputs ?? {},
    },
    interactivity,
  };
}

export function actionBody(platform: Platform, { block, element }: Element, payload: Values): Values {
  const { type, action_id, text, value } = element;
  return {
    type,
    block_id: block.block_id,
    action_id,
    ...(text !== undefined ? { text } : {}),
    ...(value !== undefined ? { value } : {}),
    ...payload,
    action_ts: nextTs(platform),
  };
}

export function placeOf(platform: Platform, message: Message): Values {
  const channel = platform.state.channels[message.channel];
  const isEphemeral = message.ephemeralTo !== undefined;
  return {
    channel: { id: message.channel, name: channel?.isDirectMessage ? "directmessage" : (channel?.name ?? "") },
    ...(isEphemeral ? {} : { message: { ...messageBody(message), app_id: APP.id, bot_id: APP.botId } }),
    container: { type: "message", message_ts: message.ts, channel_id: message.channel, is_ephemeral: isEphemeral },
  };
}

/** The message of a click, visible to the person who clicked. */
export function clickedMessage(platform: Platform, request: PressRequest | SuggestRequest): Message {
  const message = findMessage(platform, request.channel ?? "", request.ts ?? "");
  const isHidden = message?.ephemeralTo !== undefined && message.ephemeralTo !== request.user;
  if (!message || isHidden) throw new BadRequest("There is no such message.");
  return message;
}

/** Tells the person what went wrong with a handler; nothing where it answered. */
export function reportOutcome(platform: Platform, user: string, outcome: CallOutcome): boolean {
  if (outcome.kind === "answered") return true;
  const text =
    outcome.kind === "timed_out"
      ? "This app took too long to respond. Try again, or ask whoever looks after it."
      : "This app ran into a problem and could not respond.";
  addNotice(platform, user, text);
  return false;
}

/** The open execution that a message's buttons belong to. Where there is none, the person is told and nothing happens. */
export function livingOwner(platform: Platform, owner: string | undefined, user: string): string | undefined {
  const execution = findExecution(platform, owner);
  if (owner !== undefined && isOpen(execution)) return owner;
  addNotice(platform, user, DEAD_BUTTON_NOTICE);
  return undefined;
}

export async function pressInMessage(deps: InteractivityDeps, request: PressRequest, found: Element): Promise<void> {
  const { platform } = deps;
  const message = clickedMessage(platform, request);
  const owner = livingOwner(platform, message.buttonsOf, request.user);
  if (owner === undefined) return;
  const body = {
    type: "block_actions",
    ...commonBody(platform, owner, request.user),
    ...placeOf(platform, message),
    state: { values: fullState(message.blocks, request.state) },
    actions: [actionBody(platform, found, request.payload)],
  };
  reportOutcome(platform, request.user, await deps.execute(owner, body));
  touch(platform);
}
