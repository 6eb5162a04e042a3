import { z } from "zod";
import { APP, TEAM } from "../../seed.ts";
import type { Block } from "../../page_api.ts";
import { checkBlocks, interactiveElements, problemMessages } from "../blocks.ts";
import { flag, id, json, method, text, type Answer, type Method, type MethodContext } from "../method.ts";
import { addMessage, directChannel, findMessage, nextTs, removeMessage, touch, type Platform } from "../platform.ts";
import type { Channel, Message } from "../state.ts";
import { EDITED_BY_ANOTHER_KILLS_BUTTONS } from "../strictness.ts";

const POST_TEXT_MAX = 40_000;
const UPDATE_TEXT_MAX = 4_000;

/** A message as the Web API answers it. */
export function messageBody(message: Message): Readonly<Record<string, unknown>> {
  const byApp = message.user === APP.botUserId;
  return {
    type: "message",
    ...(message.subtype !== undefined ? { subtype: message.subtype } : {}),
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: TEAM.id,
    ...(byApp ? { bot_id: APP.botId, app_id: APP.id } : {}),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.threadTs !== undefined ? { thread_ts: message.threadTs } : {}),
    ...(message.editedTs !== undefined ? { edited: { user: message.user, ts: message.editedTs } } : {}),
    ...(message.reactions.length > 0
      ? { reactions: message.reactions.map((r) => ({ name: r.name, users: r.users, count: r.users.length })) }
      : {}),
  };
}

/** A channel by id, by #name, or a person's id for the direct channel with the app. */
export function targetChannel(platform: Platform, target: string): Channel | undefined {
  const { channels, users } = platform.state;
  if (users[target] && !users[target].isBot) return directChannel(platform, APP.botUserId, target);
  return channels[target] ?? Object.values(channels).find((channel) => `#${channel.name}` === target);
}

function postRefusal({ platform }: MethodContext, channel: Channel): string | undefined {
  if (channel.isArchived) return "is_archived";
  if (channel.memberIds.includes(APP.botUserId)) return undefined;
  if (channel.isPrivate) return "channel_not_found";
  const anywhere = platform.app.manifest.oauth_config.scopes.bot.includes("chat:write.public");
  return anywhere ? undefined : "not_in_channel";
}

const blocksArg = json(z.array(z.unknown())).optional();

function readBlocks(
  platform: Platform,
  input: readonly unknown[] | undefined,
): { blocks: Block[] } | { failure: Answer } {
  const checked = checkBlocks(input ?? [], "message", () => platform.deps.id("b"));
  if (checked.ok) return { blocks: checked.blocks };
  const messages = problemMessages(checked.problems);
  const tooMany = checked.problems.some(({ pointer }) => pointer === "/blocks");
  return {
    failure: { error: "invalid_blocks", ...(tooMany ? { errors: messages } : {}), response_metadata: { messages } },
  };
}

const postMessage = method(
  "post",
  ["chat:write"],
  z.object({
    channel: id,
    text: text.optional(),
    blocks: blocksArg,
    thread_ts: text.optional(),
    reply_broadcast: flag.optional(),
    unfurl_links: flag.optional(),
    unfurl_media: flag.optional(),
    mrkdwn: flag.optional(),
    metadata: json(z.looseObject({})).optional(),
  }),
  (args, context) => {
    const { platform, caller } = context;
    const channel = targetChannel(platform, args.channel);
    if (!channel) return { error: "channel_not_found" };
    const refused = postRefusal(context, channel);
    if (refused !== undefined) return { error: refused };
    const read = readBlocks(platform, args.blocks);
    if ("failure" in read) return read.failure;
    if (!args.text && read.blocks.length === 0) return { error: "no_text" };
    const message = addMessage(platform, {
      channel,
      user: APP.botUserId,
      text: (args.text ?? "").slice(0, POST_TEXT_MAX),
      blocks: read.blocks,
      threadTs: args.thread_ts || undefined,
      execution: caller.execution,
    });
    return { channel: channel.id, ts: message.ts, message: messageBody(message) };
  },
);

