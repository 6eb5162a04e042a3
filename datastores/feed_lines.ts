import { DefineDatastore, Schema } from "deno-slack-sdk/mod.ts";

/** Where the lines of the feed that belong to no incident were posted, so that each is posted once and edited afterwards. */
export const FeedLinesDatastore = DefineDatastore({
  name: "feed_lines",
  primary_key: "id",
  time_to_live_attribute: "expires_at",
  attributes: {
    /** The companion's key of the line. */
    id: { type: Schema.types.string },
    channel: { type: Schema.types.string },
    ts: { type: Schema.types.string },
    /** The last delivery of the companion that was drawn. */
    sequence: { type: Schema.types.number },
    /** Unix seconds; each edit begins the term anew. */
    expires_at: { type: Schema.slack.types.timestamp },
  },
});
