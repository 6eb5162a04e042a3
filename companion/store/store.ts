import type { Dismissal } from "../../core/admission.ts";
import type { Alert, AlertRelation } from "../../core/alert.ts";
import type { DebounceWindow } from "../../core/debounce.ts";
import type { FeedLine } from "../../core/feed_line.ts";
import type { Incident } from "../../core/incident.ts";
import type { Level } from "../../core/later_alert.ts";
import type { Decision, Place, Rise } from "../../core/protocol.ts";
import type { ReminderState } from "../../core/reminders.ts";
import type { SettingsRow } from "../../core/service_settings.ts";
import type { Opening } from "../../core/storm.ts";
import type { Instant } from "../../core/time.ts";
import type { DeliveryKind, Job, JobKind, JobState, OutboxRow, TimerKind } from "../jobs.ts";
import type { TimelineEntry } from "../timeline.ts";

/** A webhook of PagerDuty as it arrived: signed, readable, not yet acted on. */
export interface NewEvent {
  /** Keys under which a repetition is recognised; each is remembered. */
  readonly keys: readonly string[];
  readonly eventId: string;
  readonly receivedAt: Instant;
  readonly body: string;
}
export interface StoredEvent {
  readonly seq: number;
  readonly eventId: string;
  readonly receivedAt: Instant;
  readonly body: string;
}

export interface Quarantined {
  readonly keys: readonly string[];
  readonly webhookId: string;
  readonly receivedAt: Instant;
  readonly why: string;
  readonly body: string;
}

/** A webhook that lies aside: "q" where it could not be read, "e" where processing it failed. */
export interface KeptAside {
  readonly shelf: "q" | "e";
  readonly seq: number;
  readonly receivedAt: Instant;
  /** Why it could not be read; empty for one that failed. */
  readonly why: string;
  readonly body: string;
}

export interface IncidentRow {
  readonly incident: Incident;
  /** Number of the last delivery to Slack about it. */
  readonly sequence: number;
  /** Alerts that fell into its window after the first. */
  readonly laterCount: number;
  /** When Slack was last told of them; 0 while it was not. */
  readonly laterToldAt?: Instant;
  /** The loudest of its alerts; absent where it never had one. */
  readonly level?: IncidentLevel;
  readonly windowClosesAt: Instant;
  readonly place?: Place;
  readonly decision?: Decision;
  /** When Slack said that the decision was applied there. */
  readonly appliedAt?: Instant;
  /** Set where it was over before anybody could see it: alerts join it no more. */
  readonly withdrawnAt?: Instant;
}

/** What an incident must remember so that what was done to it can be taken back. */
export interface UndoMemory {
  /** Decisions that were taken back: none of them ever applies again, however late it comes. */
  readonly undoneDecisionIds: readonly string[];
  /** What the last merge moved to the target: the alerts with what they were, and the services whose windows went along. */
  readonly movedAlerts: readonly { readonly alertId: string; readonly relation: AlertRelation }[];
  readonly movedWindows: readonly string[];
}

export interface IncidentLevel extends Level {
  /** The last later alert that was louder than everything before it. */
  readonly rise?: Rise;
}

/** An alert apart from any incident: its relation is to one and kept with it. */
export type AlertFacts = Omit<Alert, "relation">;

export interface AlertRow {
  readonly facts: AlertFacts;
  /** When what the status says happened in PagerDuty; an older event changes nothing about it. */
  readonly statusAt: Instant;
  /** The same for urgency, priority and who is paged. */
  readonly peopleAt: Instant;
  /** PagerDuty's alert keys; absent while PagerDuty was not asked. Saving a row without them leaves them as they are. */
  readonly keys?: readonly string[];
}

/** How far the reminders of a triage have come. */
export interface Reminders extends ReminderState {
  /** The end of a snooze that PagerDuty's news ended early. */
  readonly endedSnooze?: Instant;
}

export interface Relation {
  readonly incidentId: string;
  readonly alertId: string;
  readonly relation: AlertRelation;
  /** Which of the incident's later alerts it is while nobody has answered for it; else 0. */
  readonly laterNumber: number;
}

/** An alert as one incident has it. */
export interface RelatedAlert extends AlertRow, Pick<Relation, "relation" | "laterNumber"> {}

