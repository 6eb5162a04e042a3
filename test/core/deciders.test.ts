import { expect, it } from "vitest";
import { decidersRule } from "../../core/deciders.ts";

it.each([
  ["everyone may where no group is named", "everyone", false, undefined, true, "everyone_may"],
  ["members of the group may", "S01", false, ["U1"], true, "in_group"],
  ["others may not", "S01", false, ["U2"], false, "not_in_group"],
  ["nobody may of an empty group", "S01", false, [], false, "not_in_group"],
  ["whoever is on call may, member or not", "S01", true, ["U2"], true, "is_on_call"],
  ["nobody is kept waiting where Slack does not tell the members", "S01", false, undefined, true, "group_unknown"],
] as const)("%s", (_, group, isOnCall, members, may, why) => {
  expect(decidersRule(group, isOnCall, "U1", members)).toEqual({ may, why });
});
