/**
 * What travels between the companion and the Slack app.
 *
 * Companion → Slack goes through webhook triggers, whose inputs are flat strings of at most 4,000 bytes: every key is
 * sent every time, structured values are JSON text. Slack → companion goes through signed HTTP requests with JSON bodies.
 * Either may come twice, late and out of order: a delivery is recognised by `delivery_id`, and one with a `sequence` not
 * above the last applied one of its incident changes nothing.
 */
import type { Alert } from "./alert.ts";
import type { FeedLineData } from "./feed_line.ts";
import type { Decider, DismissReason, Person, Rule } from "./incident.ts";
import type { Explanation } from "./explanation.ts";
import type { RiseReason } from "./later_alert.ts";
import type { Instant } from "./time.ts";

/** Inputs of the triage trigger: one delivery opens one triage. */
export interface TriageDelivery {
  readonly delivery_id: string;
  readonly sequence: string;
  readonly incident_id: string;
  readonly number: string;
  readonly title: string;
  readonly service_id: string;
  readonly service_name: string;
  /** ISO 8601. */
  readonly opened_at: string;
  /** ISO 8601: when the debounce window closes. */
  readonly window_closes_at: string;
  /** JSON of {@link Alert}: the alert that opened it. */
  readonly alert: string;
  /** The closed incident whose alert PagerDuty reopened; empty for every other triage. */
  readonly reopened_from: string;
  /**
   * "yes" where the alert is over by now, and an earlier attempt may have reached Slack without a confirmation: what is
   * there is gone on with, and where nothing is nothing is opened, which the confirmation "stale" tells. Else empty.
   */
  readonly if_known: string;
  /** JSON of {@link StormShare} where the triage belongs to a storm and gets no channel of its own; else empty. */
  readonly storm: string;
}

/** A storm as a triage delivery names it. */
export interface StormShare {
  readonly id: string;
  /** As people call it; the umbrella channel is named after it. */
  readonly number: string;
  /** When its first service failed. */
  readonly since: Instant;
  /** How many services failed since. */
  readonly services: number;
  /** The umbrella channel; empty until Slack told which it is. */
  readonly channelId: string;
  readonly channelName: string;
  /** Whether it is a line among others instead of a card with a thread. */
  readonly asLine: boolean;
  /** Further triages of the storm that share this delivery and its message; each has its own confirmation. */
  readonly also: readonly SharedTriage[];
}

/** A triage that shares the delivery of another; its alert carries only what fits. */
export type SharedTriage = Omit<TriageDelivery, "storm" | "if_known">;

export const SIGNAL_KINDS = [
  "later_alert",
  "alert_changed",
  "alert_moved",
  "reminder_due",
  "apply_decision",
  "decision_refused",
  "carry_on",
  "archive_due",
  "decorate",
  "storm",
  "storm_reminder",
  "sync",
  "feed_line",
] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];

/** After these nothing is offered and nothing asked, so that they go through a workflow of one step. */
export const PLAIN_SIGNALS: readonly SignalKind[] = [
  "alert_changed",
  "alert_moved",
  "archive_due",
  "decorate",
  "storm",
  "storm_reminder",
  "sync",
  "feed_line",
];

/** Inputs of the signal trigger: everything that happens to a triage after it was opened. */
export interface SignalDelivery {
  readonly delivery_id: string;
  readonly sequence: string;
  readonly kind: SignalKind;
  /** Empty for `sync`; "storm:" and the storm's id for `storm` and `storm_reminder`; for `feed_line` the line's subject, see core/feed_line.ts. */
  readonly incident_id: string;
  /** JSON of {@link SignalData}[kind]. */
  readonly data: string;
}

