import { DefineDatastore, Schema } from "deno-slack-sdk/mod.ts";

/** One item a storm: where its umbrella channel is, and which messages tell how it stands. */
export const StormsDatastore = DefineDatastore({
  name: "storms",
  primary_key: "id",
  attributes: {
    id: { type: Schema.types.string },
    /** The last delivery of the companion about the storm itself that was applied. */
    sequence: { type: Schema.types.number },
    channel_id: { type: Schema.types.string },
    channel_name: { type: Schema.types.string },
    /** The umbrella's first message. */
    head_ts: { type: Schema.types.string },
    /** The storm's line in the triage feed. */
    feed_ts: { type: Schema.types.string },
    summary_ts: { type: Schema.types.string },
  },
});
