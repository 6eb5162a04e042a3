import { decidersRule, EVERYONE } from "../../core/deciders.ts";
import type { App } from "./app.ts";
import { mayDecide, personOf } from "./people.ts";
import { mayCall, recordOf, textOf } from "./slack.ts";

/**
 * Why somebody may not decide on an incident, as a sentence; undefined where they may. The companion knows the service's
 * setting and who is on call; without it, being a full member is enough.
 */
export async function whyNotDecide(app: App, incidentId: string, userId: string): Promise<string | undefined> {
  if (!(await mayDecide(app.slack, userId, app.teamId))) return NOT_ALLOWED;
  const by = await personOf(app.slack, userId);
  const outcome = await app.companion.call("deciders", { incidentId, by });
  if (!outcome.ok || outcome.answer.group === EVERYONE) return undefined;
  const { group, isOnCall } = outcome.answer;
  const answer = isOnCall ? undefined : await app.slack.call("usergroups.users.list", { usergroup: group });
  const members = answer?.ok && Array.isArray(answer["users"]) ? answer["users"].map(String) : undefined;
  const rule = decidersRule(group, isOnCall, userId, members);
  if (rule.may) return undefined;
  return `For this service only ${await nameOf(app, group)} and whoever is on call decide. Ask one of them to press for you.`;
}

/** A user group as people know it; its id where Slack does not tell. */
async function nameOf(app: App, group: string): Promise<string> {
  const answer = await mayCall(app.slack, "usergroups.list", {});
  const groups = Array.isArray(answer["usergroups"]) ? answer["usergroups"].map(recordOf) : [];
  const handle = textOf(groups.find(({ id }) => id === group)?.["handle"]);
  return /^[\w.-]{1,80}$/.test(handle) ? `@${handle}` : `the user group ${group}`;
}

const NOT_ALLOWED = "Only full members of this workspace can decide. Ask one of them to press for you.";