export interface SignalData {
  /** The service failed again inside the window. It tells how things stand, so that the newest one says all. */
  later_alert: LaterAlerts;
  /** News of an alert of this incident: details found, acknowledged, reassigned, resolved, an answer to a resolve. */
  alert_changed: {
    readonly alert: Alert;
    /** The end of a snooze that PagerDuty's news ended early, so that the card says it no more. */
    readonly snoozeEnded?: Instant;
  };
  /** PagerDuty merged an alert of this incident into one of another incident, and it went there. */
  alert_moved: { readonly alert: Alert; readonly movedTo: string };
  /** Nobody has decided for a while. `escalates` says that PagerDuty is asked to page the next level once people were told. */
  reminder_due: { readonly number: number; readonly direct: boolean; readonly escalates: boolean };
  /** A decision that the companion knows and that nobody confirmed as applied. */
  apply_decision: { readonly decision: Decision };
  /** A decision that Slack applied while the companion could not be asked is refused: the incident is in triage again. */
  decision_refused: { readonly decisionId: string; readonly problem: string };
  /** What a person asked for and no run in Slack reported as carried out: what is missing of it is to be done. */
  carry_on: ResolveInSlack | UndoInSlack | DetachInSlack;
  /** The grace period of a merged or dismissed channel is over, as far as the companion knows. */
  archive_due: { readonly graceMs: number };
  /** What Slack's limits left undone of a channel's topic, pin, bookmark and the like is to be done now. */
  decorate: Record<string, never>;
  /** How a storm stands. */
  storm: StormNews;
  /** Nobody has decided on some of a storm's triages for a while. */
  storm_reminder: StormReminder;
  /** A line of the triage feed that belongs to no incident is to be posted, or edited. */
  feed_line: FeedLineData;
  /** Hand over what lies in `pending`. */
  sync: Record<string, never>;
}

/** What a run in Slack needs to know to carry a resolve out, beside what the companion told already. */
export interface ResolveInSlack {
  readonly what: "resolve";
  readonly requestId: string;
  readonly incidentId: string;
  readonly by: Person;
  readonly at: Instant;
  readonly summary: string;
}

/** The same for an undo; `before` is the closing that is taken back. */
export interface UndoInSlack extends Omit<CompanionRequests["undo"], "phase" | "place"> {
  readonly what: "undo";
  readonly before: {
    readonly status: "merged" | "dismissed" | "resolved";
    readonly decidedBy: Decider;
    readonly mergedInto?: string;
    readonly resolvedBy?: Person;
  };
}

/** The same for taking alerts off; `alertIds` are those that are still to be shown so, as many as fit. */
export interface DetachInSlack extends Omit<CompanionRequests["detach"], "phase" | "place"> {
  readonly what: "detach";
}

/** The alerts that fell into an incident's window after its first, as far as nobody has answered for them. */
export interface LaterAlerts {
  /** How many there have been in all; grows with each. */
  readonly laterCount: number;
  /** How many wait for an answer. */
  readonly unanswered: number;
  /** How many the service's setting attached and nobody took back. */
  readonly bySetting: number;
  /** How many alerts are part of the incident, those among them. */
  readonly attached: number;
  /** Of both, those that are still paging first, then the newest; as many as fit. */
  readonly alerts: readonly Alert[];
  /** When the window closes, which may be later with each alert. Absent where the incident holds none. */
  readonly windowClosesAt?: Instant;
  /** The last time that one was louder than all before it: people are told of it once. */
  readonly rise?: Rise;
}

export interface Rise {
  /** 1, 2, 3, … within the incident. */
  readonly number: number;
  readonly alertId: string;
  readonly why: RiseReason;
}

export const LATER_ALERT_ANSWERS = ["attach", "keep_separate", "set_aside"] as const;
export type LaterAlertAnswer = (typeof LATER_ALERT_ANSWERS)[number];

export interface StormNews extends Omit<StormShare, "asLine" | "also"> {
  readonly incidents: number;
  /** Set once it is over. */
  readonly ended?: {
    readonly at: Instant;
    readonly decided: number;
    readonly undecided: number;
    /** How long the slowest decision took, or has been waited for. */
    readonly longestMs: number;
  };
}

