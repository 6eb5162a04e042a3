import { TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { HandleSignalWorkflow } from "../workflows/handle_signal.ts";

/** Its URL is the companion's SLACK_SIGNAL_TRIGGER_URL: a secret, since it carries no other authentication. */
const trigger: Trigger<typeof HandleSignalWorkflow.definition> = {
  type: TriggerTypes.Webhook,
  name: "News from the companion",
  description: "Brings an incident up to date.",
  workflow: "#/workflows/handle_signal",
  inputs: {
    delivery_id: { value: "{{data.delivery_id}}" },
    sequence: { value: "{{data.sequence}}" },
    kind: { value: "{{data.kind}}" },
    incident_id: { value: "{{data.incident_id}}" },
    data: { value: "{{data.data}}" },
  },
};

export default trigger;
