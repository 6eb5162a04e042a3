/** Judges a run by the stand-ins' logs alone. */
import type { Evidence } from "./evidence.ts";
import { alertProblems } from "./oracle_alerts.ts";
import { deliveryProblems, windowProblems } from "./oracle_slack.ts";
import { effectProblems, wishProblems } from "./oracle_wishes.ts";

/** What was wrong, in sentences; empty for a good run. */
export function judge(evidence: Evidence): readonly string[] {
  return [
    ...evidence.surprises,
    ...alertProblems(evidence),
    ...windowProblems(evidence),
    ...deliveryProblems(evidence),
    ...wishProblems(evidence),
    ...effectProblems(evidence),
  ];
}
