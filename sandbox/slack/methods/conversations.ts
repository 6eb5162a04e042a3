import { z } from "zod";
import { APP } from "../../seed.ts";
import { flag, id, method, text, type Answer, type Method } from "../method.ts";
import { nameProblem } from "../channel_names.ts";
import { archiveChannel, renameChannel } from "../people.ts";
import { addSystemLine, directChannel, touch, type Platform } from "../platform.ts";
import type { Channel } from "../state.ts";
import { BOT_UNARCHIVE_ERROR } from "../strictness.ts";
import { seenChannel, workingChannel } from "./channel_access.ts";

const MANAGE = ["channels:manage", "groups:write"];
const TOPIC_MAX = 250;
const INVITE_MAX = 100;

export function channelBody(channel: Channel): Readonly<Record<string, unknown>> {
  const created = Math.floor(channel.createdAt / 1_000);
  return {
    id: channel.id,
    ...(channel.isDirectMessage
      ? { user: channel.memberIds.find((member) => member !== APP.botUserId) ?? "" }
      : { name: channel.name, name_normalized: channel.name }),
    is_channel: !channel.isDirectMessage,
    is_im: channel.isDirectMessage,
    is_private: channel.isPrivate,
    is_archived: channel.isArchived,
    is_general: channel.isGeneral,
    is_member: channel.memberIds.includes(APP.botUserId),
    created,
    creator: channel.creator,
    topic: { value: channel.topic, creator: "", last_set: 0 },
    purpose: { value: channel.purpose, creator: "", last_set: 0 },
    num_members: channel.memberIds.length,
  };
}

const create = method(2, MANAGE, z.object({ name: text, is_private: flag.optional() }), (args, { platform }) => {
  const problem = nameProblem(platform, args.name);
  if (problem !== undefined) return { error: problem };
  const channel: Channel = {
    id: platform.deps.id("C"),
    name: args.name,
    isDirectMessage: false,
    isGeneral: false,
    isPrivate: args.is_private ?? false,
    createdAt: platform.deps.clock.now(),
    creator: APP.botUserId,
    isArchived: false,
    topic: "",
    purpose: "",
    memberIds: [APP.botUserId],
    bookmarks: [],
    pins: [],
  };
  platform.state.channels[channel.id] = channel;
  platform.state.messages[channel.id] = [];
  addSystemLine(platform, channel, APP.botUserId, "channel_join");
  return { channel: channelBody(channel) };
});

function inviteProblem(platform: Platform, channel: Channel, user: string): string | undefined {
  const invited = platform.state.users[user];
  if (!invited) return "user_not_found";
  if (user === APP.botUserId) return "cant_invite_self";
  if (invited.kind !== undefined) return invited.kind === "guest" ? "user_is_restricted" : "user_disabled";
  return channel.memberIds.includes(user) ? "already_in_channel" : undefined;
}

const invite = method(
  3,
  ["channels:write.invites", "channels:manage", "groups:write"],
  z.object({ channel: id, users: id, force: flag.optional() }),
  (args, { platform }) => {
    const channel = workingChannel(platform, args.channel);
    if (typeof channel === "string") return { error: channel };
    const users = args.users.split(",").map((user) => user.trim());
    if (users.length > INVITE_MAX) return { error: "too_many_users" };
    const errors = users.flatMap((user) => {
      const error = inviteProblem(platform, channel, user);
      return error === undefined ? [] : [{ user, ok: false, error }];
    });
    const [first] = errors;
    if (first && (!args.force || errors.length === users.length)) return { error: first.error, errors };
    for (const user of users) {
      if (errors.some((error) => error.user === user)) continue;
      channel.memberIds.push(user);
      addSystemLine(platform, channel, user, "channel_join");
    }
    return { channel: channelBody(channel), ...(first ? { errors } : {}) };
  },
);

