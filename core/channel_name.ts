import { cutCharacters, slug } from "./text.ts";

/** Slack's limit on a channel's name. */
const MAX_LENGTH = 80;

/**
 * The name of an incident's channel. The number comes first so that cutting never makes two names equal, and the same
 * incident always gives the same name: creating the channel twice fails with `name_taken` instead of making a second one.
 */
export function channelName(number: string, serviceName: string): string {
  const service = slug(serviceName, 40);
  return [`inc-${slug(number, 20)}`, service]
    .filter((part) => part !== "")
    .join("-")
    .slice(0, MAX_LENGTH);
}

/** The channel that gathers a storm's triages; no incident's number is "storm". */
export function umbrellaName(number: string): string {
  return `inc-storm-${slug(number, 20)}`;
}

const PURPOSE_PREFIX = "Pager Triage incident ";
const STORM_PREFIX = "Pager Triage storm ";

/** The channel's purpose: holds the incident's permanent id, by which a channel is known to be ours. */
export function channelPurpose(incidentId: string, title: string): string {
  return cutCharacters(`${PURPOSE_PREFIX}${incidentId}: ${title}`, 250);
}

export function umbrellaPurpose(stormId: string): string {
  return `${STORM_PREFIX}${stormId}: alerts of many services that failed at once are decided here.`;
}

/** Whether a channel's purpose was written for this incident, or for this storm. */
export function isPurposeOf(id: string, purpose: string): boolean {
  return purpose.startsWith(`${PURPOSE_PREFIX}${id}:`) || purpose.startsWith(`${STORM_PREFIX}${id}:`);
}
