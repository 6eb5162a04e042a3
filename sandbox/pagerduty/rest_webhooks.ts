/** REST v2: the one webhook subscription of the demo account. */
import { Hono } from "hono";
import { INCIDENT_EVENTS } from "./webhook_events.ts";
import type { WebhookEvents } from "./webhook_events.ts";
import type { WebhookDelivery } from "./webhook_delivery.ts";

export const SUBSCRIPTION_ID = "PSUBSC1";

export interface WebhookRoutesDeps {
  readonly delivery: WebhookDelivery;
  readonly events: WebhookEvents;
  readonly url: () => string | undefined;
}

/** Routes below the address of the REST API. These calls need no `From`, and their 4xx answers have no body. */
export function createWebhookRoutes(deps: WebhookRoutesDeps): Hono {
  const routes = new Hono();

  function subscription() {
    return {
      id: SUBSCRIPTION_ID,
      type: "webhook_subscription",
      active: true,
      description: "Pager Triage",
      events: [...INCIDENT_EVENTS, "incident.annotated"],
      filter: { type: "account_reference", id: null },
      delivery_method: {
        id: "PDELIV1",
        type: "http_delivery_method",
        url: deps.url() ?? null,
        // Shown once, in the answer to the create request, and never again.
        secret: null,
        temporarily_disabled: deps.delivery.isDisabled(),
        custom_headers: [],
      },
    };
  }

  routes.get("/webhook_subscriptions", (c) =>
    c.json({ webhook_subscriptions: [subscription()], limit: 25, offset: 0, more: false, total: null }),
  );
  routes.get("/webhook_subscriptions/:id", (c) =>
    c.req.param("id") === SUBSCRIPTION_ID ? c.json({ webhook_subscription: subscription() }) : c.body(null, 404),
  );
  routes.post("/webhook_subscriptions/:id/enable", (c) => {
    if (c.req.param("id") !== SUBSCRIPTION_ID) return c.body(null, 404);
    deps.delivery.enable();
    return c.json({ webhook_subscription: subscription() });
  });
  routes.post("/webhook_subscriptions/:id/ping", (c) => {
    if (c.req.param("id") !== SUBSCRIPTION_ID) return c.body(null, 404);
    deps.events.ping(SUBSCRIPTION_ID);
    return c.body(null, 202);
  });
  return routes;
}