export interface ClaimedWindow extends DebounceWindow {
  /** Which alert of the window this is; 1 opened it. */
  readonly alertCount: number;
}

/** An alert's place in a line of the feed. */
export interface FeedPlace {
  readonly alertId: string;
  readonly key: string;
  readonly serviceName: string;
  readonly since: Instant;
  /** Whether it is resolved in PagerDuty. */
  readonly isOver: boolean;
  /** The incident that was opened for it since; empty while none was. */
  readonly openedAs: string;
  /** Who asked for that: a Slack user id; empty where it opened by itself. */
  readonly openedBy: string;
}

/** The place in a line of the feed of an incident that has no alert by which a line could name it. */
export interface FeedIncident {
  readonly incidentId: string;
  readonly key: string;
  readonly serviceName: string;
  readonly since: Instant;
}

export interface FeedFigures {
  readonly count: number;
  readonly open: number;
  readonly since: Instant;
  readonly services: readonly { readonly name: string; readonly count: number }[];
}

/** A service of PagerDuty that was heard of. */
export interface ServiceRow {
  readonly id: string;
  readonly name: string;
  readonly isDeleted: boolean;
}

export interface NewJob {
  readonly id: string;
  readonly job: Job;
  readonly subject: string;
  readonly sequence: number;
  readonly createdAt: Instant;
  readonly notBefore: Instant;
}

export interface OutboxPatch {
  readonly state?: JobState;
  readonly notBefore?: Instant;
  readonly failures?: number;
  readonly sends?: number;
  readonly outcome?: string;
  readonly lastError?: string;
  readonly finishedAt?: Instant;
}

export interface OutboxFigures {
  readonly kind: JobKind;
  readonly depth: number;
  readonly oldestAt: Instant;
}

export interface LostFigures {
  readonly kind: JobKind;
  readonly end: "failed" | "unconfirmed";
  readonly number: number;
}

/** Something outside that does not work, told by its name. */
export type OutageName = "slack" | "webhooks";

export interface Forgettable {
  readonly nonces: Instant;
  /** Webhooks that were dealt with, the keys by which a repetition is known, finished jobs, answers to requests. */
  readonly done: Instant;
  /** What could not be read, processed or delivered: somebody may still want to see why. */
  readonly failed: Instant;
}

export interface StormRow {
  readonly id: string;
  readonly number: number;
  /** When the first of the failures that made it a storm came. */
  readonly since: Instant;
  readonly declaredAt: Instant;
  readonly endedAt?: Instant;
  /** The umbrella channel; empty until Slack told which it is. */
  readonly channelId: string;
  readonly channelName: string;
}

export interface OpeningRow extends Opening {
  readonly incidentId: string;
}

/**
 * What can be done within one transaction. All of it happens or nothing does. The work given to a transaction awaits
 * nothing but these: the database is held meanwhile.
 */
export interface Transaction {
  // Webhooks
  /** Keeps a webhook, unless one of its keys was seen before. */
  addEvent(event: NewEvent): Promise<"stored" | "duplicate">;
  addQuarantined(webhook: Quarantined): Promise<"stored" | "duplicate">;
  /** Counts up to `limit`: the table may hold far more. */
  quarantinedCount(limit: number): Promise<number>;
  /** Oldest first, the unreadable ones before those that failed. */
  keptAside(limit: number): Promise<readonly KeptAside[]>;
  /** Puts what was kept aside among the events that wait, unless an event of this id did come through before. */
  replay(kept: Pick<KeptAside, "shelf" | "seq">, eventId: string): Promise<"stored" | "duplicate">;
  /** The oldest event that waits. */
  nextEvent(): Promise<StoredEvent | undefined>;
  /** Unless it is finished already. */
  finishEvent(seq: number, state: "done" | "failed"): Promise<void>;

  // Incidents
  /** 1, 2, 3, … for each counter. */
  count(counter: string): Promise<number>;
  /** The number of its last delivery begins at 0, whatever the row says. */
  addIncident(row: IncidentRow): Promise<void>;
  incident(id: string): Promise<IncidentRow | undefined>;
  /** Writes everything but the number of its last delivery, which only `nextSequence` raises. */
  saveIncident(row: IncidentRow): Promise<void>;
  /** Raises the number of the incident's last delivery and gives the new one. */
  nextSequence(incidentId: string): Promise<number>;

