/** Slack's part of `/sandbox/state`, in the form that scripts want: lists, current items, no tokens. */
import type { SlackState, Values } from "./slack/state.ts";

export function slackDump(state: SlackState) {
  return {
    users: Object.values(state.users),
    channels: Object.values(state.channels),
    /** Oldest first within a channel, replies and ephemeral messages included. */
    messages: Object.entries(state.messages).flatMap(([channel, messages]) =>
      messages.map((message) => ({ ...message, channelName: state.channels[channel]?.name ?? channel })),
    ),
    /** Datastore → primary key → item. */
    datastores: Object.fromEntries(
      Object.entries(state.datastores).map(([name, items]) => [name, currentItems(items)] as const),
    ),
    /** Oldest first. */
    runs: state.runs,
    views: Object.values(state.views),
    notices: state.notices,
    activity: state.activity,
  };
}

function currentItems(items: SlackState["datastores"][string]): Record<string, Values> {
  const current: Record<string, Values> = {};
  for (const [key, versions] of Object.entries(items)) {
    const item = versions.at(-1)?.item;
    if (item) current[key] = item;
  }
  return current;
}
