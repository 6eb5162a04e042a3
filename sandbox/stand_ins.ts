/** The three stand-ins, wired to each other and handled as one. */
import { fileURLToPath } from "node:url";
import type { KeptState } from "./kept_state.ts";
import { createPagerdutyStandIn, type PagerdutyStandIn } from "./pagerduty/stand_in.ts";
import type { SandboxDeps } from "./parts.ts";
import * as seed from "./seed.ts";
import { createSentryStandIn, type SentryStandIn } from "./sentry/stand_in.ts";
import { slackDump } from "./slack_dump.ts";
import { createSlackStandIn, type SlackStandIn } from "./slack/stand_in.ts";
import type { SlackState } from "./slack/state.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The link triggers whose addresses the Slack app's functions are told, as far as the app has them. */
export const LINK_VARIABLES = {
  RESOLVE_LINK_URL: "resolve_incident",
  UNDO_LINK_URL: "undo_triage",
  DISMISS_LINK_URL: "dismiss_incident",
  WHY_LINK_URL: "explain_alert",
  ASK_AGAIN_LINK_URL: "ask_again",
  SNOOZE_LINK_URL: "snooze_triage",
  OPEN_LINK_URL: "open_from_feed",
  SPLIT_LINK_URL: "split_out",
} as const;

export interface StandIns {
  readonly slack: SlackStandIn;
  readonly pagerduty: PagerdutyStandIn;
  readonly sentry: SentryStandIn;
  snapshot(): Pick<KeptState, "slack" | "pagerduty" | "sentry">;
  restore(kept: KeptState): void;
  reset(): void;
  /** What `/sandbox/state` shows of them. */
  dump(): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/**
 * Builds the Slack app, starts Deno and waits for both.
 * @param baseUrl where the stand-ins are mounted, as the companion and Deno reach them
 * @throws Error with one sentence when the Slack app cannot be built or Deno cannot be started
 */
export async function createStandIns(deps: SandboxDeps, baseUrl: string, companionPort: number): Promise<StandIns> {
  const sentry = createSentryStandIn(deps, { baseUrl, authToken: seed.SANDBOX_SENTRY_TOKEN });
  const pagerduty = createPagerdutyStandIn(deps, {
    baseUrl,
    webhookUrl: () => `http://127.0.0.1:${companionPort}/webhooks/pagerduty`,
    webhookSecrets: [seed.SANDBOX_WEBHOOK_SECRET],
    apiToken: seed.SANDBOX_PAGERDUTY_TOKEN,
    sentry,
  });
  // The links are known once the app is built, which itself asks for the variables.
  let linkUrl: SlackStandIn["linkUrl"] = () => undefined;
  const slack = await createSlackStandIn(deps, {
    appRoot: ROOT,
    baseUrl,
    variables: () => slackVariables(companionPort, linkUrl),
  });
  linkUrl = slack.linkUrl;

  const all = [slack, pagerduty, sentry];
  return {
    slack,
    pagerduty,
    sentry,
    snapshot: () => ({ slack: slack.snapshot(), pagerduty: pagerduty.snapshot(), sentry: sentry.snapshot() }),
    restore(kept) {
      slack.restore(kept.slack);
      sentry.restore(kept.sentry);
      pagerduty.restore(kept.pagerduty);
    },
    reset() {
      for (const standIn of all) standIn.reset();
    },
    dump: () => ({
      slack: slackDump(slack.snapshot() as SlackState),
      pagerduty: pagerduty.dump(),
      sentry: sentry.snapshot(),
    }),
    async close() {
      await Promise.all(all.map((standIn) => standIn.close()));
    },
  };
}

/** The Slack app's own configuration, as `slack env set` gives it to a deployed one. */
function slackVariables(companionPort: number, linkUrl: SlackStandIn["linkUrl"]): Record<string, string> {
  const variables: Record<string, string> = {
    // A host name, since Slack's outgoing domains take no addresses with a port.
    COMPANION_URL: `http://localhost:${companionPort}`,
    COMPANION_SECRET: seed.SANDBOX_COMPANION_SECRET,
    TRIAGE_CHANNEL_ID: seed.CHANNELS.feed.id,
    ANNOUNCE_CHANNEL_ID: seed.CHANNELS.announce.id,
  };
  for (const [variable, trigger] of Object.entries(LINK_VARIABLES)) {
    const url = linkUrl(trigger);
    if (url !== undefined) variables[variable] = url;
  }
  return variables;
}
