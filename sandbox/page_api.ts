/** What the sandbox's page asks for and sends: the shapes of everything under /sandbox that the page uses. */
import type { Instant } from "../core/time.ts";

export interface UserView {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly title: string;
  readonly color: string;
  readonly isBot: boolean;
}

export interface BookmarkView {
  readonly id: string;
  readonly title: string;
  readonly link: string;
  readonly emoji?: string;
}

export interface ChannelView {
  readonly id: string;
  /** Without "#". A direct message has the other person's name. */
  readonly name: string;
  readonly isDirectMessage: boolean;
  readonly isMember: boolean;
  readonly isArchived: boolean;
  readonly topic: string;
  readonly purpose: string;
  readonly memberIds: readonly string[];
  readonly bookmarks: readonly BookmarkView[];
  readonly pinnedTs: readonly string[];
  /** Messages after this user's read mark. */
  readonly unread: number;
  /** How many of them mention this user. */
  readonly mentions: number;
}

/** A Block Kit object as the app sent it, checked by the stand-in. */
export type Block = Readonly<Record<string, unknown>> & { readonly type: string; readonly block_id: string };

export interface MessageView {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly threadTs?: string;
  readonly replyCount: number;
  readonly isEphemeral: boolean;
  readonly isEdited: boolean;
  /** Set for messages of the platform itself, such as "Dana joined". */
  readonly isSystem: boolean;
}

export interface ModalView {
  readonly id: string;
  readonly hash: string;
  readonly title: string;
  readonly submit?: string;
  readonly close: string;
  readonly blocks: readonly Block[];
}

/** Something Slack's client itself would say to this user alone, such as "This button no longer works". */
export interface NoticeView {
  readonly id: string;
  readonly text: string;
}

/** GET /sandbox/workspace?user=U…&channel=C… */
export interface WorkspaceView {
  readonly version: number;
  readonly now: Instant;
  readonly manualClock: boolean;
  readonly team: string;
  readonly me: string;
  readonly users: readonly UserView[];
  readonly channels: readonly ChannelView[];
  /** Messages of the asked channel, replies included, oldest first; empty where none was asked for. */
  readonly messages: readonly MessageView[];
  /** Link triggers that a person can start from the shortcuts menu (no inputs of a button needed). */
  readonly shortcuts: readonly { readonly url: string; readonly name: string; readonly description: string }[];
  /** The modal on top for this user. */
  readonly modal?: ModalView;
  readonly notices: readonly NoticeView[];
}

/** Slack's own shape of an option. */
export interface OptionObject {
  readonly text: { readonly type: string; readonly text: string };
  readonly value: string;
  readonly description?: { readonly type: string; readonly text: string };
}

/** The value of one element in Slack's form, as it stands in `state.values[block_id][action_id]`. */
export type ElementState = Readonly<Record<string, unknown>> & { readonly type: string };
/** block_id → action_id → value. */
export type StateValues = Readonly<Record<string, Readonly<Record<string, ElementState>>>>;

/** POST /sandbox/press: a click on an element of a message or of the modal. Workflow buttons come here too. */
export interface PressRequest {
  readonly user: string;
  /** Either a message … */
  readonly channel?: string;
  readonly ts?: string;
  /** … or a modal. */
  readonly viewId?: string;
  readonly blockId: string;
  readonly actionId: string;
  /** What the element adds to the action: `value`, `selected_option`, `selected_user`, … */
  readonly payload: Readonly<Record<string, unknown>>;
  /** What the other elements of the message or modal hold at the moment. */
  readonly state: StateValues;
}

/** POST /sandbox/suggest: typing into an external_select. */
export interface SuggestRequest {
  readonly user: string;
  readonly channel?: string;
  readonly ts?: string;
  readonly viewId?: string;
  readonly blockId: string;
  readonly actionId: string;
  readonly value: string;
}
export interface SuggestAnswer {
  readonly options?: readonly OptionObject[];
  readonly optionGroups?: readonly { readonly label: string; readonly options: readonly OptionObject[] }[];
}

/** POST /sandbox/submit: the modal's submit button. */
export interface SubmitRequest {
  readonly user: string;
  readonly viewId: string;
  readonly state: StateValues;
}
/** Errors by block_id; empty where the modal went on. */
export interface SubmitAnswer {
  readonly errors: Readonly<Record<string, string>>;
}

