import { z } from "zod";
import { APP, TEAM, USER_GROUPS } from "../../seed.ts";
import { flag, id, method, wholeNumber, type Method } from "../method.ts";
import type { Platform } from "../platform.ts";
import type { User } from "../state.ts";
import { pageOf } from "./channel_access.ts";
import { channelBody } from "./conversations.ts";

const paged = {
  cursor: z.string().optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(999)).default(100),
};

function userBody(platform: Platform, user: User): Readonly<Record<string, unknown>> {
  const seesEmail = platform.app.manifest.oauth_config.scopes.bot.includes("users:read.email");
  return {
    id: user.id,
    team_id: TEAM.id,
    name: user.handle,
    real_name: user.name,
    deleted: user.kind === "deactivated",
    color: user.color.replace("#", ""),
    tz: "Etc/UTC",
    tz_offset: 0,
    is_bot: user.isBot,
    is_restricted: user.kind === "guest",
    is_ultra_restricted: false,
    is_app_user: false,
    profile: {
      real_name: user.name,
      display_name: user.handle,
      title: user.title,
      team: TEAM.id,
      ...(seesEmail && user.email !== "" ? { email: user.email } : {}),
      ...(user.isBot ? { bot_id: APP.botId, api_app_id: APP.id } : {}),
    },
  };
}

const authTest = method(4, [], z.object({}), (_, { platform }) => ({
  url: `https://${TEAM.domain}.slack.com/`,
  team: TEAM.name,
  user: platform.state.users[APP.botUserId]?.handle,
  team_id: TEAM.id,
  user_id: APP.botUserId,
  bot_id: APP.botId,
  app_id: APP.id,
  is_enterprise_install: false,
}));

const info = method(4, ["users:read"], z.object({ user: id }), (args, { platform }) => {
  const user = platform.state.users[args.user];
  return user ? { user: userBody(platform, user) } : { error: "user_not_found" };
});

const lookupByEmail = method(3, ["users:read.email"], z.object({ email: id }), (args, { platform }) => {
  const wanted = args.email.toLowerCase();
  const user = Object.values(platform.state.users).find((candidate) => candidate.email.toLowerCase() === wanted);
  // Of people who have left, Slack tells by their ids only.
  return user && user.kind !== "deactivated" ? { user: userBody(platform, user) } : { error: "users_not_found" };
});

const list = method(2, ["users:read"], z.object(paged), (args, { platform }) => {
  const { items, response_metadata } = pageOf(Object.values(platform.state.users), args.limit, args.cursor);
  return { members: items.map((user) => userBody(platform, user)), response_metadata };
});

const conversations = method(
  3,
  ["channels:read", "groups:read", "im:read"],
  z.object({
    ...paged,
    user: z.string().optional(),
    types: z.string().default("public_channel"),
    exclude_archived: flag.optional(),
  }),
  (args, { platform }) => {
    const user = args.user || APP.botUserId;
    if (!platform.state.users[user]) return { error: "user_not_found" };
    const all = Object.values(platform.state.channels).filter(
      (channel) =>
        channel.memberIds.includes(user) &&
        !channel.isDirectMessage &&
        !(args.exclude_archived && channel.isArchived) &&
        args.types.includes(channel.isPrivate ? "private_channel" : "public_channel"),
    );
    const { items, response_metadata } = pageOf(all, args.limit, args.cursor);
    return { channels: items.map(channelBody), response_metadata };
  },
);

const groups = method(2, ["usergroups:read"], z.object({}), () => ({
  usergroups: USER_GROUPS.map(({ id: group, handle, name }) => ({
    id: group,
    team_id: TEAM.id,
    is_usergroup: true,
    handle,
    name,
  })),
}));

const groupMembers = method(2, ["usergroups:read"], z.object({ usergroup: id }), ({ usergroup }) => {
  const group = USER_GROUPS.find((one) => one.id === usergroup);
  return group ? { users: [...group.members] } : { error: "no_such_subteam" };
});

export const USER_METHODS: Readonly<Record<string, Method>> = {
  "auth.test": authTest,
  "users.info": info,
  "users.lookupByEmail": lookupByEmail,
  "users.list": list,
  "users.conversations": conversations,
  "usergroups.list": groups,
  "usergroups.users.list": groupMembers,
};
