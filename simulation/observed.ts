/** The stand-ins' own logs: what an independent witness saw, without a look into the product's records. */
import type { Values } from "../sandbox/slack/state.ts";

export interface Observed {
  /** Webhooks that the companion answered with 202. */
  readonly taken: {
    readonly at: number;
    readonly type: string;
    readonly alertId: string;
    readonly serviceId: string;
  }[];
  /** Steps that Slack accepted as completed. */
  readonly completions: {
    readonly at: number;
    readonly step: string;
    readonly execution: string;
    readonly inputs: Values;
    readonly outputs: Values;
  }[];
  /** What people pressed or submitted and reached somebody with. */
  readonly presses: {
    readonly at: number;
    readonly user: string;
    readonly channel: string;
    readonly action: string;
    /** The incident of the step that it went to, where it went to one. */
    readonly incidentId: string;
    readonly alertId: string;
  }[];
  /** What the companion asked PagerDuty to change and PagerDuty did. */
  readonly orders: {
    readonly at: number;
    readonly alertId: string;
    readonly status: string;
    readonly before: string;
    readonly from: string;
  }[];
  /** Alerts that healed while an acknowledgement of ours was on its way, which opened them again; and whether we heard the answer. */
  readonly crossings: { readonly at: number; readonly alertId: string; isHeard: boolean }[];
  /** When the companion died. */
  readonly deaths: number[];
  /** Where and when messages showed an alert: alert id → channel → first time. */
  readonly shown: Map<string, Map<string, number>>;
  /** The states that each incident's record went through. */
  readonly states: Map<string, { readonly at: number; readonly status: string; readonly decisionId: string }[]>;
  /** Channels that the app made, by the incident in their purpose. */
  readonly channels: Map<string, Set<string>>;
  /** Channels that an incident's record names; several may share one. */
  readonly homes: Map<string, Set<string>>;
  /** Errors of the companion itself, which nothing from outside should bring about. */
  readonly errors: string[];
}

export function createObserved(): Observed {
  return {
    taken: [],
    completions: [],
    presses: [],
    orders: [],
    crossings: [],
    deaths: [],
    shown: new Map(),
    states: new Map(),
    channels: new Map(),
    homes: new Map(),
    errors: [],
  };
}

/** The ids of the alerts whose pages are linked in what a message shows. */
export function alertsIn(blocks: unknown): readonly string[] {
  const text = typeof blocks === "string" ? blocks : (JSON.stringify(blocks) ?? "");
  return [...new Set([...text.matchAll(/\/web\/incidents\/([A-Z0-9]+)/g)].flatMap((match) => match[1] ?? []))];
}

/** The ids in a list that is written as JSON; none where it is no such list. */
export function idsIn(value: unknown): string[] {
  try {
    const ids: unknown = JSON.parse(String(value));
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}
