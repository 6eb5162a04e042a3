import { type Instant, MINUTE, SECOND } from "./time.ts";

/** A triage that an alert opened, as far as storms are concerned. */
export interface Opening {
  readonly serviceId: string;
  readonly at: Instant;
  /** Whether it gets a channel of its own; in a storm it does not. */
  readonly hasOwnChannel: boolean;
}

export interface StormSettings {
  /** More services than this make a storm. */
  readonly services: number;
  /** How long an opening counts towards one. */
  readonly withinMs: number;
}

export const DEFAULT_STORM: StormSettings = { services: 5, withinMs: 5 * MINUTE };

/**
 * Slack takes some 20 new channels a minute, and as many topics, pins and bookmarks; beyond this many a minute nothing is
 * left for what people do meanwhile.
 */
export const CHANNELS_A_MINUTE = 15;
/** A storm ends once it was quiet for this long. */
export const STORM_QUIET_MS = 10 * MINUTE;

export type StormVerdict =
  | { readonly verdict: "calm"; readonly why: "few_services" }
  | { readonly verdict: "declare"; readonly why: "many_services" | "slack_limits_near"; readonly since: Instant }
  | { readonly verdict: "in_storm"; readonly why: "storm_goes_on" };

/**
 * Whether what was just opened belongs to a storm. An opening exactly as old as the settings allow counts no more.
 * @param openings the last ones, with the one that was just opened
 */
export function judgeStorm(
  openings: readonly Opening[],
  now: Instant,
  settings: StormSettings,
  isOn: boolean,
): StormVerdict {
  if (isOn) return { verdict: "in_storm", why: "storm_goes_on" };
  const recent = openings.filter(({ at }) => at > now - settings.withinMs);
  const since = Math.min(now, ...recent.map(({ at }) => at));
  if (new Set(recent.map(({ serviceId }) => serviceId)).size > settings.services) {
    return { verdict: "declare", why: "many_services", since };
  }
  const channels = openings.filter(({ at, hasOwnChannel }) => hasOwnChannel && at > now - MINUTE);
  if (channels.length > CHANNELS_A_MINUTE) return { verdict: "declare", why: "slack_limits_near", since };
  return { verdict: "calm", why: "few_services" };
}

/**
 * The moment from which on a storm is over, if nothing more opens: for ten minutes fewer services than its threshold
 * opened something, and no more triages than Slack bears in a minute.
 * @param openings those of the last ten minutes
 */
export function stormEndsAt(openings: readonly Opening[], now: Instant, settings: StormSettings): Instant {
  const recent = openings.filter(({ at }) => at > now - STORM_QUIET_MS);
  const lastOfService = new Map<string, Instant>();
  for (const { serviceId, at } of recent) {
    lastOfService.set(serviceId, Math.max(at, lastOfService.get(serviceId) ?? 0));
  }
  const bars = [
    nth([...lastOfService.values()], settings.services),
    nth(
      recent.map(({ at }) => at),
      CHANNELS_A_MINUTE,
    ),
  ];
  return Math.max(now, ...bars.map((at) => (at === undefined ? now : at + STORM_QUIET_MS)));
}

/** The nth latest: once it counts no more, fewer than n do. */
function nth(times: readonly Instant[], n: number): Instant | undefined {
  return times.toSorted((a, b) => b - a)[n - 1];
}

/** More triages than this waiting for Slack go several in a delivery. */
const MOST_WAITING = 10;
/** How long a triage waits for others that could share its delivery: a message every few seconds is what Slack bears. */
export const GATHER_MS = 4 * SECOND;

/** How many turns a piece of news takes while a storm is on: what Slack's storage bears is for first alerts then. */
export const NEWS_TURNS_IN_STORM = 3;

/**
 * Whether triages of a storm share a delivery and a message, since one by one they would be seen too late: a message a
 * second for each channel, and some hundred writes a minute, are all that Slack takes.
 */
export function isCrowded(waiting: number, openedInLastMinute: number): boolean {
  return waiting > MOST_WAITING || openedInLastMinute > CHANNELS_A_MINUTE;
}
