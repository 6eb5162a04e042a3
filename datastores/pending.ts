import { DefineDatastore, Schema } from "deno-slack-sdk/mod.ts";

/** What the companion could not be told yet; handed over again on its signal. Empty while all is well. */
export const PendingDatastore = DefineDatastore({
  name: "pending",
  primary_key: "id",
  attributes: {
    id: { type: Schema.types.string },
    incident_id: { type: Schema.types.string },
    /** Which of core's COMPANION_PATHS. */
    call: { type: Schema.types.string },
    /** JSON of the request. */
    body: { type: Schema.types.string },
    created_at: { type: Schema.types.number },
  },
});