const archive = method(2, MANAGE, z.object({ channel: id }), (args, { platform }) => {
  const channel = seenChannel(platform, args.channel);
  if (!channel) return { error: "channel_not_found" };
  if (channel.isArchived) return { error: "already_archived" };
  if (channel.isGeneral) return { error: "cant_archive_general" };
  if (channel.isDirectMessage) return { error: "method_not_supported_for_channel_type" };
  if (!channel.memberIds.includes(APP.botUserId)) return { error: "not_in_channel" };
  archiveChannel(platform, channel, APP.botUserId);
  return {};
});

const unarchive = method(2, MANAGE, z.object({ channel: id }), (args, { platform }) => {
  const channel = seenChannel(platform, args.channel);
  if (!channel) return { error: "channel_not_found" };
  return { error: channel.isArchived ? BOT_UNARCHIVE_ERROR : "not_archived" };
});

function describe(field: "topic" | "purpose") {
  return (args: { readonly channel: string; readonly [field: string]: unknown }, platform: Platform): Answer => {
    const channel = workingChannel(platform, args.channel);
    if (typeof channel === "string") return { error: channel };
    const value = String(args[field]);
    if (value.length > TOPIC_MAX) return { error: "too_long" };
    channel[field] = value;
    addSystemLine(platform, channel, APP.botUserId, `channel_${field}`, value);
    return { channel: channelBody(channel) };
  };
}
const TOPIC_SCOPES = ["channels:write.topic", "channels:manage", "groups:write"];

const rename = method(2, MANAGE, z.object({ channel: id, name: text }), (args, { platform }) => {
  const channel = workingChannel(platform, args.channel);
  if (typeof channel === "string") return { error: channel };
  const problem = nameProblem(platform, args.name);
  if (problem !== undefined) return { error: problem };
  renameChannel(platform, channel, APP.botUserId, args.name);
  return { channel: channelBody(channel) };
});

const join = method(3, ["channels:join"], z.object({ channel: id }), (args, { platform }) => {
  const channel = seenChannel(platform, args.channel);
  if (!channel) return { error: "channel_not_found" };
  if (channel.isArchived) return { error: "is_archived" };
  if (channel.isDirectMessage) return { error: "method_not_supported_for_channel_type" };
  const isNew = !channel.memberIds.includes(APP.botUserId);
  if (isNew) {
    channel.memberIds.push(APP.botUserId);
    addSystemLine(platform, channel, APP.botUserId, "channel_join");
  }
  return { channel: channelBody(channel), ...(isNew ? {} : { warning: "already_in_channel" }) };
});

const kick = method(3, MANAGE, z.object({ channel: id, user: id }), (args, { platform }) => {
  const channel = workingChannel(platform, args.channel);
  if (typeof channel === "string") return { error: channel };
  if (!platform.state.users[args.user]) return { error: "user_not_found" };
  if (args.user === APP.botUserId) return { error: "cant_kick_self" };
  if (channel.isGeneral) return { error: "cant_kick_from_general" };
  if (!channel.memberIds.includes(args.user)) return { error: "not_in_channel" };
  channel.memberIds = channel.memberIds.filter((member) => member !== args.user);
  addSystemLine(platform, channel, args.user, "channel_leave");
  return {};
});

const open = method(3, ["im:write"], z.object({ users: id, return_im: flag.optional() }), (args, { platform }) => {
  const user = platform.state.users[args.users];
  if (!user || user.isBot) return { error: "user_not_found" };
  const channel = directChannel(platform, APP.botUserId, user.id);
  touch(platform);
  return { channel: args.return_im ? channelBody(channel) : { id: channel.id } };
});

export const CONVERSATION_METHODS: Readonly<Record<string, Method>> = {
  "conversations.create": create,
  "conversations.invite": invite,
  "conversations.archive": archive,
  "conversations.unarchive": unarchive,
  "conversations.setTopic": method(2, TOPIC_SCOPES, z.object({ channel: id, topic: text }), (args, { platform }) =>
    describe("topic")(args, platform),
  ),
  "conversations.setPurpose": method(2, TOPIC_SCOPES, z.object({ channel: id, purpose: text }), (args, { platform }) =>
    describe("purpose")(args, platform),
  ),
  "conversations.rename": rename,
  "conversations.join": join,
  "conversations.kick": kick,
  "conversations.open": open,
};