export interface StormReminder extends Omit<StormShare, "asLine" | "also" | "services"> {
  /** How many triages nobody is at. */
  readonly undecided: number;
  /** Since when the one that waited longest is open. */
  readonly longestSince: Instant;
  /** Those that wait longest, as many as fit. */
  readonly first: readonly { readonly number: string; readonly serviceName: string; readonly url: string }[];
  /** Of the people whom PagerDuty has on them. */
  readonly emails: readonly string[];
  /** Also to each of them directly. */
  readonly direct: boolean;
  /** PagerDuty is asked to page the next level, where the service opted in and nobody acknowledged. */
  readonly escalates: boolean;
}

/** Through what somebody decided: the question, the question that somebody had asked again, or the card's Dismiss button. */
export const DECISION_WAYS = ["question", "question_asked_again", "dismiss_button"] as const;
export type DecisionWay = (typeof DECISION_WAYS)[number];

interface DecisionBase {
  /** The execution id of the question: one triage has one decision. */
  readonly id: string;
  readonly incidentId: string;
  readonly at: Instant;
  /** Absent where a rule decided, or an app that is older than this. */
  readonly via?: DecisionWay;
  /** Set for "dismiss". */
  readonly reason?: DismissReason;
  /** What the person wrote beside the reason; may be empty. */
  readonly note: string;
  /** Set for "merge": the target's incident id. */
  readonly mergeInto?: string;
  /**
   * Set for "dismiss" where the person was shown a list: exactly these alerts are dismissed along, and the others get a
   * triage of their own. Without it, all that are attached.
   */
  readonly dismissAlertIds?: readonly string[];
}

/** The answer to the question, as the step was completed with it. */
export interface PersonsDecision extends DecisionBase {
  readonly decision: "create" | "merge" | "dismiss";
  readonly by: Person;
}

/** Made in a person's stead, which only ever dismisses. */
export interface RulesDecision extends DecisionBase {
  readonly decision: "dismiss";
  readonly by: Rule;
}
export type Decision = PersonsDecision | RulesDecision;

/**
 * What becomes, in PagerDuty, of alerts that an undone closing resolved: they stay resolved, come back acknowledged by
 * whoever undoes it, or page anew.
 */
export const REOPEN_CHOICES = ["leave", "acknowledge", "page"] as const;
export type ReopenChoice = (typeof REOPEN_CHOICES)[number];

/** Paths of the companion's endpoints for Slack's functions, with the bodies they take and answer. */
export const COMPANION_PATHS = {
  confirm: "/slack/confirmations",
  claim: "/slack/triages",
  decide: "/slack/decisions",
  answer: "/slack/answers",
  resolve: "/slack/resolutions",
  acknowledge: "/slack/acknowledgements",
  snooze: "/slack/snoozes",
  alerts: "/slack/alerts",
  explain: "/slack/explanations",
  open: "/slack/openings",
  undo: "/slack/undos",
  undoPreview: "/slack/undo_previews",
  carried: "/slack/carried",
  detach: "/slack/detachments",
  ping: "/slack/pings",
  tryAgain: "/slack/retries",
  deciders: "/slack/deciders",
} as const;
export type CompanionCall = keyof typeof COMPANION_PATHS;

/** Where an incident lives in Slack; the companion needs it for links in PagerDuty. */
export interface Place {
  readonly channelId: string;
  readonly channelName: string;
  /** Permanent link of the channel. */
  readonly channelUrl: string;
}

