import type { WorkspaceView } from "../../page_api.ts";

/**
 * What a person typed, as Slack's client sends it: escaped, so that nobody writes a control sequence by accident, and
 * with ids for the people and channels that are named by @handle and #channel. Commands stay as they are.
 */
export function typedText(typed: string, { users, channels }: Pick<WorkspaceView, "users" | "channels">): string {
  const escaped = typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  if (typed.startsWith("/")) return escaped;
  return escaped
    .replace(/(?<![\w@])@([a-z0-9._-]+)/gi, (whole, handle: string) => {
      const user = users.find((candidate) => candidate.handle === handle.toLowerCase());
      return user ? `<@${user.id}>` : whole;
    })
    .replace(/(?<![\w#&])#([a-z0-9_-]+)/gi, (whole, name: string) => {
      const channel = channels.find((candidate) => candidate.name === name.toLowerCase());
      return channel ? `<#${channel.id}>` : whole;
    });
}
