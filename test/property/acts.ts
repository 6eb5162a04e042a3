/** What can happen to a triage, as values that fast-check can draw, shrink and print. */
import fc from "fast-check";
import { REOPEN_CHOICES, type ReopenChoice } from "../../core/protocol.ts";

/** Numbers named `…Pick` choose among what is there at that moment, whatever its size. */
export type Act =
  /** PagerDuty raises an alert; `lateMs` passed before its webhook arrives. */
  | { readonly act: "alert"; readonly service: number; readonly urgency: "high" | "low"; readonly lateMs: number }
  /** Something happens to an alert in PagerDuty. `held` webhooks arrive later, in any order. */
  | {
      readonly act: "news";
      readonly alertPick: number;
      readonly type: News;
      readonly delivery: "now" | "twice" | "held";
    }
  | { readonly act: "held_webhook"; readonly pick: number }
  | { readonly act: "old_webhook"; readonly pick: number }
  /** A question is answered; an incident may have been asked about twice. */
  | {
      readonly act: "decide";
      readonly incidentPick: number;
      readonly decision: "create" | "merge" | "dismiss";
      readonly targetPick: number;
      readonly person: number;
      readonly question: number;
      readonly phase: "decided" | "applied";
    }
  /** A decision that was sent before comes again. */
  | { readonly act: "decide_again"; readonly pick: number; readonly phase: "decided" | "applied" }
  | {
      readonly act: "answer";
      readonly alertPick: number;
      readonly answer: "attach" | "keep_separate";
      readonly person: number;
    }
  /** The form shows the alerts of the moment; bit n of `ticks` ticks the n-th, bit n of `hides` is one that came later. */
  | {
      readonly act: "resolve";
      readonly incidentPick: number;
      readonly ticks: number;
      readonly hides: number;
      readonly person: number;
    }
  | { readonly act: "resolve_again"; readonly pick: number }
  /** A closing is taken back; of a triage the answer to this question, which is still on its way. */
  | {
      readonly act: "undo";
      readonly incidentPick: number;
      readonly person: number;
      readonly question: number;
      readonly inPagerduty: ReopenChoice;
    }
  | { readonly act: "undo_again"; readonly pick: number }
  | { readonly act: "acknowledge"; readonly incidentPick: number; readonly person: number }
  | { readonly act: "start_by_hand"; readonly service: number; readonly person: number; readonly again: boolean }
  /** Slack confirms a delivery. */
  | { readonly act: "confirm"; readonly deliveryPick: number; readonly stale: boolean }
  | {
      readonly act: "settings";
      readonly service: number;
      readonly minutes: number;
      readonly kind: "fixed" | "rolling" | "none";
    }
  | { readonly act: "wait"; readonly minutes: number };

const NEWS = ["acknowledged", "unacknowledged", "resolved", "escalated", "reassigned"] as const;
export type News = (typeof NEWS)[number];

const pick = fc.nat(30);
const person = fc.nat(2);
const service = fc.nat(2);
/** After an undo an incident is asked about anew. */
const question = fc.nat(3);
const phase = fc.constantFrom("decided" as const, "applied" as const);

const alert = fc.record({
  act: fc.constant("alert" as const),
  service,
  urgency: fc.constantFrom("high" as const, "low" as const),
  lateMs: fc.oneof(fc.constant(0), fc.nat(3 * 60_000), fc.nat(60 * 60_000)),
});
const decide = fc.record({
  act: fc.constant("decide" as const),
  incidentPick: pick,
  decision: fc.constantFrom("create" as const, "merge" as const, "dismiss" as const),
  targetPick: pick,
  person,
  question,
  phase,
});

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: alert },
  { weight: 5, arbitrary: decide },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("news" as const),
      alertPick: pick,
      type: fc.constantFrom(...NEWS),
      delivery: fc.constantFrom("now" as const, "twice" as const, "held" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("held_webhook" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("old_webhook" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("decide_again" as const), pick, phase }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("answer" as const),
      alertPick: pick,
      answer: fc.constantFrom("attach" as const, "keep_separate" as const),
      person,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("resolve" as const),
      incidentPick: pick,
      ticks: fc.nat(15),
      hides: fc.nat(15),
      person,
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("resolve_again" as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("undo" as const),
      incidentPick: pick,
      person,
      question,
      inPagerduty: fc.constantFrom(...REOPEN_CHOICES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("undo_again" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("acknowledge" as const), incidentPick: pick, person }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("start_by_hand" as const), service, person, again: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("confirm" as const), deliveryPick: pick, stale: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("settings" as const),
      service,
      minutes: fc.integer({ min: 1, max: 90 }),
      kind: fc.constantFrom("fixed" as const, "rolling" as const, "none" as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("wait" as const), minutes: fc.nat(40) }) },
);

/** A day of somebody's service. */
export const acts = fc.array(act, { minLength: 1, maxLength: 60, size: "max" });
