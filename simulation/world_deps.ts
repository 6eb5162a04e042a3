/** What all parts of the simulated world are given. */
import { findExecution, type Platform } from "../sandbox/slack/platform.ts";
import type { Values } from "../sandbox/slack/state.ts";
import type { Account } from "./account.ts";
import type { Chance } from "./chance.ts";
import type { Observed } from "./observed.ts";
import type { Plant } from "./planted.ts";
import type { Trouble } from "./trouble.ts";
import type { VirtualTime } from "./virtual_time.ts";

export interface WorldDeps {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly trouble: Trouble;
  readonly account: Account;
  readonly observed: Observed;
  readonly plant: Plant;
}

export const COMPANION_URL = "https://companion.example";

export function incidentOf(inputs: Values): string {
  const id = inputs["incident_id"] || inputs["active_incident_id"];
  return typeof id === "string" && id !== "" ? id : "no incident";
}

/** The function of an open or ended step, by its execution. */
export function stepOf(platform: Platform, execution: string): { readonly name: string; readonly inputs: Values } {
  const step = findExecution(platform, execution)?.step;
  return { name: step?.functionId.replace(/^.*\//, "") ?? "", inputs: step?.inputs ?? {} };
}
