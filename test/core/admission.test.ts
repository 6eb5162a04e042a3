import { describe, expect, it } from "vitest";
import { admit, type Arrival, type Dismissal, type ServiceState } from "../../core/admission.ts";
import { defaultServiceSettings, type ServiceSettings } from "../../core/service_settings.ts";
import { MINUTE } from "../../core/time.ts";

const AT = Date.parse("2026-03-02T02:00:00Z");
const WINDOW = { incidentId: "I1", openedAt: AT, closesAt: AT + 30 * MINUTE };
const DISMISSAL: Dismissal = {
  incidentId: "I0",
  number: "7",
  dismissedBy: "Ann Lee",
  until: AT + 30 * MINUTE,
  keys: ["k1", "k2"],
  sentry: ["sentry_issue:s1"],
  level: { urgency: "low", priority: "P3" },
};

function arrival(patch: Partial<Arrival> = {}): Arrival {
  return { level: { urgency: "low" }, identity: { keys: [], sentry: [] }, at: AT, now: AT, ...patch };
}
function service(settings: Partial<ServiceSettings> = {}, patch: Partial<ServiceState> = {}): ServiceState {
  const all = { ...defaultServiceSettings(30 * MINUTE), ...settings };
  return { settings: all, window: undefined, isHolderOpen: false, dismissals: [], ...patch };
}
const held = { window: WINDOW, isHolderOpen: true };
const verdict = (one: Arrival, state: ServiceState) => {
  const { action, why } = admit(one, state);
  return `${action} ${why}`;
};

describe("an alert of no incident", () => {
  it.each([
    ["without a window opens", service(), "open no_window"],
    ["in an open incident's window joins", service({}, held), "join in_window"],
    ["in a closed incident's window opens", service({}, { window: WINDOW }), "open incident_closed"],
    ["without debounce opens whatever is open", service({ window: { kind: "none" } }, held), "open debounce_off"],
    ["of a service that is set to the feed gets a line", service({ admission: "feed" }), "feed set_to_feed"],
    ["set to the feed still joins an open incident", service({ admission: "feed" }, held), "join in_window"],
    ["of a service that is ignored is ignored", service({ admission: "ignore" }, held), "ignore set_to_ignore"],
    [
      "that is ignored is not even compared with what was dismissed",
      service({ admission: "ignore" }, { dismissals: [DISMISSAL] }),
      "ignore set_to_ignore",
    ],
  ])("%s", (_, state, expected) => expect(verdict(arrival(), state)).toBe(expected));

  it.each([
    ["1 ms before the window's end", 30 * MINUTE - 1, "join in_window"],
    ["at the window's end", 30 * MINUTE, "open window_elapsed"],
    ["1 ms after the window's end", 30 * MINUTE + 1, "open window_elapsed"],
    ["dated before the window began", -1, "join in_window"],
  ])("%s", (_, later, expected) => {
    expect(verdict(arrival({ at: AT + later, now: AT + Math.max(0, later) }), service({}, held))).toBe(expected);
  });

  it.each([
    ["1 ms younger than its window opens", 30 * MINUTE - 1, "open no_window"],
    ["as old as its window goes to the backlog", 30 * MINUTE, "backlog older_than_window"],
  ])("that is %s", (_, age, expected) => {
    expect(verdict(arrival({ now: AT + age }), service())).toBe(expected);
    expect(verdict(arrival({ now: AT + age }), service({ window: { kind: "none" } }))).toBe(
      expected.replace("no_window", "debounce_off"),
    );
    const rolling = { kind: "rolling", lengthMs: 30 * MINUTE, maxAgeMs: 240 * MINUTE } as const;
    expect(verdict(arrival({ now: AT + age }), service({ window: rolling }))).toBe(expected);
  });

  it("that is old joins the incident whose window covers it, which opens no channel either", () => {
    const old = arrival({ at: AT - 90 * MINUTE, now: AT + MINUTE });
    expect(verdict(old, service({}, held))).toBe("join in_window");
  });
});

describe("an alert after a dismiss", () => {
  const state = service({}, { dismissals: [DISMISSAL] });
  const known = (keys: readonly string[] | undefined, sentry: readonly string[] = []) =>
    arrival({ identity: { keys, sentry } });

  it.each([
    ["with a dismissed key makes a line", known(["k1"]), "suppress dismissed_before"],
    ["with the dismissed Sentry issue makes a line", known(["k9"], ["sentry_issue:s1"]), "suppress dismissed_before"],
    [
      "with the dismissed Sentry issue needs no keys",
      known(undefined, ["sentry_issue:s1"]),
      "suppress dismissed_before",
    ],
    ["with another key opens", known(["k9"]), "open no_window"],
    ["that groups a dismissed key with a new one opens", known(["k1", "k9"]), "open no_window"],
    ["without any key opens", known([]), "open no_window"],
    ["whose keys are not known waits for them", known(undefined), "hold keys_needed"],
    ["with another Sentry issue still waits for its keys", known(undefined, ["sentry_issue:s2"]), "hold keys_needed"],
  ])("%s", (_, one, expected) => expect(verdict(one, state)).toBe(expected));

  it("waits for no keys where none were dismissed", () => {
    expect(verdict(known(undefined), service({}, { dismissals: [{ ...DISMISSAL, keys: [] }] }))).toBe("open no_window");
  });

  it("is a line even while another failure of the service is open", () => {
    expect(verdict(known(["k1"]), service({}, { ...held, dismissals: [DISMISSAL] }))).toBe("suppress dismissed_before");
  });

  it.each([
    ["1 ms before the memory ends", 30 * MINUTE - 1, "suppress dismissed_before"],
    ["when the memory ends", 30 * MINUTE, "open no_window"],
  ])("%s", (_, later, expected) => {
    const one = arrival({ identity: { keys: ["k1"], sentry: [] }, at: AT + later, now: AT + later });
    expect(verdict(one, state)).toBe(expected);
  });

  it.each([
    [{ urgency: "high" }, "open_again louder_than_dismissed"],
    [{ urgency: "low", priority: "P2" }, "open_again louder_than_dismissed"],
    [{ urgency: "low", priority: "SEV-1" }, "open_again louder_than_dismissed"],
    [{ urgency: "low", priority: "P3" }, "suppress dismissed_before"],
    [{ urgency: "low", priority: "P4" }, "suppress dismissed_before"],
    [{ urgency: "low", priority: "Critical" }, "suppress dismissed_before"],
    [{ urgency: "low" }, "suppress dismissed_before"],
  ] as const)("at %j, where low and P3 was dismissed: %s", (level, expected) => {
    expect(verdict({ ...known(["k1"]), level }, state)).toBe(expected);
  });
});
