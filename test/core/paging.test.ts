import { describe, expect, it } from "vitest";
import { acknowledgeRule, actorFor } from "../../core/paging.ts";

const dana = { pagerdutyUserId: "PDANA01", name: "Dana Ortiz", email: "Dana@Example.com" };
const lena = { pagerdutyUserId: "PLENA01", name: "Lena Fischer", email: "lena@example.com" };
const nameless = { pagerdutyUserId: "PX", name: "No address" };

describe("whether a press acknowledges the page", () => {
  it("does when the presser is the assignee, whatever the case of the letters", () => {
    expect(acknowledgeRule(" dana@example.COM ", "triggered", [lena, dana])).toEqual({
      acknowledge: true,
      why: "presser_is_assignee",
      as: dana,
    });
  });

  it.each([
    ["somebody else presses", "ravi@example.com", "triggered", [dana], "presser_is_not_assignee"],
    [
      "an address only contains the assignee's",
      "joana@example.com",
      "triggered",
      [{ ...dana, email: "ana@example.com" }],
      "presser_is_not_assignee",
    ],
    ["the presser's address is hidden", undefined, "triggered", [dana, nameless], "presser_is_not_assignee"],
    [
      "the presser's address is empty and so is the assignee's",
      " ",
      "triggered",
      [{ ...nameless, email: "" }],
      "presser_is_not_assignee",
    ],
    ["nobody is paged", "dana@example.com", "triggered", [], "nobody_paged"],
    ["it is acknowledged already", "dana@example.com", "acknowledged", [dana], "already_acknowledged"],
    ["it is resolved, since that would reopen it", "dana@example.com", "resolved", [dana], "already_resolved"],
  ] as const)("does not when %s", (_, email, status, assignees, why) => {
    expect(acknowledgeRule(email, status, assignees)).toEqual({ acknowledge: false, why });
  });
});

describe("in whose name PagerDuty is told", () => {
  const map = new Map([["U0DANA", "d.ortiz@pages.example.com"]]);
  const fallback = "triage@example.com";

  it.each([
    [
      "the mapped address",
      { slackUserId: "U0DANA", name: "Dana", email: "dana@example.com" },
      { email: "d.ortiz@pages.example.com", why: "mapped" },
    ],
    [
      "the person's own address, in lower case",
      { slackUserId: "U0RAVI", name: "Ravi", email: " Ravi@Example.com " },
      { email: "ravi@example.com", why: "own_address" },
    ],
    [
      "the fallback where the address is hidden",
      { slackUserId: "U0RAVI", name: "Ravi" },
      { email: fallback, why: "fallback" },
    ],
    [
      "the fallback where the address is empty",
      { slackUserId: "U0RAVI", name: "Ravi", email: "  " },
      { email: fallback, why: "fallback" },
    ],
    [
      "the fallback where a header cannot hold the address",
      { slackUserId: "U0RAVI", name: "Ravi", email: "иван@example.com" },
      { email: fallback, why: "fallback" },
    ],
    [
      "the fallback where the address would end the header",
      { slackUserId: "U0RAVI", name: "Ravi", email: "ravi@example.com\r\nx: y" },
      { email: fallback, why: "fallback" },
    ],
  ] as const)("is %s", (_, person, actor) => {
    expect(actorFor(person, map, fallback)).toEqual(actor);
  });
});
