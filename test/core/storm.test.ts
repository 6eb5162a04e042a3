import { describe, expect, it } from "vitest";
import {
  CHANNELS_A_MINUTE,
  judgeStorm,
  type Opening,
  isCrowded,
  STORM_QUIET_MS,
  stormEndsAt,
} from "../../core/storm.ts";
import { MINUTE, SECOND } from "../../core/time.ts";

const NOW = Date.parse("2026-03-02T02:30:00Z");
const SETTINGS = { services: 5, withinMs: 5 * MINUTE };

/** One opening for each of these ages. */
function openings(agesMs: readonly number[], serviceOf = (index: number) => `S${index}`): Opening[] {
  return agesMs.map((age, index) => ({ serviceId: serviceOf(index), at: NOW - age, hasOwnChannel: true }));
}

describe("a storm", () => {
  it("is declared by the sixth service within five minutes, and tells since when", () => {
    const five = [0, 1, 2, 3, 4].map((minutes) => minutes * MINUTE);
    expect(judgeStorm(openings(five), NOW, SETTINGS, false)).toEqual({ verdict: "calm", why: "few_services" });
    expect(judgeStorm(openings([...five, 5 * MINUTE - 1]), NOW, SETTINGS, false)).toEqual({
      verdict: "declare",
      why: "many_services",
      since: NOW - 5 * MINUTE + 1,
    });
  });

  it("counts an opening exactly five minutes old no more", () => {
    const ages = [0, 1, 2, 3, 4].map((minutes) => minutes * MINUTE);
    expect(judgeStorm(openings([...ages, 5 * MINUTE]), NOW, SETTINGS, false).verdict).toBe("calm");
  });

  it("is not made by one service alone that opens again and again", () => {
    const ages = Array.from({ length: CHANNELS_A_MINUTE }, (_, index) => index * SECOND);
    expect(
      judgeStorm(
        openings(ages, () => "S1"),
        NOW,
        SETTINGS,
        false,
      ).verdict,
    ).toBe("calm");
  });

  it("is declared when Slack's limits are near, whatever opens all those channels", () => {
    const ages = Array.from({ length: CHANNELS_A_MINUTE + 1 }, (_, index) => index * SECOND);
    expect(
      judgeStorm(
        openings(ages, () => "S1"),
        NOW,
        SETTINGS,
        false,
      ),
    ).toMatchObject({
      verdict: "declare",
      why: "slack_limits_near",
    });
    const inThreads = openings(ages, () => "S1").map((opening) => ({ ...opening, hasOwnChannel: false }));
    expect(judgeStorm(inThreads, NOW, SETTINGS, false).verdict).toBe("calm");
  });

  it("goes on for whatever opens while it is on", () => {
    expect(judgeStorm([], NOW, SETTINGS, true)).toEqual({ verdict: "in_storm", why: "storm_goes_on" });
  });

  it("keeps to the configured number of services and minutes", () => {
    const settings = { services: 1, withinMs: MINUTE };
    expect(judgeStorm(openings([0, MINUTE]), NOW, settings, false).verdict).toBe("calm");
    expect(judgeStorm(openings([0, MINUTE - 1]), NOW, settings, false).verdict).toBe("declare");
  });
});

describe("the end of a storm", () => {
  const lastAges = (count: number) => Array.from({ length: count }, (_, index) => (index + 1) * MINUTE);

  it("comes ten minutes after the last time that five services failed within ten minutes", () => {
    expect(stormEndsAt(openings(lastAges(5)), NOW, SETTINGS)).toBe(NOW - 5 * MINUTE + STORM_QUIET_MS);
    expect(stormEndsAt(openings(lastAges(8)), NOW, SETTINGS)).toBe(NOW - 5 * MINUTE + STORM_QUIET_MS);
  });

  it("is now when fewer services than the threshold failed in the last ten minutes", () => {
    expect(stormEndsAt(openings(lastAges(4)), NOW, SETTINGS)).toBe(NOW);
    const atTheEdge = [...lastAges(4), STORM_QUIET_MS];
    expect(stormEndsAt(openings(atTheEdge), NOW, SETTINGS)).toBe(NOW);
    expect(stormEndsAt(openings([...lastAges(4), STORM_QUIET_MS - 1]), NOW, SETTINGS)).toBe(NOW + 1);
  });

  it("counts a service once, by its last failure", () => {
    const again = openings(
      [1, 2, 3, 4, 5, 6].map((minutes) => minutes * MINUTE),
      (index) => `S${index % 2}`,
    );
    expect(stormEndsAt(again, NOW, SETTINGS)).toBe(NOW);
  });

  it("waits while a few services go on opening more than Slack bears", () => {
    const many = openings(
      Array.from({ length: CHANNELS_A_MINUTE }, (_, index) => (index + 1) * SECOND),
      () => "S1",
    );
    expect(stormEndsAt(many, NOW, SETTINGS)).toBe(NOW - CHANNELS_A_MINUTE * SECOND + STORM_QUIET_MS);
    expect(stormEndsAt(many.slice(1), NOW, SETTINGS)).toBe(NOW);
  });

  it("leaves no storm that would be declared again at once", () => {
    // Whatever four services did within ten minutes makes no storm by itself.
    const quiet = openings(lastAges(4));
    expect(stormEndsAt(quiet, NOW, SETTINGS)).toBe(NOW);
    expect(judgeStorm(quiet, NOW, SETTINGS, false).verdict).toBe("calm");
  });
});

describe("triages of a storm", () => {
  it("share a delivery when more than ten wait, or more opened within a minute than Slack bears one by one", () => {
    expect(isCrowded(10, CHANNELS_A_MINUTE)).toBe(false);
    expect(isCrowded(11, 0)).toBe(true);
    expect(isCrowded(0, CHANNELS_A_MINUTE + 1)).toBe(true);
  });
});
