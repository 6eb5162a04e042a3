/** What the stand-ins write down of a run, and nothing else: the oracle judges by this alone. */
import type { CompanionRequests, Decision, SignalDelivery, TriageDelivery } from "../core/protocol.ts";
import type { Instant } from "../core/time.ts";
import type { StoredIncident } from "../sandbox/pagerduty/state.ts";
import type { RequestFault } from "./plan.ts";

/** A webhook and what each attempt to deliver it was answered with; 0 where no answer came. */
export interface SentWebhook {
  readonly webhookId: string;
  readonly eventId: string;
  readonly type: string;
  readonly alertId: string;
  readonly firstAt: Instant;
  readonly answers: number[];
  /** When it was first answered with 202. */
  takenAt?: Instant;
}

/** A delivery as it reached Slack. */
export interface ReceivedDelivery {
  readonly at: Instant;
  readonly realAt: number;
  /** The how manieth process of the run sent it. */
  readonly generation: number;
  readonly kind: "triage" | "signal";
  readonly values: TriageDelivery | SignalDelivery;
  /** The deliveries that it carries: its own and those that share it. */
  readonly ids: readonly string[];
  readonly fault: RequestFault | undefined;
  /** Whether Slack took it. */
  readonly isTaken: boolean;
}

/** A request that changes something in PagerDuty, as it was carried out. */
export interface PagerdutyEffect {
  readonly at: Instant;
  readonly alertId: string;
  readonly from: string;
  /** The status that was asked for; undefined for a note. */
  readonly status?: string;
  readonly note?: string;
  /** What else was asked for: no business of ours. */
  readonly other?: string;
  readonly answered: number;
  readonly before: string;
  readonly after: string;
  /** Whoever asked was gone before it was carried out: it may be asked for once more. */
  readonly isOrphan: boolean;
}

/** How something that Slack tells the companion stands. */
export type WishState = "on its way" | "taken" | "refused";

export interface DecisionWish {
  readonly decision: Decision;
  readonly sentAt: Instant;
  state: WishState;
  problem?: string;
  takenAt?: Instant;
  /** Which decision the companion said stands. */
  stands?: string;
}

export interface ResolveWish {
  readonly request: CompanionRequests["resolve"];
  readonly sentAt: Instant;
  state: WishState;
  problem?: string;
}

/** An incident as Slack opened it. */
export interface OpenedIncident {
  readonly id: string;
  readonly number: number;
  readonly serviceId: string;
  readonly openedAt: Instant;
  readonly windowClosesAt: Instant;
  readonly openingAlert: string;
  readonly reopenedFrom: string;
}

/** What Slack last heard of an alert. */
export interface HeardAlert {
  readonly at: Instant;
  readonly status: string;
  /** The incident, or the line of the feed. */
  readonly where: string;
  /** In a message that names a few of many and counts the others. */
  readonly isOneOfMany: boolean;
}

export interface Confirmation {
  readonly deliveryId: string;
  readonly outcome: CompanionRequests["confirm"]["outcome"];
  readonly sentAt: Instant;
  readonly realAt: number;
  readonly isAccepted: boolean;
}

export interface Evidence {
  readonly webhooks: Map<string, SentWebhook>;
  readonly deliveries: ReceivedDelivery[];
  readonly confirmations: Confirmation[];
  readonly effects: PagerdutyEffect[];
  readonly decisions: DecisionWish[];
  readonly resolves: ResolveWish[];
  readonly acknowledges: { readonly incidentId: string; readonly email: string; readonly sentAt: Instant }[];
  readonly opened: Map<string, OpenedIncident>;
  readonly heard: Map<string, HeardAlert>;
  /** How many alerts a message counted, beside those that it named; by what it is about. */
  readonly counted: Map<string, { count: number; readonly named: Set<string> }>;
  /** When processes were killed, and when the database was out of order, by the wall clock. */
  readonly kills: number[];
  readonly databaseTrouble: { readonly from: number; to: number }[];
  /** What went wrong that is no matter of judgement: a process that ended by itself, a request that nobody expected. */
  readonly surprises: string[];
  /** PagerDuty in the end. */
  incidents: readonly StoredIncident[];
  /** What Slack still had to hand over in the end. */
  pending: number;
}

export function createEvidence(): Evidence {
  return {
    webhooks: new Map(),
    deliveries: [],
    confirmations: [],
    effects: [],
    decisions: [],
    resolves: [],
    acknowledges: [],
    opened: new Map(),
    heard: new Map(),
    counted: new Map(),
    kills: [],
    databaseTrouble: [],
    surprises: [],
    incidents: [],
    pending: 0,
  };
}
