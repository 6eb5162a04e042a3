import { DefineDatastore, Schema } from "deno-slack-sdk/mod.ts";

/** One item an alert, keyed by PagerDuty's incident id: the last that the companion told of it. */
export const AlertsDatastore = DefineDatastore({
  name: "alerts",
  primary_key: "id",
  time_to_live_attribute: "expires_at",
  attributes: {
    id: { type: Schema.types.string },
    /** Grows with every write, and who wrote it: by these a read is known to be old. */
    revision: { type: Schema.types.number },
    writer: { type: Schema.types.string },
    incident_id: { type: Schema.types.string },
    /** JSON of core's Alert. */
    alert: { type: Schema.types.string },
    /** Unix seconds. */
    expires_at: { type: Schema.slack.types.timestamp },
  },
});
