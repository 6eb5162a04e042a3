import { describe, expect, it } from "vitest";
import { describeDuration, fromIso, HOUR, MINUTE, SECOND, toIso } from "../../core/time.ts";

describe("a duration in words", () => {
  it.each([
    [-5, "under a minute"],
    [0, "under a minute"],
    [MINUTE - 1, "under a minute"],
    [MINUTE, "1 min"],
    [4 * MINUTE + 59 * SECOND, "4 min"],
    [HOUR - 1, "59 min"],
    [HOUR, "1 h"],
    [80 * MINUTE, "1 h 20 min"],
    [48 * HOUR - 1, "47 h 59 min"],
    [48 * HOUR, "2 days"],
  ])("of %d ms is %s", (ms, words) => {
    expect(describeDuration(ms)).toBe(words);
  });
});

describe("an instant in text", () => {
  it("comes back as it went", () => {
    const at = Date.UTC(2026, 4, 18, 0, 7, 38, 104);
    expect(toIso(at)).toBe("2026-05-18T00:07:38.104Z");
    expect(fromIso(toIso(at))).toBe(at);
  });

  it("is read with PagerDuty's offset and with Sentry's microseconds", () => {
    expect(fromIso("2026-05-18T02:07:38+02:00")).toBe(Date.UTC(2026, 4, 18, 0, 7, 38));
    expect(fromIso("2026-05-18T00:07:38.104000Z")).toBe(Date.UTC(2026, 4, 18, 0, 7, 38, 104));
  });

  it.each([undefined, null, "", "soon", "12", "March 7", "2026-13-45T00:00:00Z"])("is none in %j", (text) => {
    expect(fromIso(text)).toBeUndefined();
  });
});
