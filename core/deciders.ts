/** Who may decide on the incidents of a service: everybody, or the members of one Slack user group and whoever is on call. */

/** The value of the setting that lets every full member decide. */
export const EVERYONE = "everyone";

export type DecidersRule =
  | { readonly may: true; readonly why: "everyone_may" | "is_on_call" | "in_group" | "group_unknown" }
  | { readonly may: false; readonly why: "not_in_group" };

/**
 * Whether somebody may decide. Nobody who is on call is kept waiting: neither by a group nor by a Slack that does not say who
 * is in it.
 * @param group a Slack user group, or "everyone"
 * @param members undefined where Slack did not tell them
 */
export function decidersRule(
  group: string,
  isOnCall: boolean,
  userId: string,
  members: readonly string[] | undefined,
): DecidersRule {
  if (group === EVERYONE) return { may: true, why: "everyone_may" };
  if (isOnCall) return { may: true, why: "is_on_call" };
  if (members === undefined) return { may: true, why: "group_unknown" };
  return members.includes(userId) ? { may: true, why: "in_group" } : { may: false, why: "not_in_group" };
}