export interface CompanionRequests {
  /**
   * A delivery was acted on. "stale": a later alert was meant for an incident that is closed in Slack, so the companion
   * decides again; or a triage that is over was never opened. "postponed": somebody wrote in the channel; archive, or remind, not before `notBefore`. For a storm's own
   * news `incidentId` is its subject, "storm:" and the storm's id.
   */
  confirm: {
    readonly deliveryId: string;
    readonly incidentId: string;
    readonly outcome: "applied" | "already_applied" | "stale" | "postponed";
    readonly place?: Place;
    readonly notBefore?: Instant;
    /** Slack's limits left a part of the channel's dressing undone: remind of it in a while. */
    readonly undecorated?: boolean;
  };
  /** Triage started by hand. Idempotent by `requestId` (the execution id). */
  claim: {
    readonly requestId: string;
    readonly serviceName: string;
    readonly title: string;
    readonly description: string;
    readonly by: Person;
    readonly at: Instant;
    /**
     * Set when the claim is handed over late: Slack named the incident itself, since the companion could not be reached,
     * and the companion takes that name over.
     */
    readonly named?: { readonly incidentId: string; readonly number: string };
    readonly place?: Place;
  };
  /** Sent when the step was completed ("decided") and again when all was applied in Slack ("applied"). */
  decide: { readonly phase: "decided" | "applied"; readonly decision: Decision; readonly place?: Place };
  /**
   * The answer to later alerts: the named ones, or all up to the `upTo`th of the incident, which a message counted and did
   * not name. "keep_separate" opens a triage of their own for each service. The first answer to an alert stands.
   */
  answer: {
    readonly incidentId: string;
    readonly alertIds: readonly string[];
    readonly upTo?: number;
    readonly answer: LaterAlertAnswer;
    readonly by: Person;
    readonly at: Instant;
    readonly place?: Place;
  };
  /** Exactly the ticked alerts are resolved in PagerDuty; the unticked ones that were shown are set aside by this person. */
  resolve: {
    readonly requestId: string;
    readonly incidentId: string;
    readonly by: Person;
    readonly at: Instant;
    readonly resolveAlertIds: readonly string[];
    readonly setAsideAlertIds: readonly string[];
    readonly summary: string;
    readonly place?: Place;
  };
  /** A person asked for the page to be acknowledged, in their own name. */
  acknowledge: { readonly incidentId: string; readonly by: Person; readonly at: Instant };
  /** A person puts the reminders of an undecided triage off. */
  snooze: { readonly incidentId: string; readonly until: Instant; readonly by: Person; readonly at: Instant };
  /** The alerts of an incident, as the companion knows them. */
  alerts: { readonly incidentId: string };
  /** Why alerts were handled as they were: those of an incident, or the one that a PagerDuty link, id or number names. */
  explain: { readonly incidentId: string; readonly pagerduty: string };
  /** A person pressed *Open triage* in a line of the feed. Idempotent by `requestId` (the execution id). */
  open: {
    readonly requestId: string;
    /** The line's key. */
    readonly key: string;
    readonly alertId: string;
    readonly by: Person;
    readonly at: Instant;
  };
  /**
   * A closing is taken back: "undo" a dismissal or a merge, "reopen" a resolved incident. Idempotent by `requestId`.
   * `decisionId` is what Slack knows as the undone decision: it never applies again, even if it only arrives after this.
   * "asked" is said when the form was sent, and changes nothing yet: should the run that is to carry it out die, it is known.
   */
  undo: {
    readonly phase?: "asked" | undefined;
    readonly requestId: string;
    readonly incidentId: string;
    readonly command: "undo" | "reopen";
    readonly decisionId: string;
    readonly by: Person;
    readonly at: Instant;
    readonly inPagerduty: ReopenChoice;
    readonly place?: Place;
  };
  /** A run in Slack did all that there was to do for a resolve, an undo or a detach, by the id of its request. */
  carried: { readonly requestId: string; readonly incidentId: string };
  /** What taking the closing back would do; changes nothing. */
  undoPreview: { readonly incidentId: string; readonly by: Person };
  /** What PagerDuty refused to resolve for this closed incident is asked for once more, in this person's name. */
  tryAgain: { readonly requestId: string; readonly incidentId: string; readonly by: Person; readonly at: Instant };
  /** Who may decide on an incident; changes nothing. */
  deciders: { readonly incidentId: string; readonly by: Person };
  /**
   * Alerts are taken off an open incident; each gets a triage of its own. Idempotent by `requestId`. "asked" is the same as
   * for an undo.
   */
  detach: {
    readonly phase?: "asked" | undefined;
    readonly requestId: string;
    readonly incidentId: string;
    readonly alertIds: readonly string[];
    readonly by: Person;
    readonly at: Instant;
    readonly place?: Place;
  };
  /** Whether the companion is there and can write. */
  ping: Record<string, never>;
}