/** POST /sandbox/close: the modal's close button. */
export interface CloseRequest {
  readonly user: string;
  readonly viewId: string;
}

/** POST /sandbox/say */
export interface SayRequest {
  readonly user: string;
  readonly channel: string;
  readonly text: string;
  readonly threadTs?: string;
}

/** POST /sandbox/read: the user has seen the channel. */
export interface ReadRequest {
  readonly user: string;
  readonly channel: string;
}

/** POST /sandbox/join, POST /sandbox/archive (a person archives), POST /sandbox/unarchive */
export interface ChannelRequest {
  readonly user: string;
  readonly channel: string;
}

/** POST /sandbox/link: a link trigger's URL was opened (shortcuts menu, bookmark). */
export interface LinkRequest {
  readonly user: string;
  readonly url: string;
  readonly channel?: string;
}

/** POST /sandbox/dismiss_notice */
export interface DismissNoticeRequest {
  readonly user: string;
  readonly id: string;
}

export interface StepView {
  readonly functionId: string;
  readonly title: string;
  readonly executionId?: string;
  readonly status: "not_started" | "running" | "waiting" | "completed" | "failed" | "expired";
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly startedAt?: Instant;
  /** Milliseconds of the wall clock from the start to the end of the step. */
  readonly durationMs?: number;
  readonly error?: string;
  /** What the function wrote to its console, and each Web API call it made with its outcome. */
  readonly log: readonly string[];
}

/** GET /sandbox/runs → RunView[], newest first. */
export interface RunView {
  readonly id: string;
  readonly workflow: string;
  readonly title: string;
  readonly trigger: string;
  readonly startedAt: Instant;
  readonly status: "running" | "completed" | "failed";
  readonly steps: readonly StepView[];
}

/** POST /sandbox/expire: open executions end as if Slack had given up on them; all of them without a step. */
export interface ExpireRequest {
  readonly executionId?: string;
}

export interface PagerdutyIncidentView {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly status: "triggered" | "acknowledged" | "resolved";
  readonly urgency: "high" | "low";
  readonly service: string;
  readonly serviceId: string;
  readonly assignees: readonly string[];
  readonly createdAt: Instant;
  readonly notes: readonly { readonly at: Instant; readonly by: string; readonly text: string }[];
  /** "Triggered through Sentry", "Dana Ortiz acknowledged", oldest first. */
  readonly log: readonly { readonly at: Instant; readonly text: string }[];
}

/** GET /sandbox/pagerduty */
export interface PagerdutyView {
  readonly services: readonly { readonly id: string; readonly name: string; readonly onCall: string }[];
  readonly users: readonly { readonly id: string; readonly name: string }[];
  /** Newest first. */
  readonly incidents: readonly PagerdutyIncidentView[];
  /** The last webhooks sent, newest first. */
  readonly webhooks: readonly {
    readonly id: string;
    readonly eventType: string;
    readonly at: Instant;
    /** HTTP status of the last attempt; 0 where nobody answered. */
    readonly status: number;
    readonly attempts: number;
  }[];
}

/** Senders of alerts beside Sentry. */
export type SenderKind =
  | "datadog_monitor"
  | "grafana_alert"
  | "alertmanager"
  | "cloudwatch_alarm"
  | "new_relic"
  | "unknown_sender"
  | "hostile_title";

/** POST /sandbox/pagerduty/fire */
export type FireRequest =
  | {
      readonly serviceId: string;
      /** "again" repeats the service's failure with another error, so that a new PagerDuty incident is raised. */
      readonly kind: "sentry_error" | "by_hand" | "again" | SenderKind;
      /** In place of the sender's own. */
      readonly title?: string;
    }
  /** 50 alerts of many senders over 20 services, all at once. */
  | { readonly kind: "storm" };

/** POST /sandbox/pagerduty/act: a person in PagerDuty acknowledges or resolves; "heal" is the alert's sender saying that it is over. */
export interface PagerdutyActRequest {
  readonly incidentId: string;
  readonly action: "acknowledge" | "resolve" | "heal";
  readonly userId: string;
}

/** POST /sandbox/companion: the companion process, to see what happens without it. GET tells its state. */
export interface CompanionRequest {
  readonly action: "start" | "stop" | "kill";
}
export interface CompanionView {
  readonly state: "running" | "stopped";
  readonly url: string;
}
