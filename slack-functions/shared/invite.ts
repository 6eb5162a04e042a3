import type { PagedPerson } from "../../core/paging.ts";
import type { App } from "./app.ts";
import { escapeText } from "./mrkdwn.ts";
import { userIdByEmail } from "./people.ts";
import { mayCall, textOf } from "./slack.ts";

/**
 * Brings the people into the channel: whom PagerDuty pages, and who started it by hand.
 * @returns the names, escaped for Slack, of those who are paged but have no Slack user with their e-mail address
 */
export async function invitePeople(
  app: App,
  channel: string,
  paged: readonly PagedPerson[],
  startedBy: string | undefined,
): Promise<string[]> {
  const found = await Promise.all(paged.map((person) => userIdByEmail(app.slack, person.email)));
  // One at a time, so that one who cannot be invited (a guest, somebody deactivated) keeps nobody else out.
  for (const user of new Set([...found, startedBy])) {
    if (user) await inviteUser(app, channel, user);
  }
  // Without an address there is nothing to look for yet: the companion sends it later.
  return paged.filter((person, index) => person.email && !found[index]).map((person) => escapeText(person.name, 80));
}

export async function inviteUser(app: App, channel: string, user: string): Promise<boolean> {
  const answer = await mayCall(app.slack, "conversations.invite", { channel, users: user }, ["already_in_channel"]);
  return answer.ok;
}

/** The people in a channel, without ourselves; nobody where the channel cannot be read any more. */
export async function membersOf(app: App, channel: string): Promise<string[]> {
  const [members, me] = await Promise.all([
    mayCall(app.slack, "conversations.members", { channel, limit: 200 }),
    mayCall(app.slack, "auth.test", {}),
  ]);
  const ids = Array.isArray(members["members"]) ? members["members"].filter((id) => typeof id === "string") : [];
  return ids.filter((id) => id !== textOf(me["user_id"]));
}
