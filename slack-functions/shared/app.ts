import type { SlackAPIClient } from "deno-slack-api/types.ts";
import type { Instant } from "../../core/time.ts";
import { currentTime } from "./clock.ts";
import { type Companion, createCompanion } from "./companion.ts";
import { readSettings, type Settings } from "./settings.ts";
import { createSlack, type Slack, SlackProblem } from "./slack.ts";

/** What one call of a function works with. */
export interface App {
  readonly slack: Slack;
  readonly companion: Companion;
  readonly settings: Settings;
  /** One time for the whole call. */
  readonly now: Instant;
  /** The time at this very moment, for what has an order among calls that take long. */
  readonly time: () => Instant;
  readonly teamId: string;
  /** A new identifier, unlike any other. */
  readonly newId: () => string;
  /** Waits; only ever used to give Slack's own storage or rate limit a moment. */
  readonly pause: (ms: number) => Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface CallContext {
  readonly client: SlackAPIClient;
  readonly env: Readonly<Record<string, string>>;
  readonly team_id: string;
}

/** For main handlers, which have 60 s. */
export function openApp(context: CallContext): App {
  return appWith(context, createSlack(context.client, pause));
}

/** For handlers of clicks and forms, which have 10 s: they wait little for rate limits. */
export function openAppForClick(context: CallContext): App {
  return appWith(context, createSlack(context.client, pause, 4_000));
}

function appWith(context: CallContext, slack: Slack): App {
  const settings = readSettings(context.env);
  const time = () => currentTime(context.env);
  const newId = () => crypto.randomUUID();
  const companion = createCompanion(settings.companion, time, newId);
  return { slack, companion, settings, now: time(), time, teamId: context.team_id, newId, pause };
}

/** The sentence for a failed step: ours where we wrote one, else what was thrown. */
export function problemOf(thrown: unknown): string {
  if (thrown instanceof SlackProblem) return thrown.message;
  console.error("function.failed", thrown);
  return `Something unexpected happened: ${thrown instanceof Error ? thrown.message : "no details"}.`;
}
