import { DefineDatastore, Schema } from "deno-slack-sdk/mod.ts";

/**
 * One item an incident: the record that cards are drawn from. Every writer updates only the attributes it owns. Texts
 * that may be empty are plain strings, since Slack's own types take no empty value.
 */
export const IncidentsDatastore = DefineDatastore({
  name: "incidents",
  primary_key: "id",
  time_to_live_attribute: "expires_at",
  attributes: {
    id: { type: Schema.types.string },
    /** Grows with every write, and who wrote it: by these a read is known to be old. */
    revision: { type: Schema.types.number },
    writer: { type: Schema.types.string },
    number: { type: Schema.types.string },
    title: { type: Schema.types.string },
    description: { type: Schema.types.string },
    service_id: { type: Schema.types.string },
    service_name: { type: Schema.types.string },
    /** Instants are milliseconds since 1970; 0 stands for "not yet". */
    opened_at: { type: Schema.types.number },
    window_closes_at: { type: Schema.types.number },
    /** JSON of a Person; empty where an alert started it. */
    started_by: { type: Schema.types.string },
    status: { type: Schema.types.string },
    /** The last delivery of the companion that was applied. */
    sequence: { type: Schema.types.number },
    channel_id: { type: Schema.types.string },
    channel_name: { type: Schema.types.string },
    channel_url: { type: Schema.types.string },
    /** Root of the incident's own thread, where it shares a channel with others. */
    thread_ts: { type: Schema.types.string },
    /** The message in which a storm brought it together with others, and JSON of their ids. */
    table_channel_id: { type: Schema.types.string },
    table_ts: { type: Schema.types.string },
    table_ids: { type: Schema.types.string },
    card_ts: { type: Schema.types.string },
    question_ts: { type: Schema.types.string },
    /** The execution whose question may decide; a newer question supersedes an older one. */
    question_execution_id: { type: Schema.types.string },
    controls_ts: { type: Schema.types.string },
    feed_ts: { type: Schema.types.string },
    announcement_ts: { type: Schema.types.string },
    /** JSON of alert ids, as the companion last told. */
    alert_ids: { type: Schema.types.string },
    /** Alerts after the first, in all; of them, how many wait for an answer and how many the setting attached. */
    later_count: { type: Schema.types.number },
    unanswered_count: { type: Schema.types.number },
    by_setting_count: { type: Schema.types.number },
    /** How many alerts are part of it, whether or not alert_ids names them. */
    attached_count: { type: Schema.types.number },
    /** JSON of ids: the later alerts that the companion last named. */
    later_ids: { type: Schema.types.string },
    /** The message that asks about later alerts, and how many of them it covers. */
    offer_ts: { type: Schema.types.string },
    offer_up_to: { type: Schema.types.number },
    /** The last rise that people were pinged for. */
    rise_number: { type: Schema.types.number },
    decision_id: { type: Schema.types.string },
    /** JSON of the decisions that were taken back: none of them is applied again. */
    undone_decision_ids: { type: Schema.types.string },
    decided_by: { type: Schema.types.string },
    decided_at: { type: Schema.types.number },
    reason: { type: Schema.types.string },
    note: { type: Schema.types.string },
    merged_into: { type: Schema.types.string },
    resolved_by: { type: Schema.types.string },
    resolved_at: { type: Schema.types.number },
    summary: { type: Schema.types.string },
    /** The request that last resolved it, also after it was reopened. */
    resolve_id: { type: Schema.types.string },
    /** The closed incident whose alert PagerDuty reopened; empty for every other triage. */
    reopened_from: { type: Schema.types.string },
    /** Until when nobody is reminded of the undecided triage, and who put the reminders off. */
    snoozed_until: { type: Schema.types.number },
    snoozed_by: { type: Schema.types.string },
    /** Which reminder a run took on last, and which run. */
    reminding: { type: Schema.types.string },
    lead: { type: Schema.types.string },
    severity: { type: Schema.types.string },
    /** JSON of the latest update; empty where nobody has written one. */
    update: { type: Schema.types.string },
    archived_at: { type: Schema.types.number },
    /** JSON of what Slack's limits left undone of the channel's dressing. */
    undecorated: { type: Schema.types.string },
    /** Unix seconds; for an open incident a time that nobody will see, since an attribute of this type cannot be emptied. */
    expires_at: { type: Schema.slack.types.timestamp },
  },
});