const postEphemeral = method(
  4,
  ["chat:write"],
  z.object({ channel: id, user: id, text: text.optional(), blocks: blocksArg, thread_ts: text.optional() }),
  (args, context) => {
    const { platform, caller } = context;
    const channel = targetChannel(platform, args.channel);
    if (!channel) return { error: "channel_not_found" };
    const refused = postRefusal(context, channel);
    if (refused !== undefined) return { error: refused };
    if (!channel.memberIds.includes(args.user)) return { error: "user_not_in_channel" };
    const read = readBlocks(platform, args.blocks);
    if ("failure" in read) return read.failure;
    if (!args.text && read.blocks.length === 0) return { error: "no_text" };
    const message = addMessage(platform, {
      channel,
      user: APP.botUserId,
      text: args.text ?? "",
      blocks: read.blocks,
      threadTs: args.thread_ts || undefined,
      ephemeralTo: args.user,
      execution: caller.execution,
    });
    return { message_ts: message.ts };
  },
);

/**
 * Buttons belong to the execution that posted the message. Another execution may edit it, but buttons in the blocks it
 * sends belong to nobody. Blocks that are not sent stay as they are.
 */
function replaceBlocks(message: Message, blocks: Block[], execution: string | undefined): void {
  message.blocks = blocks;
  const hasButtons = interactiveElements(blocks).some(({ element }) => element.type !== "workflow_button");
  const isForeign = execution === undefined || execution !== message.postedBy;
  message.buttonsOf = hasButtons && isForeign && EDITED_BY_ANOTHER_KILLS_BUTTONS ? undefined : message.postedBy;
}

const update = method(
  3,
  ["chat:write"],
  z.object({
    channel: id,
    ts: id,
    text: text.optional(),
    blocks: blocksArg,
    metadata: json(z.looseObject({})).optional(),
  }),
  (args, { platform, caller }) => {
    const channel = platform.state.channels[args.channel];
    if (!channel) return { error: "channel_not_found" };
    const message = findMessage(platform, channel.id, args.ts);
    if (!message || message.ephemeralTo !== undefined) return { error: "message_not_found" };
    if (message.user !== APP.botUserId) return { error: "cant_update_message" };
    if (channel.isArchived) return { error: "is_inactive" };
    if ((args.text ?? "").length > UPDATE_TEXT_MAX) return { error: "msg_too_long" };
    if (!args.text && args.blocks === undefined) return { error: "no_text" };
    const read = readBlocks(platform, args.blocks);
    if ("failure" in read) return read.failure;
    if (args.text !== undefined) message.text = args.text;
    if (args.blocks !== undefined) replaceBlocks(message, read.blocks, caller.execution);
    message.editedTs = nextTs(platform);
    touch(platform);
    return { channel: channel.id, ts: message.ts, text: message.text, message: messageBody(message) };
  },
);

const remove = method(3, ["chat:write"], z.object({ channel: id, ts: id }), (args, { platform }) => {
  const channel = platform.state.channels[args.channel];
  if (!channel) return { error: "channel_not_found" };
  const message = findMessage(platform, channel.id, args.ts);
  if (!message) return { error: "message_not_found" };
  if (message.user !== APP.botUserId || message.ephemeralTo !== undefined) return { error: "cant_delete_message" };
  if (channel.isArchived) return { error: "is_inactive" };
  removeMessage(platform, channel, message.ts);
  return { channel: channel.id, ts: message.ts };
});

/** The address of a message in the workspace; the page understands it as well. */
export function permalink(message: { readonly channel: string; readonly ts: string }): string {
  return `https://${TEAM.domain}.slack.com/archives/${message.channel}/p${message.ts.replace(".", "")}`;
}

const getPermalink = method(4, [], z.object({ channel: id, message_ts: id }), (args, { platform }) => {
  if (!platform.state.channels[args.channel]) return { error: "channel_not_found" };
  const message = findMessage(platform, args.channel, args.message_ts);
  if (!message) return { error: "message_not_found" };
  return { channel: args.channel, permalink: permalink(message) };
});

export const CHAT_METHODS: Readonly<Record<string, Method>> = {
  "chat.postMessage": postMessage,
  "chat.postEphemeral": postEphemeral,
  "chat.update": update,
  "chat.delete": remove,
  "chat.getPermalink": getPermalink,
};