  /** Empty lists where there is nothing to remember. */
  undoMemory(incidentId: string): Promise<UndoMemory>;
  saveUndoMemory(incidentId: string, memory: UndoMemory): Promise<void>;

  // Services and their windows
  /** The newest name stands. @param at when it was called so */
  rememberService(id: string, name: string, at: Instant): Promise<void>;
  services(): Promise<readonly ServiceRow[]>;
  /** It is gone in PagerDuty: its window ends; what was set for it stays. */
  forgetService(id: string, at: Instant): Promise<void>;
  /** Case and surrounding white space do not matter. */
  serviceByName(name: string): Promise<{ readonly id: string; readonly name: string } | undefined>;
  /**
   * Takes the service's window for the incident, or counts the alert into the window that covers `at`, in one statement.
   * @param longestMs until how long after its opening the window that covers it may be extended to `closesAt`
   */
  claimWindow(
    serviceId: string,
    incidentId: string,
    at: Instant,
    closesAt: Instant,
    longestMs: number,
  ): Promise<ClaimedWindow>;
  window(serviceId: string): Promise<ClaimedWindow | undefined>;
  /** Gives the service a new window, whatever it had. */
  replaceWindow(serviceId: string, incidentId: string, at: Instant, closesAt: Instant): Promise<void>;
  /** The windows that the incident holds, whether they are over or not. */
  windowsOf(incidentId: string): Promise<readonly { readonly serviceId: string; readonly closesAt: Instant }[]>;
  moveWindows(fromIncidentId: string, toIncidentId: string): Promise<void>;
  /** Ends the incident's windows at `at`, unless they ended before. */
  closeWindows(incidentId: string, at: Instant): Promise<void>;

  // What was dismissed
  saveDismissal(serviceId: string, dismissal: Dismissal): Promise<void>;
  /** Those of the service that are remembered beyond `at`. */
  dismissals(serviceId: string, at: Instant): Promise<readonly Dismissal[]>;
  forgetDismissal(incidentId: string): Promise<void>;
  forgetDismissals(before: Instant): Promise<void>;

  // Settings of services
  /** The rows of this service and those of every service. */
  settingsRows(serviceId: string): Promise<readonly SettingsRow[]>;
  allSettingsRows(): Promise<readonly SettingsRow[]>;
  saveSettingsRow(row: SettingsRow): Promise<void>;
  removeSettingsRow(serviceId: string, urgency: SettingsRow["urgency"]): Promise<void>;

  // Alerts
  alert(id: string): Promise<AlertRow | undefined>;
  /** By PagerDuty's incident number. */
  alertByNumber(number: number): Promise<AlertRow | undefined>;
  saveAlert(row: AlertRow): Promise<void>;
  relations(alertId: string): Promise<readonly Relation[]>;
  alertsOf(incidentId: string): Promise<readonly RelatedAlert[]>;
  /** Alerts of open incidents and of the feed that are not known to be resolved. */
  openAlerts(limit: number): Promise<readonly AlertRow[]>;
  /** How many attached alerts the incident had before this one. */
  attachedBefore(incidentId: string, alertId: string): Promise<number>;
  /** How many later alerts of the incident nobody has answered for. */
  laterAlertCount(incidentId: string): Promise<number>;
  /**
   * Sets what the alert is to the incident. An alert is attached or offered to one incident at most: a second one is a bug
   * and throws.
   * @param laterNumber which of the incident's later alerts it is while nobody has answered for it
   */
  relate(
    incidentId: string,
    alertId: string,
    relation: AlertRelation,
    at: Instant,
    laterNumber?: number,
  ): Promise<void>;
  unrelate(incidentId: string, alertId: string): Promise<void>;

