/** A sender that nobody knows, and one that means harm. */
import { cutCharacters } from "../../core/text.ts";
import { hexFrom } from "../identifiers.ts";
import type { EventsApiEvent } from "./events_api.ts";
import type { Incidence } from "./failures.ts";

const HOSTILE =
  "<!channel> <@U0DANA> <https://log-in.example|Log in> *Checkout* `is` _fine_ & ~not~ \u202Edekaf\u202C\n>resolved ";

export function unknownSender({ service, failure, id, title }: Incidence): EventsApiEvent {
  const { slug } = service.sentryProject;
  const check = `https://probes.example.net/checks/${hexFrom(id, 8)}`;
  return {
    routing_key: service.routingKey,
    event_action: "trigger",
    dedup_key: check,
    payload: {
      summary: title ?? `Probe of ${slug} failed: ${failure.words}`,
      source: "probe-2",
      severity: failure.severity,
      custom_details: {
        runbook_url: `https://runbooks.example.com/${slug}`,
        output: `Dashboard: https://graphs.example.net/${slug}\nLog: https://logs.example.net/search?q=${slug}`,
        api_token: "not-for-the-channel",
      },
    },
    client: "Homemade probe",
    client_url: check,
    links: [{ href: `https://status.example.net/${slug}`, text: "Status page" }],
  };
}

/** Slack's markup in every text, addresses that look like others, and secrets in the details. */
export function hostileSender({ service, failure, id, title }: Incidence): EventsApiEvent {
  const key = hexFrom(id, 16);
  return {
    routing_key: service.routingKey,
    event_action: "trigger",
    dedup_key: key,
    payload: {
      summary: cutCharacters(title ?? HOSTILE.repeat(12), 1_024),
      source: HOSTILE,
      severity: failure.severity,
      custom_details: {
        event_id: key,
        org: HOSTILE,
        query: HOSTILE,
        title: HOSTILE,
        body: "login failed with password=correct-horse, Authorization: Bearer 0123456789abcdef",
        tags: "env:production",
      },
    },
    client: "Datadog",
    client_url: "https://app.datadoghq.com.log-in.example/monitors/1",
    links: [
      { href: "https://log-in.example/session", text: "acme.sentry.io" },
      { href: "javascript:alert(1)", text: "Details" },
      { href: "https://acme.sentry.io@log-in.example/issues/1/", text: "View Sentry Issue Details" },
    ],
  };
}
