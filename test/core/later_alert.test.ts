import { describe, expect, it } from "vitest";
import { compareLevels, type Level, louderOf, routeLaterAlert, tellAt } from "../../core/later_alert.ts";

const AT = Date.parse("2026-03-02T02:00:00.000Z");

describe("where an alert in an open incident's window goes", () => {
  it.each([
    ["one that is new is offered", undefined, "offer", { action: "offer", why: "in_window" }],
    [
      "one that is new is attached where the service says so",
      undefined,
      "attach",
      { action: "attach", why: "attached_by_setting" },
    ],
    [
      "one that was kept separate goes its own way",
      "separate",
      "offer",
      { action: "own_triage", why: "kept_separate_before" },
    ],
    ["one that was set aside does too", "set_aside", "offer", { action: "own_triage", why: "set_aside_before" }],
    [
      "a person's word goes before the service's setting",
      "separate",
      "attach",
      { action: "own_triage", why: "kept_separate_before" },
    ],
  ] as const)("%s", (_, before, setting, expected) => {
    expect(routeLaterAlert(before, setting)).toEqual(expected);
  });
});

describe("whether a later alert rings", () => {
  const high = (priority?: string): Level =>
    priority === undefined ? { urgency: "high" } : { urgency: "high", priority };
  const low: Level = { urgency: "low" };
  it.each([
    ["high urgency after low", low, high(), { rises: true, why: "more_urgent" }],
    ["low urgency after high", high(), low, { rises: false, why: "not_higher" }],
    ["the same again", high("P2"), high("P2"), { rises: false, why: "not_higher" }],
    ["a higher priority", high("P2"), high("P1"), { rises: true, why: "higher_priority" }],
    ["a lower priority", high("P1"), high("P2"), { rises: false, why: "not_higher" }],
    ["a priority after none", high(), high("P3"), { rises: true, why: "higher_priority" }],
    ["no priority after one", high("P3"), high(), { rises: false, why: "not_higher" }],
    ["other words with numbers", high("SEV-3"), high("sev 2"), { rises: true, why: "higher_priority" }],
    ["a name without a number", high("P2"), high("Critical"), { rises: false, why: "not_comparable" }],
    ["a number after a name without one", high("Critical"), high("P1"), { rises: false, why: "not_comparable" }],
  ] as const)("%s", (_, before, alert, expected) => {
    expect(compareLevels(before, alert)).toEqual(expected);
    // Counted in, the same alert never rings a second time.
    expect(compareLevels(louderOf(before, alert), alert).rises).toBe(false);
  });

  it("stays at the loudest that was seen, in urgency and in priority apart", () => {
    expect(louderOf({ urgency: "low", priority: "P1" }, { urgency: "high", priority: "P4" })).toEqual({
      urgency: "high",
      priority: "P1",
    });
  });
});

describe("when people are told of later alerts", () => {
  it.each([
    ["at once where they never were", 0, AT, false, AT],
    ["at the end of the interval where they were a moment ago", AT - 1_000, AT, false, AT + 9_000],
    ["at once when the interval is over", AT - 10_000, AT, false, AT],
    ["at once of a rise", AT - 1_000, AT, true, AT],
    ["at once where the clock was set back", AT + 60_000, AT, false, AT],
  ])("%s", (_, toldAt, now, isRise, expected) => {
    expect(tellAt(toldAt, now, isRise)).toBe(expected);
  });
});
