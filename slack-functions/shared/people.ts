import type { Decider, Person } from "../../core/incident.ts";
import { mayCall, recordOf, type Slack, textOf } from "./slack.ts";

/** Who somebody in Slack is, as far as the workspace tells; the id alone where it tells nothing. */
export async function personOf(slack: Slack, userId: string): Promise<Person> {
  const answer = await mayCall(slack, "users.info", { user: userId });
  const user = recordOf(answer["user"]);
  const profile = recordOf(user["profile"]);
  const name = textOf(profile["real_name"]) || textOf(user["real_name"]) || textOf(user["name"]) || userId;
  const email = textOf(profile["email"]);
  return { slackUserId: userId, name, ...(email ? { email } : {}) };
}

/**
 * Whether somebody may decide: full members of this workspace. Guests cannot use workflows of this app, and people of
 * other workspaces (Slack Connect) only look on; a click of theirs is refused with a sentence.
 */
export async function mayDecide(slack: Slack, userId: string, teamId: string): Promise<boolean> {
  const answer = await slack.call("users.info", { user: userId });
  // Somebody whom Slack does not know here is no member. Where users cannot be looked up at all, the person on call is not
  // kept waiting for that.
  if (!answer.ok) return !NOBODY.includes(answer.error ?? "");
  const user = recordOf(answer["user"]);
  if (user["deleted"] === true || user["is_bot"] === true) return false;
  if (user["is_restricted"] === true || user["is_ultra_restricted"] === true || user["is_stranger"] === true)
    return false;
  const home = textOf(user["team_id"]);
  return home === "" || teamId === "" || home === teamId;
}

/** What Slack says of an id that is nobody's here, an empty one included. */
const NOBODY: readonly string[] = ["user_not_found", "user_not_visible", "invalid_arguments"];

/** The Slack user with this e-mail address; undefined where there is none. */
export async function userIdByEmail(slack: Slack, email: string | undefined): Promise<string | undefined> {
  if (!email) return undefined;
  const answer = await mayCall(slack, "users.lookupByEmail", { email }, ["users_not_found"]);
  return answer.ok ? textOf(recordOf(answer["user"])["id"]) || undefined : undefined;
}

/** A Person that was kept as JSON. */
export function parsePerson(text: unknown): Person | undefined {
  if (typeof text !== "string" || text === "") return undefined;
  const value = recordOf(safeJson(text));
  const slackUserId = textOf(value["slackUserId"]);
  if (slackUserId === "") return undefined;
  const email = textOf(value["email"]);
  return { slackUserId, name: textOf(value["name"]) || slackUserId, ...(email ? { email } : {}) };
}

/** A person or a rule, kept as JSON. */
export function parseDecider(text: unknown): Decider | undefined {
  const person = parsePerson(text);
  if (person || typeof text !== "string") return person;
  return recordOf(safeJson(text))["rule"] === "resolved_by_itself" ? { rule: "resolved_by_itself" } : undefined;
}

/** The value of a JSON text; undefined for anything that is none. */
export function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
