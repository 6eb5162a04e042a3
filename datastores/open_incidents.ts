import { DefineDatastore, Schema } from "deno-slack-sdk/mod.ts";

/**
 * The incidents that are open right now, for pickers. A query scans the whole store, so what is closed is deleted: the
 * cost of a search follows the number of open incidents, not history.
 */
export const OpenIncidentsDatastore = DefineDatastore({
  name: "open_incidents",
  primary_key: "id",
  attributes: {
    id: { type: Schema.types.string },
    number: { type: Schema.types.string },
    title: { type: Schema.types.string },
    service_id: { type: Schema.types.string },
    service_name: { type: Schema.types.string },
    status: { type: Schema.types.string },
    opened_at: { type: Schema.types.number },
    channel_id: { type: Schema.types.string },
  },
});
