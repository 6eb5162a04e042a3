import { describe, expect, it } from "vitest";
import { escalationRule } from "../../core/escalation.ts";
import { pagesAnew } from "../../core/paging_news.ts";
import { nextReminder, type ReminderState, REMINDERS_MAX } from "../../core/reminders.ts";
import { HOUR, MINUTE } from "../../core/time.ts";

describe("the reminders of an undecided triage", () => {
  it("come after 5, 10 and 15 minutes and then hourly, up to a cap", () => {
    const due: number[] = [];
    let state: ReminderState = { since: 0, count: 0 };
    for (let next = nextReminder(state); next; next = nextReminder(state)) {
      due.push(next.dueAt);
      state = { ...state, count: next.number, lastAt: next.dueAt };
    }
    expect(due.slice(0, 5)).toEqual([5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 75 * MINUTE, 135 * MINUTE]);
    expect(due).toHaveLength(REMINDERS_MAX);
    expect(due.at(-1)).toBe(15 * MINUTE + (REMINDERS_MAX - 3) * HOUR);
  });

  it("go to the on-call engineer the second time and to PagerDuty the third", () => {
    const what = [0, 1, 2, 3].map((count) => nextReminder({ since: 0, count }));
    expect(what.map((next) => next?.direct)).toEqual([false, true, false, false]);
    expect(what.map((next) => next?.escalates)).toEqual([false, false, true, false]);
  });

  it("leave half an hour to whoever acknowledged or wrote, and then keep their distance", () => {
    const put = nextReminder({ since: 0, count: 0, activityAt: 4 * MINUTE });
    expect(put?.dueAt).toBe(34 * MINUTE);
    expect(nextReminder({ since: 0, count: 1, lastAt: 34 * MINUTE, activityAt: 4 * MINUTE })?.dueAt).toBe(39 * MINUTE);
  });

  it("never come in a heap after a time without anybody who could give them", () => {
    expect(nextReminder({ since: 0, count: 1, lastAt: 3 * HOUR })?.dueAt).toBe(3 * HOUR + 5 * MINUTE);
  });

  it("wait for the end of a snooze", () => {
    expect(nextReminder({ since: 0, count: 0, snoozedUntil: HOUR })?.dueAt).toBe(HOUR);
    expect(nextReminder({ since: 0, count: 3, lastAt: HOUR, snoozedUntil: HOUR })?.dueAt).toBe(2 * HOUR);
  });
});

describe("the escalation in PagerDuty", () => {
  const onCall = [
    { pagerdutyUserId: "PANN", level: 1 },
    { pagerdutyUserId: "PBEN", level: 2 },
  ];

  it("pages the level above the one that is paged", () => {
    expect(escalationRule("triggered", ["PANN"], ["PANN"], onCall)).toEqual({
      escalate: true,
      level: 2,
      why: "nobody_answered",
    });
  });

  it("begins with the first level where whoever has it is on none", () => {
    expect(escalationRule("triggered", ["PEVE"], ["PEVE"], onCall)).toMatchObject({ escalate: true, level: 1 });
  });

  it.each([
    ["resolved", ["PANN"], "already_resolved"],
    ["acknowledged", ["PANN"], "already_acknowledged"],
    ["triggered", ["PBEN"], "paged_anew_meanwhile"],
  ] as const)("is left alone when it is %s with %s (%s)", (status, assigned, why) => {
    expect(escalationRule(status, assigned, ["PANN"], onCall)).toEqual({ escalate: false, why });
  });

  it("says that the last level has none above it", () => {
    expect(escalationRule("triggered", ["PBEN"], ["PBEN"], onCall)).toEqual({
      escalate: false,
      why: "no_further_level",
    });
  });
});

describe("news that page somebody anew", () => {
  const ann = { pagerdutyUserId: "PANN", name: "Ann" };
  const ben = { pagerdutyUserId: "PBEN", name: "Ben" };
  const open = { status: "triggered", paged: [ann], urgency: "high", priority: "P2" } as const;

  it.each([
    [{ ...open, status: "resolved" }, open, "reopened_in_pagerduty"],
    [{ ...open, status: "acknowledged" }, open, "acknowledgement_over"],
    [open, { ...open, paged: [ann, ben] }, "somebody_newly_paged"],
    [{ ...open, urgency: "low" }, open, "more_urgent"],
    [open, { ...open, priority: "P1" }, "higher_priority"],
    [{ ...open, priority: undefined }, open, "higher_priority"],
    [open, { ...open, priority: "P10" }, undefined],
    [open, { ...open, paged: [] }, undefined],
    [open, { ...open, status: "acknowledged", paged: [ann, ben] }, undefined],
    [open, open, undefined],
  ] as const)("%o to %o: %s", (before, after, why) => {
    expect(pagesAnew(before, after)).toBe(why);
  });
});
