import { describe, expect, it } from "vitest";
import { alertTime, DEFAULT_WINDOW_MS, routeAlert } from "../../core/debounce.ts";

const openedAt = Date.UTC(2026, 4, 18, 2, 0);
const window = { incidentId: "in_1", openedAt, closesAt: openedAt + DEFAULT_WINDOW_MS };
const joins = { action: "join", incidentId: "in_1", why: "in_window" };
const opens = { action: "open", why: "window_elapsed" };

describe("the debounce window", () => {
  it("is 30 minutes unless set otherwise", () => {
    expect(DEFAULT_WINDOW_MS).toBe(1_800_000);
  });

  it("opens an incident where there is none", () => {
    expect(routeAlert(undefined, openedAt)).toEqual({ action: "open", why: "no_window" });
  });

  it.each([
    ["a day before it opened (late delivery)", openedAt - 86_400_000, joins],
    ["at the moment it opened", openedAt, joins],
    ["1 ms before its end", window.closesAt - 1, joins],
    ["exactly at its end", window.closesAt, opens],
    ["1 ms after its end", window.closesAt + 1, opens],
  ])("an alert %s", (_, at, route) => {
    expect(routeAlert(window, at)).toEqual(route);
  });

  it("of no length holds nothing, not even an alert of the same moment", () => {
    expect(routeAlert({ ...window, closesAt: openedAt }, openedAt)).toEqual(opens);
  });
});

describe("the time of an alert", () => {
  it.each([
    ["when it happened, if it came late", 1_000, 9_000, 1_000],
    ["when it came, if the sender's clock is ahead", 9_000, 1_000, 1_000],
    ["when it came, if nobody says when it happened", undefined, 1_000, 1_000],
    ["either, if they are the same", 1_000, 1_000, 1_000],
  ])("is %s", (_, occurredAt, receivedAt, expected) => {
    expect(alertTime(occurredAt, receivedAt)).toBe(expected);
  });
});