  // Lines of the feed that belong to no incident
  feedLine(key: string): Promise<FeedLine | undefined>;
  /** Its deliveries go on from the number that they have reached. */
  saveFeedLine(key: string, line: FeedLine, at: Instant): Promise<void>;
  /** Raises the number of the line's last delivery and gives the new one. */
  nextFeedSequence(key: string): Promise<number>;
  /** Puts an alert into a line, or changes its place; an alert has one place at most. */
  placeInFeed(place: FeedPlace): Promise<void>;
  feedPlace(alertId: string): Promise<FeedPlace | undefined>;
  /** Alerts of the line, open ones first and the newest of them first. */
  feedPlaces(key: string, limit: number): Promise<readonly FeedPlace[]>;
  /** Puts an incident into a line; it has one place at most. */
  placeIncidentInFeed(place: FeedIncident): Promise<void>;
  /** Ids of the incidents that are in the line themselves, the newest first. */
  feedIncidents(key: string, limit: number): Promise<readonly string[]>;
  /**
   * Counts the line's alerts and incidents.
   * @param services how many services are counted by name
   */
  feedFigures(key: string, services: number): Promise<FeedFigures>;
  /** The newest line of this kind that was put after `since`. */
  recentFeedKey(kind: FeedLine["kind"], since: Instant): Promise<string | undefined>;
  /** Takes the service's window for a line, or gives the line whose window covers `at`; otherwise as `claimWindow`. */
  claimFeedWindow(serviceId: string, key: string, at: Instant, closesAt: Instant, longestMs: number): Promise<string>;
  closeFeedWindow(key: string, at: Instant): Promise<void>;
  /** The lines with alerts that this incident was opened for, and the one that names itself. */
  feedKeysOf(incidentId: string): Promise<readonly string[]>;

  // Reminders of undecided triages
  reminders(incidentId: string): Promise<Reminders | undefined>;
  saveReminders(incidentId: string, state: Reminders): Promise<void>;

  // Storms
  /** @param stormId empty where the triage gets a channel of its own */
  addOpening(incidentId: string, serviceId: string, at: Instant, stormId: string): Promise<void>;
  /** From `from` on, in their order. */
  openings(from: Instant): Promise<readonly OpeningRow[]>;
  openingsCount(from: Instant): Promise<number>;
  /** How many services opened something from then on, up to and with a moment. */
  failedServices(from: Instant, to: Instant | undefined): Promise<number>;
  /** The storm that is on. */
  stormOn(): Promise<StormRow | undefined>;
  storm(id: string): Promise<StormRow | undefined>;
  /** The incidents that were opened in it, in their order. */
  incidentsOfStorm(stormId: string): Promise<readonly string[]>;
  stormReminders(stormId: string): Promise<ReminderState | undefined>;
  saveStormReminders(stormId: string, state: ReminderState): Promise<void>;
  /** The storm that an incident was opened in. */
  stormOf(incidentId: string): Promise<StormRow | undefined>;
  saveStorm(row: StormRow): Promise<void>;

  // Outbox
  enqueue(job: NewJob): Promise<void>;
  job(id: string): Promise<OutboxRow | undefined>;
  /** Unfinished jobs of an incident, oldest first. */
  openJobs(subject: string, kinds: readonly JobKind[]): Promise<readonly OutboxRow[]>;
  /**
   * Jobs that could be taken in hand now, in their order. Effects in PagerDuty go one at a time for each alert: an
   * acknowledgement that read "triggered" could land on a resolve and reopen it.
   */
  dueJobs(kinds: readonly JobKind[], now: Instant, limit: number): Promise<readonly OutboxRow[]>;
  /**
   * Like dueJobs, but only the first unfinished delivery of each incident; an incident's triage comes before its signals,
   * and none leaves while a timer "reapply_decision" says that Slack applies a decision.
   */
  dueDeliveries(kind: DeliveryKind, now: Instant, limit: number): Promise<readonly OutboxRow[]>;
  /** Triages of a storm that could be handed over, also those that only wait for company; without those that failed before. */
  waitingTriagesOf(stormId: string, now: Instant): Promise<readonly OutboxRow[]>;
  /** How many triages of a storm wait for Slack or for its confirmation. */
  openTriagesOf(stormId: string): Promise<number>;
  /** Deliveries that went through and whose confirmation is overdue. */
  unconfirmedDeliveries(now: Instant): Promise<readonly OutboxRow[]>;
  /**
   * Takes a job in hand until the lease ends and counts the attempt; undefined where somebody else has it, it is over, or
   * another effect on its alert goes first.
   */
  claimJob(id: string, now: Instant, leaseUntil: Instant): Promise<OutboxRow | undefined>;
  /** Whether nobody has it in hand and it is its turn. */
  mayClaimJob(id: string, now: Instant): Promise<boolean>;
  /** Changes a job and gives it out of hand. */
  updateJob(id: string, patch: OutboxPatch): Promise<void>;
  /**
   * Ends a job that is not wanted any more. One that somebody has in hand stays theirs: until it has ended, nothing else may
   * be done to its alert.
   */
  dropJob(id: string, now: Instant, outcome: string): Promise<void>;
  outboxFigures(): Promise<readonly OutboxFigures[]>;
  sentCount(): Promise<number>;
  /** First deliveries that wait and that Slack was never given, oldest first. */
  waitingTriages(limit: number): Promise<readonly OutboxRow[]>;
  /** Jobs that failed, and deliveries that nobody confirmed, as long as they are remembered. */
  lostFigures(): Promise<readonly LostFigures[]>;
  /** An incident's signals that failed or that nobody confirmed, as long as they are remembered, in their order. */
  lostSignals(subject: string): Promise<readonly OutboxRow[]>;

