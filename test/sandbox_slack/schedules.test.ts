import { describe, expect, it } from "vitest";
import { type Schedule, TriggerDefinition } from "../../sandbox/slack/app_definition.ts";
import { isDue } from "../../sandbox/slack/schedules.ts";
import { HOUR, toIso } from "../../core/time.ts";

const START = Date.parse("2100-01-01T00:00:00Z");
const schedule = (frequency: Schedule["frequency"]): Schedule => ({
  start_time: toIso(START),
  timezone: "UTC",
  frequency,
});

describe("a schedule", () => {
  it.each([
    ["once, at its start", { type: "once" }, -1, 0, true],
    ["once, not again", { type: "once" }, 0, HOUR, false],
    ["hourly, not before its start", { type: "hourly", repeats_every: 1 }, -2 * HOUR, -1, false],
    ["hourly, at its start", { type: "hourly", repeats_every: 1 }, -1, 0, true],
    ["hourly, an hour later", { type: "hourly", repeats_every: 1 }, 1, HOUR, true],
    ["hourly, not in between", { type: "hourly", repeats_every: 1 }, 0, HOUR - 1, false],
    ["every second hour, not after one", { type: "hourly", repeats_every: 2 }, 0, HOUR, false],
    ["daily, a day later", { type: "daily", repeats_every: 1 }, HOUR, 24 * HOUR, true],
  ] as const)("occurs %s: %j", (_, frequency, from, to, due) => {
    expect(isDue(schedule(frequency), START + from, START + to)).toBe(due);
  });

  it.each([
    ["one in the past", { start_time: "2020-01-01T00:00:00Z", frequency: { type: "hourly" } }],
    ["one that is not carried out here", { start_time: toIso(START), frequency: { type: "weekly" } }],
    ["none", undefined],
  ])("is refused where it is %s", (_, given) => {
    const trigger = { type: "scheduled", name: "x", workflow: "#/workflows/x", ...(given ? { schedule: given } : {}) };
    expect(TriggerDefinition.safeParse(trigger).success).toBe(false);
  });
});
