/** The companion's environment in the sandbox: every variable of production, with addresses that lead here. */
import { toIso } from "../core/time.ts";
import type { SandboxClock } from "./clock.ts";
import * as seed from "./seed.ts";
import type { StandIns } from "./stand_ins.ts";

export function companionConfiguration(parts: {
  readonly port: number;
  /** The SQLite file. */
  readonly database: string;
  readonly clock: SandboxClock;
  readonly standIns: StandIns;
}): Record<string, string> {
  const { slack, pagerduty, sentry } = parts.standIns;
  return {
    PORT: String(parts.port),
    DATABASE_URL: `sqlite:${parts.database}`,
    PAGERDUTY_WEBHOOK_SECRETS: seed.SANDBOX_WEBHOOK_SECRET,
    PAGERDUTY_API_TOKEN: seed.SANDBOX_PAGERDUTY_TOKEN,
    PAGERDUTY_API_URL: pagerduty.apiUrl,
    PAGERDUTY_FROM: seed.SANDBOX_PAGERDUTY_FROM,
    SLACK_TRIAGE_TRIGGER_URL: slack.webhookUrl("triage_alert"),
    SLACK_SIGNAL_TRIGGER_URL: slack.webhookUrl("handle_signal"),
    SLACK_NEWS_TRIGGER_URL: slack.webhookUrl("handle_news"),
    COMPANION_SECRETS: seed.SANDBOX_COMPANION_SECRET,
    SENTRY_URL: sentry.url,
    SENTRY_ORG: seed.SENTRY_ORG,
    SENTRY_AUTH_TOKEN: seed.SANDBOX_SENTRY_TOKEN,
    LOG_LEVEL: "info",
    METRICS_TOKEN: "",
    // Everything is said here, defaults too: a developer's companion/.env must not reach the sandbox.
    DEBOUNCE_WINDOW_MINUTES: "30",
    ARCHIVE_GRACE_MINUTES: "10",
    RECONCILE_MINUTES: "5",
    STORM_SERVICES: "5",
    STORM_MINUTES: "5",
    PAGERDUTY_USER_MAP: "",
    ...(parts.clock.manual ? { SANDBOX_NOW: toIso(parts.clock.now()) } : {}),
  };
}
