import type { PagedPerson } from "../../core/paging.ts";
import type { App } from "./app.ts";
import { type IncidentRecord, whereOf } from "./incidents.ts";
import { escapeText, mention } from "./mrkdwn.ts";
import { userIdByEmail } from "./people.ts";
import { mayCall, recordOf, textOf } from "./slack.ts";

/** Somebody who should be in the channel and is not. */
interface Uninvited {
  /** Ready for Slack. */
  readonly who: string;
  /** What is in the way and what to do, for brackets. */
  readonly why: string;
}

/** Slack's limit on people invited with one call. */
const MAX_AT_ONCE = 100;

/**
 * Brings the people into the channel: whom PagerDuty pages, and who started it by hand.
 * @returns those who could not be brought in
 */
export async function invitePeople(
  app: App,
  channel: string,
  paged: readonly PagedPerson[],
  startedBy: string | undefined,
): Promise<Uninvited[]> {
  const found = await Promise.all(paged.map((person) => userIdByEmail(app.slack, person.email)));
  const uninvited: Uninvited[] = [];
  // One at a time, so that one who cannot be invited (a guest, somebody deactivated) keeps nobody else out.
  for (const user of new Set([...found, startedBy])) {
    const refused = user && (await inviteUser(app, channel, user));
    if (refused) uninvited.push(refused);
  }
  // Without an address there is nothing to look for yet: the companion sends it later.
  const unknown = paged.filter((person, index) => person.email && !found[index]);
  return [...uninvited, ...unknown.map(({ name }) => ({ who: escapeText(name, 80), why: NOT_IN_SLACK }))];
}

/** @returns the person where they could not be brought in */
export async function inviteUser(app: App, channel: string, user: string): Promise<Uninvited | undefined> {
  const answer = await mayCall(app.slack, "conversations.invite", { channel, users: user }, ["already_in_channel"]);
  return answer.ok ? undefined : uninvited(user, answer.error);
}

/** Brings many people at once; one who cannot be invited keeps nobody else out. */
export async function inviteUsers(app: App, channel: string, users: readonly string[]): Promise<Uninvited[]> {
  const refused: Uninvited[] = [];
  for (let from = 0; from < users.length; from += MAX_AT_ONCE) {
    const args = { channel, users: users.slice(from, from + MAX_AT_ONCE).join(","), force: true };
    const answer = await mayCall(app.slack, "conversations.invite", args, ["already_in_channel"]);
    const errors = Array.isArray(answer["errors"]) ? answer["errors"].map(recordOf) : [];
    for (const { user, error } of errors) {
      const one = uninvited(textOf(user), textOf(error));
      if (one) refused.push(one);
    }
  }
  return refused;
}

/** Says in one line who could not be brought in and why; nothing where everybody was. */
export async function sayUninvited(app: App, record: IncidentRecord, people: readonly Uninvited[]): Promise<void> {
  if (people.length === 0) return;
  const text = `Could not be brought in here: ${people.map(({ who, why }) => `${who} (${why})`).join(", ")}.`;
  await mayCall(app.slack, "chat.postMessage", { ...whereOf(record), text });
}

const NOT_IN_SLACK = "PagerDuty pages them, but no Slack user has that e-mail address; invite them by hand";
const GUEST = "a guest; a workspace admin has to add them";

const WHY: Readonly<Record<string, string>> = {
  user_is_restricted: GUEST,
  user_is_ultra_restricted: GUEST,
  ura_max_channels: "a guest of one channel; a workspace admin has to change that",
  user_disabled: "deactivated in Slack; PagerDuty should page somebody else",
  user_not_found: "not in this workspace; invite them by hand",
  user_team_not_in_channel: "not in this workspace; invite them by hand",
  restricted_action: "this workspace restricts who may invite; ask an admin",
  missing_scope: "the app may not invite here; invite them by hand",
  cant_invite: "Slack lets no app invite them; invite them by hand",
  ratelimited: "Slack was busy; invite them by hand",
};

/** Errors that say nothing about the person: they are there already, or the channel is out of reach. */
const NOT_ABOUT_THEM = ["already_in_channel", "cant_invite_self", "is_archived", "not_in_channel", "channel_not_found"];

function uninvited(user: string, error = "no reason given"): Uninvited | undefined {
  if (NOT_ABOUT_THEM.includes(error)) return undefined;
  return { who: mention(user), why: WHY[error] ?? `Slack says ${escapeText(error, 60)}; invite them by hand` };
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
