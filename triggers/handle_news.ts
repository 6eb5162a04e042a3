import { TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { HandleNewsWorkflow } from "../workflows/handle_news.ts";

/** Its URL is the companion's SLACK_NEWS_TRIGGER_URL: a secret, since it carries no other authentication. */
const trigger: Trigger<typeof HandleNewsWorkflow.definition> = {
  type: TriggerTypes.Webhook,
  name: "News that asks nothing",
  description: "Brings an incident's card up to date.",
  workflow: "#/workflows/handle_news",
  inputs: {
    delivery_id: { value: "{{data.delivery_id}}" },
    sequence: { value: "{{data.sequence}}" },
    kind: { value: "{{data.kind}}" },
    incident_id: { value: "{{data.incident_id}}" },
    data: { value: "{{data.data}}" },
  },
};

export default trigger;