  // Timers: one of a kind for a subject
  setTimer(kind: TimerKind, subject: string, dueAt: Instant): Promise<void>;
  /** Leaves a timer alone that is set already. */
  setTimerOnce(kind: TimerKind, subject: string, dueAt: Instant): Promise<void>;
  clearTimer(kind: TimerKind, subject: string): Promise<void>;
  /** When the last timer of a kind is due. */
  lastTimer(kind: TimerKind): Promise<Instant | undefined>;
  dueTimers(now: Instant, limit: number): Promise<readonly { readonly kind: TimerKind; readonly subject: string }[]>;

  // Timeline, requests, housekeeping
  record(entry: TimelineEntry): Promise<void>;
  timeline(incidentId: string): Promise<readonly TimelineEntry[]>;
  /** What names the alert in its data, of whatever incident. */
  timelineOfAlert(alertId: string): Promise<readonly TimelineEntry[]>;
  /** Whether the nonce was never used before; it is from now on. */
  useNonce(nonce: string, at: Instant): Promise<boolean>;
  /** The answer that was given to a request, by the id that the sender gave it. */
  answered(kind: string, requestId: string): Promise<unknown>;
  rememberAnswer(kind: string, requestId: string, answer: unknown, at: Instant): Promise<void>;
  /** Drops what is over and older than this. The timeline stays. */
  forget(before: Forgettable): Promise<void>;
  /** Whether this was never done with this store; from now on it was. */
  isFirst(milestone: string, at: Instant): Promise<boolean>;
  /** One that began before goes on. */
  beginOutage(name: OutageName, at: Instant): Promise<void>;
  endOutage(name: OutageName): Promise<void>;
  outageSince(name: OutageName): Promise<Instant | undefined>;
  /** Writes something that takes room, so that a database which is full or can only be read is noticed. */
  probe(at: Instant): Promise<void>;
}

/**
 * What may be done beside transactions, because no rule decides by it: each of these holds by itself, and what a look finds
 * is looked at again in the transaction that acts on it.
 */
export type Aside = Pick<
  Transaction,
  | "addEvent"
  | "addQuarantined"
  | "quarantinedCount"
  | "nextEvent"
  | "dueJobs"
  | "dueDeliveries"
  | "mayClaimJob"
  | "unconfirmedDeliveries"
  | "outboxFigures"
  | "lostFigures"
  | "outageSince"
  | "sentCount"
  | "setTimerOnce"
  | "dueTimers"
  | "stormOn"
  | "useNonce"
  | "probe"
>;

/** Where everything is kept. Every method rejects while the database is out of order. */
export interface Store {
  /**
   * Transactions come one after the other, over all companions that share the database: the rules look at many rows before
   * they write one. The work may be tried again by some databases, so it has no other effects.
   */
  transaction<Outcome>(work: (tx: Transaction) => Promise<Outcome>): Promise<Outcome>;
  /** All of it happens or nothing does, like a transaction, but it waits for none where the database can do both at once. */
  aside<Outcome>(work: (tx: Aside) => Promise<Outcome>): Promise<Outcome>;
  /** How many companions work on the same database. */
  companions(): number;
  close(): Promise<void>;
}