export interface ExplainedAlert extends Pick<Alert, "number" | "title" | "url" | "serviceName"> {
  readonly alertId: string;
  /** What was done, in its order; `by` is the Slack id of whoever decided it. */
  readonly steps: readonly (Explanation & { readonly at: Instant; readonly by?: string })[];
}

export interface CompanionAnswers {
  confirm: { readonly ok: true };
  claim: {
    readonly ok: true;
    readonly incidentId: string;
    readonly number: string;
    readonly serviceId: string;
    /** The service's name in PagerDuty, or as typed where PagerDuty knows none of that name. */
    readonly serviceName: string;
    readonly windowClosesAt: Instant;
    /** The open incident that holds the service's window; empty where this triage took it. */
    readonly windowHeldBy: string;
  };
  /** Which decision stands: the one that was told, or an earlier one of somebody else. */
  decide: { readonly ok: true; readonly stands: Decision };
  answer: {
    readonly ok: true;
    /** How many of the incident's later alerts still wait for an answer. */
    readonly unanswered: number;
    /** How many this request answered, or had answered before. */
    readonly taken: number;
    /** Named alerts that somebody had answered otherwise; theirs stands. */
    readonly answeredBefore: readonly string[];
  };
  resolve: { readonly ok: true };
  acknowledge: { readonly ok: true };
  snooze: { readonly ok: true };
  alerts: { readonly ok: true; readonly alerts: readonly Alert[] };
  explain: {
    readonly ok: true;
    /** Where the alerts belong now; absent where they belong to none. */
    readonly incident?: { readonly number: string; readonly channelId: string };
    /** Newest first. */
    readonly alerts: readonly ExplainedAlert[];
    readonly more: number;
  };
  /**
   * "already_open": the alert belongs to this open incident already, and nothing was opened. "tried_again": Slack had not
   * taken that incident's triage, and is given it once more.
   */
  open: {
    readonly ok: true;
    readonly outcome: "opened" | "already_open" | "tried_again";
    readonly incidentId: string;
    readonly number: string;
    /** Empty while the channel is not known. */
    readonly channelId: string;
  };
  undo: {
    readonly ok: true;
    /** The alerts that came back from the incident that had taken them in. */
    readonly alertIds: readonly string[];
    /** Until when later alerts of the service join it again; 0 where they do not. */
    readonly windowClosesAt: Instant;
    /** The newer open incident that holds the service's window; empty where there is none. */
    readonly windowHeldBy: string;
  };
  undoPreview: {
    readonly ok: true;
    /** Alerts that are resolved in PagerDuty because of this closing. */
    readonly resolved: readonly Alert[];
    /** Alerts that are to be resolved and may still be kept from it. */
    readonly waiting: readonly Alert[];
    /** Alerts that would come back from the incident that took them in. */
    readonly back: readonly Alert[];
    /** Whether PagerDuty knows a user of this person's address. */
    readonly isKnown: boolean;
    /** Escalation policies that would page, by name. */
    readonly pages: readonly string[];
    readonly windowHeldBy: string;
  };
  carried: { readonly ok: true };
  tryAgain: { readonly ok: true };
  deciders: {
    readonly ok: true;
    /** A Slack user group, or "everyone". */
    readonly group: string;
    /** Whether PagerDuty has this person on an attached alert right now. */
    readonly isOnCall: boolean;
  };
  detach: { readonly ok: true };
  ping: { readonly ok: true };
}
