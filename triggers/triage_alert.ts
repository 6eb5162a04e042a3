import { TriggerTypes } from "deno-slack-api/mod.ts";
import type { Trigger } from "deno-slack-api/types.ts";
import type { TriageAlertWorkflow } from "../workflows/triage_alert.ts";

/** Its URL is the companion's SLACK_TRIAGE_TRIGGER_URL: a secret, since it carries no other authentication. */
const trigger: Trigger<typeof TriageAlertWorkflow.definition> = {
  type: TriggerTypes.Webhook,
  name: "Alert from the companion",
  description: "Opens a triage for a PagerDuty alert.",
  workflow: "#/workflows/triage_alert",
  inputs: {
    delivery_id: { value: "{{data.delivery_id}}" },
    sequence: { value: "{{data.sequence}}" },
    incident_id: { value: "{{data.incident_id}}" },
    number: { value: "{{data.number}}" },
    title: { value: "{{data.title}}" },
    service_id: { value: "{{data.service_id}}" },
    service_name: { value: "{{data.service_name}}" },
    opened_at: { value: "{{data.opened_at}}" },
    window_closes_at: { value: "{{data.window_closes_at}}" },
    alert: { value: "{{data.alert}}" },
    reopened_from: { value: "{{data.reopened_from}}" },
    if_known: { value: "{{data.if_known}}" },
    storm: { value: "{{data.storm}}" },
  },
};

export default trigger;
