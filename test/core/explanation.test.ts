import { describe, expect, expectTypeOf, it } from "vitest";
import type { AdmissionVerdict } from "../../core/admission.ts";
import { explain, EXPLAINED_REASONS, type ExplainedFacts, type ExplainedReason } from "../../core/explanation.ts";
import type { LaterAlertRoute } from "../../core/later_alert.ts";
import { pagerdutyReference } from "../../core/pagerduty_reference.ts";
import { MINUTE } from "../../core/time.ts";
import type { TransitionReason } from "../../core/transitions.ts";

const AT = Date.parse("2026-03-02T02:00:00.000Z");
const WINDOW = { windowOpenedAt: AT, windowClosesAt: AT + 30 * MINUTE, windowMs: 30 * MINUTE };
const facts = (rest: Partial<ExplainedFacts> = {}): ExplainedFacts => ({ incident: "#12", ...rest });

/** For each reason a word of what was done, and one of what would have changed it. */
const WORDS: Readonly<Record<ExplainedReason, readonly [RegExp, RegExp]>> = {
  no_window: [/opened incident #12: no window/, /Had the service failed before/],
  window_elapsed: [/last window/, /window of more than|longer window/],
  in_window: [/offered to incident #12/, /would have opened a new incident/],
  incident_closed: [/its incident was closed/, /While that incident was open/],
  attached_by_setting: [/attached to incident #12 without asking/, /Set to ask/],
  kept_separate_before: [/had kept it separate/, /Without that answer/],
  set_aside_before: [/had set it aside/, /Attached instead/],
  debounce_off: [/set to have no window/, /With a window/],
  louder_than_dismissed: [/higher urgency or priority/, /No louder than/],
  dismissed_before: [/was dismissed as incident #12/, /After that window/],
  older_than_window: [/older than its service's window/, /within the window/],
  set_to_feed: [/line in the triage feed, as its service is set/, /With a channel/],
  set_to_ignore: [/Nothing was done/, /With a channel/],
  open_at_first_start: [/started for the first time/, /Raised after/],
  stale_in_slack: [/just been closed in Slack/, /A moment earlier/],
  left_over: [/nobody had answered for it/, /ticked in the form/],
  opened_from_feed: [/from the triage feed/, /a line in the feed/],
  reopened_in_pagerduty: [/PagerDuty opened it again/, /Opened again before that/],
  pagerduty_merge: [/merged in PagerDuty/, /Without the merge/],
  over_before_slack: [/had resolved it before Slack/, /Still open/],
  service_changed: [/stayed with incident #12/, /Raised at that service/],
  resolved_by_itself: [/without anybody's press/, /Set to ask/],
  undelivered: [/could not be reached in Slack/, /Had Slack confirmed/],
  kept_separate: [/kept it separate from incident #12/, /Attached instead/],
  person_attached: [/attached it to incident #12/, /Kept separate instead/],
  person_detached: [/took it off incident #12/, /still be part/],
  person_set_aside: [/set it aside/, /would have been resolved with it/],
  person_created: [/made incident #12 of the triage/, /Dismissed or merged/],
  person_merged: [/#12 part of #13/, /Created instead/],
  person_dismissed: [/dismissed incident #12 \(False alarm\)/, /Created instead/],
  person_resolved: [/resolved incident #12/, /not ticked/],
  person_reopened: [/opened incident #12 again/, /still be resolved/],
  person_undid: [/took back/, /still be closed/],
};

describe("an explanation", () => {
  it("is there for every reason by which an alert is admitted or routed", () => {
    // "keys_needed" is no outcome: the alert is looked at again once its keys are known.
    type Unexplained = Exclude<
      AdmissionVerdict["why"] | LaterAlertRoute["why"] | TransitionReason,
      ExplainedReason | "keys_needed"
    >;
    expectTypeOf<Unexplained>().toBeNever();
  });

  it.each(EXPLAINED_REASONS)("of %s says what was done and what would have changed it", (why) => {
    const told = explain(why, facts({ ...WINDOW, at: AT + 11 * MINUTE, other: "#13", said: "False alarm" }));
    const [did, otherwise] = WORDS[why];
    expect(told.did).toMatch(did);
    expect(told.otherwise).toMatch(otherwise);
    // With nothing written down it is a sentence all the same.
    expect(explain(why, facts()).did).toMatch(/^[A-Z].*\.$/);
    expect(explain(why, facts()).otherwise).toMatch(/^[A-Z].*\.$/);
  });

  it.each([
    [11 * MINUTE + 20_000, "A window of 11 minutes or less would have opened a new incident."],
    [1 * MINUTE, "A window of 1 minute or less would have opened a new incident."],
    [20_000, "Only a service without a window would have opened a new incident for it."],
  ])("of an alert in a window names the longest one that would have made it a new incident: %d ms", (ms, sentence) => {
    expect(explain("in_window", facts({ ...WINDOW, at: AT + ms })).otherwise).toBe(sentence);
  });

  it("of an alert in a rolling window counts from the alert before", () => {
    const rolling = { ...WINDOW, windowClosesAt: AT + 70 * MINUTE, isRolling: true, at: AT + 45 * MINUTE };
    const told = explain("in_window", facts(rolling));
    expect(told.did).toContain("5 minutes after its last alert, inside its window of 30 minutes");
    expect(told.otherwise).toBe("A window of 5 minutes or less would have opened a new incident.");
  });

  it("of an alert in a window goes by that window's own length, whatever the service is set to by then", () => {
    expect(explain("in_window", facts({ ...WINDOW, windowMs: 5 * MINUTE, at: AT + 11 * MINUTE })).did).toContain(
      "inside its window of 30 minutes",
    );
  });

  it("of an alert after the window names the window that would have held it", () => {
    const told = explain("window_elapsed", facts({ ...WINDOW, at: AT + 34 * MINUTE }));
    expect(told.did).toBe("It opened incident #12: the service's last window had closed 4 minutes before.");
    expect(told.otherwise).toContain("A window of more than 34 minutes");
  });

  it("of an alert exactly at the window's end says that it had just closed", () => {
    expect(explain("window_elapsed", facts({ ...WINDOW, at: AT + 30 * MINUTE })).did).toContain("had just closed");
  });

  it("of a service without a window says so instead of naming times", () => {
    for (const why of ["no_window", "window_elapsed"] as const) {
      expect(explain(why, facts({ ...WINDOW, at: AT, hasNoWindow: true })).did).toContain("set to have no window");
    }
  });

  it("of an alert dated before the window does not count backwards", () => {
    expect(explain("in_window", facts({ ...WINDOW, at: AT - MINUTE })).did).toContain("dated before");
  });
});

describe("what names a PagerDuty incident", () => {
  it.each([
    ["https://acme.pagerduty.com/incidents/Q1ABC", { kind: "id", id: "Q1ABC" }],
    ["https://acme.eu.pagerduty.com/incidents/Q1ABC/timeline?x=1#y", { kind: "id", id: "Q1ABC" }],
    ["<https://acme.pagerduty.com/incidents/Q1ABC|the alert>", { kind: "id", id: "Q1ABC" }],
    [" Q1ABC ", { kind: "id", id: "Q1ABC" }],
    ["#142", { kind: "number", number: 142 }],
    ["142", { kind: "number", number: 142 }],
    ["http://acme.pagerduty.com/incidents/Q1ABC", undefined],
    ["https://acme.pagerduty.com/services/Q1ABC", undefined],
    ["https://acme.pagerduty.com/incidents/../secret", undefined],
    ["javascript:alert(1)", undefined],
    ["", undefined],
  ])("%s", (text, expected) => {
    expect(pagerdutyReference(text)).toEqual(expected);
  });
});
