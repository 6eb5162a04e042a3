/** Acts in the sandbox's PagerDuty as its REST API and its Events API are used by others. */
import { SANDBOX_PAGERDUTY_TOKEN, SERVICES } from "../../sandbox/seed.ts";

/** @param url known only once the sandbox is ready */
export function pagerdutyOf(url: () => string) {
  async function rest(method: "GET" | "PUT", path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${url()}/pagerduty${path}`, {
      method,
      headers: {
        accept: "application/vnd.pagerduty+json;version=2",
        "content-type": "application/json",
        authorization: `Token token=${SANDBOX_PAGERDUTY_TOKEN}`,
        from: "mika@example.com",
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`PagerDuty answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  return {
    /** Mika changes an incident. */
    change: (id: string, fields: object) =>
      rest("PUT", `/incidents/${id}`, { incident: { type: "incident_reference", ...fields } }),
    merge: (target: string, source: string) =>
      rest("PUT", `/incidents/${target}/merge`, { source_incidents: [{ id: source, type: "incident_reference" }] }),
    /** Whoever raised the alert says that it is over. */
    async endsItself(id: string, serviceId: string): Promise<void> {
      const { alerts } = (await rest("GET", `/incidents/${id}/alerts`)) as { alerts: { alert_key: string }[] };
      const event = {
        routing_key: SERVICES.find((service) => service.id === serviceId)?.routingKey,
        event_action: "resolve",
        dedup_key: alerts[0]?.alert_key,
      };
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(event);
      const response = await fetch(`${url()}/pagerduty/v2/enqueue`, { method: "POST", headers, body });
      if (!response.ok) throw new Error(`The Events API answered ${response.status}: ${await response.text()}`);
    },
  };
}
