import { expect, test } from "vitest";
import { defaultServiceSettings, resolveServiceSettings, type SettingsRow } from "../../core/service_settings.ts";
import { MINUTE } from "../../core/time.ts";

const DEFAULTS = defaultServiceSettings(30 * MINUTE);
const ROWS: readonly SettingsRow[] = [
  { serviceId: "PSVC1", urgency: "low", settings: { admission: "ignore" } },
  { serviceId: "*", urgency: "*", settings: { escalate: true, laterAlerts: "attach" } },
  { serviceId: "PSVC1", urgency: "*", settings: { window: { kind: "none" }, laterAlerts: "offer" } },
  { serviceId: "*", urgency: "low", settings: { admission: "feed" } },
];

test("without rows the defaults hold: an own channel, a fixed window, later alerts are offered, nobody is escalated to", () => {
  expect(resolveServiceSettings([], "PSVC1", "high", DEFAULTS)).toEqual({
    admission: "channel",
    window: { kind: "fixed", lengthMs: 30 * MINUTE },
    laterAlerts: "offer",
    selfResolved: "ask",
    escalate: false,
    deciders: "everyone",
  });
});

test("the narrowest row wins for each setting by itself", () => {
  expect(resolveServiceSettings(ROWS, "PSVC1", "low", DEFAULTS)).toEqual({
    ...DEFAULTS,
    admission: "ignore",
    window: { kind: "none" },
    laterAlerts: "offer",
    escalate: true,
  });
  expect(resolveServiceSettings(ROWS, "PSVC1", "high", DEFAULTS).admission).toBe("channel");
});

test("rows of another service change nothing", () => {
  expect(resolveServiceSettings(ROWS, "PSVC2", "low", DEFAULTS)).toEqual({
    ...DEFAULTS,
    admission: "feed",
    laterAlerts: "attach",
    escalate: true,
  });
});
